"""Only stale pages are rendered again: a stand-in for the rendering counts what is asked for."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import pages_in

from stages.base.errors import BenchmarkError
from stages.rendering import freshness, preview, site

Render = Callable[..., list[str]]


@pytest.fixture
def root(made_up: Path, features: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two corpora, and a rendering that writes one page."""

    def stand_in(project: Path, output: Path) -> None:
        output.mkdir(parents=True)
        (output / "index.html").write_text(project.name, encoding="utf-8")

    monkeypatch.setattr(preview, "render", stand_in)
    monkeypatch.setattr(site, "vega", lambda path, site: None)
    for metrics in (made_up, features):
        shutil.copytree(metrics.parent.parent, tmp_path, dirs_exist_ok=True)
    pages_in(tmp_path)
    return tmp_path


@pytest.fixture
def refresh(root: Path) -> Render:
    def run(first: str | None = None) -> list[str]:
        return freshness.refresh(root / "report", root / "metrics", None, first)

    return run


def test_a_second_time_nothing_is_rendered(refresh: Render) -> None:
    assert refresh("sample") == ["sample", "mmtf14k", "home"]
    assert refresh("sample") == refresh("mmtf14k") == refresh() == []


def test_new_numbers_of_one_corpus_leave_the_pages_of_the_other(
    refresh: Render, root: Path
) -> None:
    refresh()
    with (root / "metrics" / "sample" / "approaches.csv").open("a") as file:
        file.write("\n")
    assert refresh() == ["sample", "home"]


def test_a_change_in_the_guide_leaves_the_pages_of_corpora(refresh: Render, root: Path) -> None:
    refresh()
    (root / "docs" / "numbers.md").write_text("# Other numbers\n", encoding="utf-8")
    assert refresh() == ["home"]


def test_a_change_in_the_home_leaves_the_pages_of_corpora(refresh: Render, root: Path) -> None:
    refresh()
    (root / "report" / "home" / "index.qmd").write_text("---\ntitle: X\n---\n", encoding="utf-8")
    assert refresh() == ["home"]


@pytest.mark.parametrize("name", ["report/text.py", "report/theme/site.css"])
def test_a_change_in_the_report_renders_all(refresh: Render, root: Path, name: str) -> None:
    refresh()
    with (root / name).open("a") as file:
        file.write("\n")
    assert refresh() == ["mmtf14k", "sample", "home"]


def test_an_address_of_the_repository_renders_all(refresh: Render, root: Path) -> None:
    refresh()
    (root / "CITATION.cff").write_text("repository-code: https://example.org/a/b", "utf-8")
    assert refresh() == ["mmtf14k", "sample", "home"]


def test_another_corpus_leaves_the_pages_of_the_first(refresh: Render, root: Path) -> None:
    aside = root / "aside"
    (root / "metrics" / "mmtf14k").rename(aside)
    assert refresh() == ["sample", "home"]
    before = (root / "report" / "_site" / "sample" / "about.json").read_bytes()
    aside.rename(root / "metrics" / "mmtf14k")
    assert refresh("mmtf14k") == ["mmtf14k", "home"]
    assert (root / "report" / "_site" / "sample" / "about.json").read_bytes() == before
    script = (root / "report" / "_site" / "corpora.js").read_text(encoding="utf-8")
    known = json.loads(script.partition(" = ")[2].rstrip(";\n"))
    assert {name: about["pages"] for name, about in known.items()} == {
        "mmtf14k": ["index.html"],
        "sample": ["index.html"],
    }


def test_pages_that_were_removed_are_rendered(refresh: Render, root: Path) -> None:
    refresh()
    shutil.rmtree(root / "report" / "_site" / "sample")  # as DVC does before its stage
    assert refresh("sample") == ["sample"]
    (root / "report" / "_site" / "home.json").write_text("{", encoding="utf-8")
    assert refresh() == ["home"]


def test_a_file_that_the_home_no_longer_has_goes(refresh: Render, root: Path) -> None:
    refresh()
    record = root / "report" / "_site" / "home.json"
    made = json.loads(record.read_text(encoding="utf-8"))
    old = root / "report" / "_site" / "old.html"
    old.write_text("x", encoding="utf-8")
    made["files"] += ["old.html", "../../outside", ".hidden"]
    record.write_text(json.dumps(made | {"digest": "stale"}), encoding="utf-8")
    outside = root / "outside"
    outside.write_text("x", encoding="utf-8")
    assert refresh() == ["home"]
    assert not old.exists() and outside.exists()
    assert (root / "report" / "_site" / "sample" / "index.html").exists()


def test_a_corpus_without_a_whole_run_has_no_pages_unless_it_is_asked_for(
    refresh: Render, root: Path
) -> None:
    (root / "metrics" / "tmdb").mkdir()
    shutil.copy(root / "metrics/sample/catalogue.json", root / "metrics/tmdb/catalogue.json")
    assert "tmdb" not in refresh()
    with pytest.raises(BenchmarkError, match=r"metrics/tmdb/[\s\S]*no splits\.json"):
        refresh("tmdb")


def test_pages_that_fail_leave_those_of_the_others(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stand_in(project: Path, output: Path) -> None:
        if (project / "metrics" / "mmtf14k").exists():  # the home has folders of corpora
            raise BenchmarkError("a cell of the report failed")
        output.mkdir(parents=True)
        (output / "index.html").write_text(project.name, encoding="utf-8")

    monkeypatch.setattr(preview, "render", stand_in)
    monkeypatch.setenv("WORKERS", "4")
    said: list[str] = []
    with pytest.raises(BenchmarkError, match="a cell"):
        freshness.refresh(root / "report", root / "metrics", None, None, said.append)
    assert sorted(path.parent.name for path in root.glob("report/_site/*/index.html")) == [
        "mmtf14k",
        "sample",
    ]
    assert {"report: rendering the pages of sample", "report: rendering the home"} <= {*said}
    assert not [path for path in root.glob("report/_site/.*") if path.name.endswith(".part")]
