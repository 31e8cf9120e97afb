"""Pages of a corpus of thousands of films: none grows with them, and every film is found."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import made_up_metrics
import pandas as pd
import pytest
from browsing import Visit
from conftest import pages_in
from made_up_run import HOSTILE, write_csv
from playwright.sync_api import Locator, expect

from report import films
from report.html import table
from report.loading import load
from stages.rendering import freshness
from stages.rendering.films import TITLES

FILMS = 2 * TITLES + 100
LATE = TITLES + 7  # in the second shard of titles
FIRST_LOAD = 1_500_000  # bytes of a page with all that it asks for before a reader does anything
GROWTH = 150_000  # of a page, for a whole shard of titles in place of a small one
GROWTH_OF_LAB = 450_000  # which holds some films of every corpus
pytestmark = pytest.mark.xdist_group("report")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a corpus of FILMS films, of which the one at LATE has markup in its title."""
    folder = tmp_path_factory.mktemp("many")
    pages = pages_in(folder)
    metrics = made_up_metrics.write(folder / "metrics" / "sample")
    path = metrics / "films.json"
    found = json.loads(path.read_text("utf-8"))
    few = found["films"]
    found["films"] = [
        few[n % len(few)] | {"id": f"id{n}", "title": f"Film number {n}"} for n in range(FILMS)
    ]
    found["films"][LATE]["title"] = HOSTILE
    path.write_text(json.dumps(found), "utf-8")
    leak = {"kind": "frames", "films": 2, "film_ids": "id1 id2", "titles": "One; Two"}
    write_csv(metrics, "leaks", [leak | {"frames": n, "across_folds": 1} for n in range(FILMS)])
    freshness.refresh(pages, folder / "metrics", None)
    return pages / "_site"


@pytest.fixture
def page(browser: Any, many: Path) -> Iterator[Any]:
    visit = Visit(browser, many / "sample")
    yield visit.open("films")
    assert visit.complaints == []
    visit.context.close()


def first_load(browser: Any, site: Path, name: str) -> int:
    """Bytes of a page with the scripts, styles and pictures that it asks for."""
    visit = Visit(browser, site)
    visit.open(name).wait_for_timeout(300)
    asked = [Path(url.removeprefix("file://")) for url in visit.requests if url[:5] == "file:"]
    visit.context.close()
    return sum(path.stat().st_size for path in asked)


def test_no_page_grows_with_the_number_of_films(browser: Any, whole: Path, many: Path) -> None:
    names = [page.stem for page in (many / "sample").glob("*.html")]
    assert len(names) == 11
    for folder, pages in (("sample", names), (".", ["index", "accuracy", "side_by_side"])):
        for name in pages:
            size = first_load(browser, many / folder, name)
            before = first_load(browser, whole / folder, name)
            grown = GROWTH_OF_LAB if name == "accuracy" else GROWTH
            assert size <= FIRST_LOAD and size - before < grown, (name, size, before)


def count(page: Any) -> Locator:
    return page.locator("#film-count")


def asked(page: Any) -> set[str]:
    """Names of the shards that the page has asked for."""
    return set(page.evaluate("Object.keys(window.trailerFilms.shards)"))


def test_titles_are_read_when_a_reader_first_searches(page: Any) -> None:
    expect(count(page)).to_have_text(f"{FILMS:,} of {FILMS:,} films, the first 15 are listed")
    expect(page.locator("#film-shown h3")).to_have_text("Film number 0 (1990)")
    assert asked(page) == {"titles-0", "scores-0"}
    page.fill("#film-search", f"number {FILMS - 1}")
    expect(count(page)).to_have_text(f"1 of {FILMS:,} films")
    expect(page.locator("#film-shown h3")).to_contain_text(f"Film number {FILMS - 1} (")
    last = page.evaluate(f"Math.floor({FILMS - 1} / window.trailerFilms.scores)")
    assert asked(page) == {"titles-0", "titles-1", "titles-2", "scores-0", f"scores-{last}"}


def test_a_film_of_the_second_shard_is_shown_with_its_scores(page: Any, many: Path) -> None:
    films = json.loads((many / "sample/metrics/films.json").read_text("utf-8"))["films"]
    page.fill("#film-search", "alert")
    expect(page.locator("#film-shown h3 bdi")).to_have_text(HOSTILE)
    assert page.locator("#film-shown script, #film-found script").count() == 0
    shown = page.locator("#film-shown tbody tr", has=page.get_by_text("prior")).locator("td")
    digits = films[LATE]["scores"]
    expected = [int(digits[at : at + 2], 36) / 1000 for at in range(0, 20, 2)]
    texts = [float(text) for text in shown.all_inner_texts()]
    assert texts == pytest.approx(expected, abs=0.0051)


def test_a_title_that_no_shard_has_is_not_found(page: Any) -> None:
    page.fill("#film-search", "no such film at all")
    expect(page.locator("#film-shown")).to_have_text("No film found.")
    expect(count(page)).to_have_text(f"0 of {FILMS:,} films")
    page.fill("#film-search", "")
    expect(page.locator("#film-shown h3")).to_have_text("Film number 0 (1990)")


def test_the_film_that_a_reader_chose_stays_while_titles_come(page: Any) -> None:
    page.locator("#film-found button").nth(3).click()
    page.select_option("#film-genre", "0")
    chosen = page.locator("#film-found button").nth(2)
    title = chosen.inner_text()
    chosen.click()
    expect(count(page)).not_to_contain_text("so far")
    expect(page.locator("#film-shown h3")).to_have_text(title)
    expect(page.locator("#film-found [aria-pressed=true]")).to_have_text(title)


def test_a_shard_that_is_missing_is_said_to_be(browser: Any, many: Path, tmp_path: Path) -> None:
    site = Path(shutil.copytree(many / "sample", tmp_path / "sample"))
    (site / "metrics/films/titles-1.js").unlink()
    (site / "metrics/films/scores-0.js").unlink()
    visit = Visit(browser, site)
    page = visit.open("films")
    expect(page.locator("#film-shown")).to_contain_text("scores of this film could not be read")
    page.fill("#film-search", f"number {FILMS - 1}")
    expect(count(page)).to_have_text(
        "The titles of some films could not be read: a file is missing."
    )
    visit.context.close()


def test_the_tables_of_the_page_are_of_all_films(many: Path) -> None:
    of = films.read(load(many / "sample" / "metrics"))
    assert of.scores.shape[0] == len(of.titles) == FILMS


def test_a_long_table_says_that_it_is_not_all() -> None:
    text = table(pd.DataFrame({"Number": map(str, range(1234))}), source="x.csv").text
    assert text.count("<tr>") == 501 and "The first 500 of 1,234 rows." in text
    assert "The first" not in table(pd.DataFrame({"Number": map(str, range(500))})).text
