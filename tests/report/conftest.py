import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))  # for made_up_metrics

import made_up_metrics
import made_up_published

from report.loading import Metrics, load
from stages.rendering import freshness, site

REPORT = Path(__file__).parents[2] / "report"


def pages_in(folder: Path) -> Path:
    """A copy of the pages, what lies beside them too, so that no test writes into the tree."""
    shutil.copytree(REPORT.parent / "docs", folder / "docs")
    shutil.copy(REPORT.parent / "dataset.txt", folder)
    left_out = shutil.ignore_patterns("_site*", "__pycache__", ".quarto", "_freeze")
    return Path(shutil.copytree(REPORT, folder / "report", ignore=left_out))


def as_rendered(folder: Path) -> Metrics:
    """The metrics with what the rendering puts beside them."""
    root = folder.parent.parent
    results = root / "benchmarks" / "results"
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in results.glob("*.json")}
    return replace(load(folder), pipeline=site.graph_of(root, folder.name), **found)


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A full metrics/ folder of the sample corpus."""
    return made_up_metrics.write(tmp_path_factory.mktemp("sample") / "metrics/sample")


@pytest.fixture(scope="session")
def real_films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A metrics/ folder of real films: no ceilings, no sheets, markup in every free text."""
    folder = tmp_path_factory.mktemp("films") / "metrics" / "films"
    return made_up_metrics.write(folder, sample=False, hostile=True, seed=3)


@pytest.fixture(scope="session")
def metrics(made_up: Path) -> Metrics:
    return as_rendered(made_up)


@pytest.fixture(scope="session")
def films(real_films: Path) -> Metrics:
    return as_rendered(real_films)


@pytest.fixture(scope="session")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A metrics/ folder of published features, without labels and without one of the genres."""
    return made_up_published.write(tmp_path_factory.mktemp("features") / "metrics" / "mmtf14k")


@pytest.fixture(scope="session")
def published(features: Path) -> Metrics:
    return as_rendered(features)


@pytest.fixture(scope="session")
def whole(made_up: Path, features: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of two corpora with its home, rendered once without Quarto."""
    folder = tmp_path_factory.mktemp("preview")
    pages = pages_in(folder)
    for metrics in (made_up, features):
        shutil.copytree(metrics.parent.parent, folder, dirs_exist_ok=True)
    assert freshness.refresh(pages, folder / "metrics", None) == ["mmtf14k", "sample", "home"]
    return pages / "_site"


@pytest.fixture(scope="session")
def preview(whole: Path) -> Path:
    """The pages of the sample corpus."""
    return whole / "sample"


@pytest.fixture(scope="session")
def published_preview(whole: Path) -> Path:
    """The pages of the corpus of published features, with hostile texts."""
    return whole / "mmtf14k"


@pytest.fixture(scope="session")
def film_preview(real_films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of trailers of real films with hostile texts, rendered once without Quarto."""
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    names = ("chromium", "google-chrome", "chromium-browser")
    path = next((found for found in map(shutil.which, names) if found), None)
    with sync_playwright() as playwright:
        try:
            launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"no Chromium ({str(error).splitlines()[0]}): playwright install chromium")
        yield launched
        launched.close()
