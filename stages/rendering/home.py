"""Make the home of the site: its first page, the corpora side by side, and the guide."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import yaml

from stages.base.files import replacing, write
from stages.rendering import footers, guide, labels, site
from stages.rendering.site import Corpus

FILES = "home.json"  # which files at the top of the site are the home's, and its digest


def render(report: Path, metrics: Path, executable: Path | None, digest: str = "") -> Path:
    """Render the home from the tables of all corpora in `metrics` into `report/_site`.

    The guide, docs/ beside `report`, and the labels of dataset.txt go with it. The folders of the
    corpora stay as they are; of the home's own files each is replaced when all are rendered.
    """
    corpora = [Corpus.read(folder) for folder in with_tables(metrics)]
    target = report / site.SITE
    with site.workspace(report) as pages:
        project = pages / "home"
        for folder in metrics.iterdir():
            if folder.is_dir():
                shutil.copytree(folder, project / "metrics" / folder.name)
        listed = json.dumps([vars(corpus) for corpus in corpora])
        (project / "metrics" / "corpora.json").write_text(listed, encoding="utf-8")
        labels.write_labels(report.parent / labels.CATALOGUE, project / "metrics" / labels.LABELS)
        shutil.copytree(pages / "theme", project / "theme")
        guide.copy(report.parent, project)
        _navigation(project / "_quarto.yml", corpora)
        _footer(project, corpora, footers.repository(report.parent))
        site.vega(project / "theme" / "vega.js", report / site.SITE)
        built = site.render_project(project, executable)
        before = _before(target)
        made = sorted(path.name for path in built.iterdir())
        for name in made:
            with replacing(target / name) as new:
                (shutil.copytree if (built / name).is_dir() else shutil.copyfile)(built / name, new)
        for name in {*before} - {*made}:
            _remove(target / name)
    write(json.dumps({"digest": digest, "files": made}, indent=1) + "\n", target / FILES)
    return target


def with_tables(metrics: Path) -> list[Path]:
    """The folders of the corpora that have all that pages are made from, films before others."""
    folders = [path for path in sorted(metrics.iterdir()) if path.is_dir()]
    return sorted(
        (folder for folder in folders if not site.missing(folder)),
        key=lambda folder: (Corpus.read(folder).sample, folder.name),
    )


def _before(target: Path) -> list[str]:
    """The home's files of before, by name; none where their record is missing or damaged."""
    try:
        names = json.loads((target / FILES).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, KeyError, ValueError):
        return []
    return [str(name) for name in names if re.fullmatch(r"\w[\w.-]*", str(name))]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _navigation(path: Path, corpora: list[Corpus]) -> None:
    """Put an entry for each corpus into the menu, behind the home's own pages."""
    settings: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    entries = settings["website"]["navbar"]["left"]
    pages = sum("href" in entry for entry in entries)
    entries[pages:pages] = [
        {"href": f"{corpus.name}/index.html", "text": corpus.title} for corpus in corpora
    ]
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def _footer(project: Path, corpora: list[Corpus], repository: str) -> None:
    """Say at the foot of the pages of which run the results of each corpus are."""
    path = project / "_quarto.yml"
    settings: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    metrics = project / "metrics"
    said = [footers.results(each.title, metrics / each.name, repository) for each in corpora]
    site.put_into_footer(settings, [*said, footers.source(repository)])
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
