"""The guide: docs/*.md as pages of the site, and its picture of the pipeline."""

import re
from html import unescape
from pathlib import Path

import pytest
import yaml

from stages.rendering import guide, pipeline
from stages.rendering.diagram import diagram
from stages.rendering.search import with_anchors

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
LINK = re.compile(r'(?:src|href)="([^"]+)"')


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a guide of two pages."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(
        "# First\n\nSee [the\nother](b.md#a-part), [all](../README.md#real-films), "
        "[genres](../report/genres.qmd), [`fit`](../stages/fit.py) and [far](https://example.org).\n"
        '\n[![A drawing](drawn.svg "it")](drawn.svg)\n\n`[no](../link.md)`\n\n'
        "```md\n[nor](../this.md)\n```\n",
        encoding="utf-8",
    )
    (tmp_path / "docs" / "b.md").write_text("# Second\n\n## A part\n", encoding="utf-8")
    (tmp_path / "docs" / "drawn.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "docs" / "of_the_readme.png").write_text("", encoding="utf-8")
    return tmp_path


def copied(repository: Path) -> str:
    project = repository / "report"
    project.mkdir()
    guide.copy(repository, project)
    assert {path.name for path in (project / "guide").iterdir()} == {"a.md", "b.md", "drawn.svg"}
    return (project / "guide" / "a.md").read_text(encoding="utf-8")


def test_links_to_what_is_not_on_the_site_become_text(repository: Path) -> None:
    text = copied(repository)
    assert "See [the\nother](b.md#a-part), all, [genres](../sample/genres.html), `fit` and" in text
    assert "[far](https://example.org)" in text
    assert '[![A drawing](drawn.svg "it")](drawn.svg)' in text


def test_code_is_no_link(repository: Path) -> None:
    text = copied(repository)
    assert "`[no](../link.md)`" in text and "[nor](../this.md)" in text


def test_links_to_sources_lead_to_the_repository_where_it_is_known(repository: Path) -> None:
    address = "https://example.org/me/trailers"
    (repository / "CITATION.cff").write_text(f"repository-code: {address}/\n", encoding="utf-8")
    text = copied(repository)
    assert f"[all]({address}/blob/HEAD/README.md#real-films)" in text
    assert f"[`fit`]({address}/blob/HEAD/stages/fit.py)" in text


def test_every_page_of_docs_is_on_the_site_and_in_the_menu() -> None:
    settings = yaml.safe_load(
        (ROOT / "report" / "home" / "_quarto.yml").read_text(encoding="utf-8")
    )
    pages = {f"guide/{path.name}" for path in DOCS}
    rendered = settings["project"]["render"]
    assert {name for name in rendered if name.startswith("guide/")} == pages
    (menu,) = (entry for entry in settings["website"]["navbar"]["left"] if "menu" in entry)
    assert menu["text"] == "Guide" and [entry["href"] for entry in menu["menu"]] == [
        name for name in rendered if name.startswith("guide/")
    ]


@pytest.mark.parametrize("path", DOCS, ids=[path.stem for path in DOCS])
def test_links_lead_somewhere_in_the_repository(path: Path) -> None:
    def led(target: str) -> str:
        assert (path.parent / target.partition("#")[0]).exists(), target
        return target

    guide.relink(path.read_text(encoding="utf-8"), led)


@pytest.mark.xdist_group("report")
def test_every_link_of_the_rendered_guide_resolves(whole: Path) -> None:
    pages = sorted((whole / "guide").glob("*.html"))
    assert {page.stem for page in pages} == {path.stem for path in DOCS}
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert html.count("<h1>") == 1 and 'aria-current="page"' in html
        for link in map(unescape, LINK.findall(html)):
            if re.match(r"\w+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.is_file(), (page.name, link)
            if anchor:
                there = target.read_text(encoding="utf-8")
                assert f'id="{anchor}"' in there, (page.name, link)


@pytest.mark.xdist_group("report")
def test_the_search_finds_sections_of_the_guide(whole: Path) -> None:
    contents = (whole / "theme" / "contents.js").read_text(encoding="utf-8")
    assert '"address": "guide/scaling.html#a-store-on-a-url"' in contents


def test_lower_headings_have_addresses_as_on_github() -> None:
    page = with_anchors("<h2>It's <em>new</em>: Python's</h2><h3>A <code>b_c</code> (1)</h3>")
    assert '<h2 id="its-new-pythons">' in page and '<h3 id="a-b_c-1">' in page


def test_the_picture_of_the_pipeline_is_of_this_dvc_yaml() -> None:
    """Renewed by `python -m stages.report --pipeline docs/pipeline.svg`."""
    drawn = diagram(pipeline.read_declared(ROOT))
    assert (ROOT / "docs" / "pipeline.svg").read_text(encoding="utf-8") == drawn
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    # these have no cell until somebody sends scores in, or brings code from outside
    empty = {name for name in stages if name == "submitted" or name.endswith("_outside")}
    assert all(f">{name}</text>" in drawn for name in {*stages} - empty)
