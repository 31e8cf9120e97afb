"""Make the pages of one corpus: a copy of them with its metrics, rendered, then moved in place."""

import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stages.base import formulas, places, published_studies
from stages.base.errors import BenchmarkError
from stages.base.files import replacing, write
from stages.rendering import fitting_pages, footers, pipeline, preview, quarto
from stages.rendering.films import with_labels, with_names

NEEDED = (
    "catalogue.json",
    "splits.json",
    "headline.json",
    "parameters.json",
    "approaches.csv",
    "genres.csv",
    "thresholds.csv",
    "threshold_genres.csv",
    "references.csv",
    "comparisons.csv",
    "claims.csv",
    "films.json",
)
LEFT_OUT = shutil.ignore_patterns(
    "_site*", "._site*", "_freeze", ".quarto", "__pycache__", "*_files", "*.html"
)
SITE = "_site"
ABOUT = "about.json"  # of a corpus's pages, beside them
CORPORA = "corpora.js"  # beside the folders of the corpora, for the switch on every page


@dataclass(frozen=True)
class Corpus:
    """A corpus that has pages, or may have them."""

    name: str
    title: str
    """What the pages call it."""
    sample: bool

    @classmethod
    def read(cls, metrics: Path) -> "Corpus":
        """By its folder in metrics/ and the catalogue.json there."""
        about = json.loads((metrics / "catalogue.json").read_text(encoding="utf-8"))
        sample = bool(about.get("sample"))
        usual = "Rendered trailers" if sample else metrics.name
        return cls(metrics.name, str(about.get("title") or usual), sample)


def missing(metrics: Path) -> list[str]:
    """The files without which a corpus has no pages."""
    return [name for name in NEEDED if not (metrics / name).is_file()]


def render(report: Path, metrics: Path, executable: Path | None, digest: str = "") -> Path:
    """Render the pages of the corpus in `metrics` into a folder of its name in `report/_site`.

    metrics: the corpus's folder in metrics/. What lies beside that goes with the pages: what
    benchmarks/results/ says of the judges, and the corpus's pipeline, dvc.yaml and dvc.lock.
    executable: a working quarto, or None for the preview. digest: of all that the pages are made
    from, kept with them. The old pages stay until the new ones are complete. BenchmarkError when
    metrics are missing or a page fails.
    """
    if names := missing(metrics):
        raise BenchmarkError(
            "the report has not all it is rendered from",
            where=f"{metrics}/",
            found=f"no {', '.join(names)}",
            do=f"run `{places.dvc('repro')}`, which writes them",
        )
    corpus, root = Corpus.read(metrics), metrics.parent.parent
    with workspace(report) as project:
        shutil.rmtree(project / "home", ignore_errors=True)
        shutil.copytree(metrics, project / "metrics")
        # how well the judges judge: measured once by a benchmark, not by each run
        for path in (root / "benchmarks" / "results").glob("*.json"):
            shutil.copy(path, project / "metrics")
        own = project / "metrics" / f"null_corpus_{corpus.name}.json"
        if own.is_file():  # else that of the default corpus
            own.replace(own.with_name("null_corpus.json"))
        graph = json.dumps(graph_of(root, corpus.name))
        (project / "metrics" / "pipeline.json").write_text(graph, encoding="utf-8")
        with_labels(project / "metrics", catalogue_of(root, corpus.name))
        with_names(project / "metrics")
        _fit(project, corpus, footers.repository(root))
        vega(project / "theme" / "vega.js", report / SITE)
        built = render_project(project, executable)
        pages = sorted(path.name for path in built.glob("*.html"))
        about = {"title": corpus.title, "pages": pages, "digest": digest}
        (built / ABOUT).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        _move(built, report / SITE / corpus.name)
    write_corpora(report / SITE)
    return report / SITE / corpus.name


def _move(built: Path, site: Path) -> None:
    """Put the finished folder in place of the old one."""
    with replacing(site) as new:
        shutil.copytree(built, new)


def graph_of(root: Path, corpus: str) -> dict[str, Any]:
    """The pipeline of a corpus, without the size of the site itself: it would never stay."""
    graph = pipeline.read(root / places.folder(corpus))
    size = {name: n for name, n in graph.get("bytes", {}).items() if not name.startswith("report")}
    return graph | {"bytes": size} if graph else {}


def catalogue_of(root: Path, corpus: str) -> Path:
    """The table of a corpus's films with their labels, where it was made."""
    return root / places.data(corpus) / "catalogue.parquet"


def write_corpora(site: Path) -> None:
    """Name the corpora that have pages, in a script: a page opened from a disk can fetch none."""
    found = {}
    for path in sorted(site.glob(f"*/{ABOUT}")):
        about = json.loads(path.read_text(encoding="utf-8"))
        found[path.parent.name] = {name: about[name] for name in ("title", "pages")}
    write(f"window.trailerCorpora = {json.dumps(found)};\n", site / CORPORA)


@contextmanager
def workspace(report: Path) -> Iterator[Path]:
    """A copy of the pages with all that they import, as a project to be changed and rendered."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        project = root / "report"
        shutil.copytree(report, project, ignore=LEFT_OUT)
        shared = root / "stages" / "base"
        shared.mkdir(parents=True)
        for module in (formulas, published_studies):
            shutil.copy(str(module.__file__), shared)
        yield project


def render_project(project: Path, executable: Path | None) -> Path:
    """Render a project and return the folder of its pages."""
    if executable is not None:
        return quarto.render(executable, project)
    built = project.parent / f"{project.name}-site"
    preview.render(project, built)
    return built


def _fit(project: Path, corpus: Corpus, repository: str) -> None:
    known = fitting_pages.facts(project / "metrics")
    for page in project.glob("*.qmd"):
        fitted = fitting_pages.fitted(page.read_text(encoding="utf-8"), known)
        page.write_text(fitted, encoding="utf-8")
    path = project / "_quarto.yml"
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["website"]["title"] = f"{settings['website']['title']}: {corpus.title}"
    said = footers.results(corpus.title, project / "metrics", repository)
    put_into_footer(settings, [said, footers.source(repository)])
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def put_into_footer(settings: dict[str, Any], said: list[str]) -> None:
    """Put sentences in Markdown before what the foot of the pages says anyway."""
    foot = settings["website"]["page-footer"]
    foot["left"] = " ".join(filter(None, [*said, foot["left"]]))


def vega(path: Path, site: Path) -> None:
    """Write Vega, Vega-Lite and Vega-Embed as one file, so that no page needs a network.

    site: where pages may lie that have it, of the same version: it takes a second to make.
    """
    first = f"// made by vl-convert-python {importlib.metadata.version('vl-convert-python')}\n"
    for kept in site.glob("**/theme/vega.js"):
        with kept.open(encoding="utf-8") as file:
            if file.readline() == first:
                shutil.copyfile(kept, path)
                return
    import vl_convert

    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub has no default
    path.write_text(first + bundle, encoding="utf-8")
