"""Make the website whole: a copy of the pages with their metrics, rendered, then moved in place."""

import json
import shutil
import tempfile
from pathlib import Path

from stages.base import formulas, places, published_studies
from stages.base.errors import BenchmarkError
from stages.base.files import replacing
from stages.rendering import guide, pipeline, preview, quarto

NEEDED = (
    "catalogue.json",
    "download.json",
    "splits.json",
    "headline.json",
    "parameters.json",
    "approaches.csv",
    "genres.csv",
    "thresholds.csv",
    "threshold_genres.csv",
    "references.csv",
    "attrition.csv",
    "comparisons.csv",
    "claims.csv",
    "films.json",
)
LEFT_OUT = shutil.ignore_patterns(
    "_site*", "._site*", "_freeze", ".quarto", "__pycache__", "*_files", "*.html"
)


def render(report: Path, metrics: Path, executable: Path | None) -> Path:
    """Render `report` (pages) from `metrics` into `report/_site` and return that folder.

    The guide, docs/ beside `report`, goes with the pages. What lies beside `report` goes with
    them: what benchmarks/results/ says of the judges, and the pipeline of dvc.yaml and dvc.lock.
    executable: a working quarto, or None for the preview. The old site stays until the new one is
    complete. BenchmarkError when metrics are missing or a page fails.
    """
    missing = [name for name in NEEDED if not (metrics / name).is_file()]
    if missing:
        raise BenchmarkError(
            "the report has not all it is rendered from",
            where=f"{metrics.name}/",
            found=f"no {', '.join(missing)}",
            do="run `dvc repro`, which writes them",
        )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        project = root / "report"
        shutil.copytree(report, project, ignore=LEFT_OUT)
        shared = root / "stages" / "base"  # all that the pages import of stages
        shared.mkdir(parents=True)
        for module in (formulas, published_studies):
            shutil.copy(str(module.__file__), shared)
        shutil.copytree(metrics, project / "metrics")
        # how well the judges judge: measured once by a benchmark, not by each run
        for path in (report.parent / "benchmarks" / "results").glob("*.json"):
            shutil.copy(path, project / "metrics")
        graph = json.dumps(pipeline.read(report.parent / places.folder()))
        (project / "metrics" / "pipeline.json").write_text(graph, encoding="utf-8")
        guide.copy(report.parent, project)
        _films(project / "metrics")
        _vega(project / "theme" / "vega.js")
        if executable is None:
            built = root / "site"
            preview.render(project, built)
        else:
            built = quarto.render(executable, project)
        return _move(built, report / "_site")


def _films(metrics: Path) -> None:
    """Beside films.json the same as a script: a page that is opened from a disk can fetch none."""
    source = metrics / "films.json"
    if source.exists():
        films = json.dumps(json.loads(source.read_text(encoding="utf-8")), separators=(",", ":"))
        script = f"window.trailerFilms = {films};\n"  # all of it ASCII
        (metrics / "films.js").write_text(script, encoding="utf-8")


def _vega(path: Path) -> None:
    """Write Vega, Vega-Lite and Vega-Embed as one file, so that no page needs a network."""
    import vl_convert

    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub has no default
    path.write_text(bundle, encoding="utf-8")


def _move(built: Path, site: Path) -> Path:
    """Put the finished folder in place of the old one."""
    with replacing(site) as new:
        shutil.copytree(built, new)
    return site
