import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for made_up_metrics

import made_up_metrics

from report.loading import Metrics, load
from stages.rendering import pipeline, site

REPORT = Path(__file__).parents[2] / "report"


def pages_in(folder: Path) -> Path:
    """A copy of the pages, the guide beside them, so that no test writes into the working tree."""
    shutil.copytree(REPORT.parent / "docs", folder / "docs")
    left_out = shutil.ignore_patterns("_site*", "__pycache__", ".quarto", "_freeze")
    return Path(shutil.copytree(REPORT, folder / "report", ignore=left_out))


def as_rendered(folder: Path) -> Metrics:
    """The metrics with what the rendering puts beside them."""
    results = folder.parent / "benchmarks" / "results"
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in results.glob("*.json")}
    return replace(load(folder), pipeline=pipeline.read(folder.parent), **found)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full metrics/ folder of the sample corpus."""
    return made_up_metrics.write(tmp_path_factory.mktemp("sample") / "metrics")


@pytest.fixture(scope="session")
def real_films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A metrics/ folder of real films: no ceilings, no sheets, markup in every free text."""
    folder = tmp_path_factory.mktemp("films") / "metrics"
    return made_up_metrics.write(folder, sample=False, hostile=True, seed=3)


@pytest.fixture(scope="session")
def metrics(made_up: Path) -> Metrics:
    return as_rendered(made_up)


@pytest.fixture(scope="session")
def films(real_films: Path) -> Metrics:
    return as_rendered(real_films)


@pytest.fixture(scope="session")
def preview(made_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the sample corpus, rendered once without Quarto."""
    return site.render(pages_in(tmp_path_factory.mktemp("preview")), made_up, None)


@pytest.fixture(scope="session")
def film_preview(real_films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of real films with hostile texts, rendered once without Quarto."""
    return site.render(pages_in(tmp_path_factory.mktemp("films-preview")), real_films, None)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """The report's pages, to be changed or rendered."""
    return pages_in(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A Quarto project of one page, which a test writes itself."""
    folder = tmp_path / "report"
    (folder / "theme").mkdir(parents=True)
    for name in ("site.css", "preview.css", "site.js", "explore.js", "search.js"):
        (folder / "theme" / name).write_text("", encoding="utf-8")
    (folder / "_quarto.yml").write_text(
        "project: {render: [one.qmd], resources: [theme/site.js]}\n"
        "website:\n  title: A site\n  page-footer: {left: Foot}\n"
        "  navbar: {left: [{href: one.qmd, text: One}]}\n"
        "format: {html: {css: theme/site.css}}\n",
        encoding="utf-8",
    )
    yield folder
