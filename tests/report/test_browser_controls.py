"""What a reader moves, in a real browser: the threshold, tables, the search over films."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from browsing import Visit
from made_up_run import GENRES
from playwright.sync_api import expect

pytestmark = pytest.mark.xdist_group("report")


def test_slider_moves_the_numbers(browser: Any, preview: Path) -> None:
    visit = Visit(browser, preview)
    page = visit.open("thresholds")
    rows = pd.read_csv(preview / "metrics" / "thresholds.csv", keep_default_na=False)
    assert page.inner_text("#slider-value") == "0.36"  # the middle one of the rules
    for approach, threshold in (("window_cnn", 0.5), ("colour_mlp", 0.1)):
        page.select_option("#slider-approach", approach)
        page.eval_on_selector(
            "#slider-threshold",
            "(range, to) => { range.value = to; range.dispatchEvent(new Event('input')); }",
            round(threshold / 0.02),  # its place in the sweep
        )
        at = rows[(rows["approach"] == approach) & (rows["threshold"] == threshold)].iloc[0]
        for column in ("precision_macro", "recall_samples", "f1_micro"):
            shown = page.inner_text(f'[data-column="{column}"]')
            assert float(shown) == pytest.approx(at[column], abs=0.0051)
        assert float(page.inner_text("#slider-value")) == threshold
        assert page.get_attribute("#slider-threshold", "aria-valuetext") == str(threshold)
    everything = rows[rows["approach"] == "predict_everything"].iloc[0]
    shown = page.inner_text('[data-everything="f1_macro"]')
    assert float(shown) == pytest.approx(everything["f1_macro"], abs=0.0051)
    visit.context.close()


def test_slider_shows_each_genre_where_the_table_has_the_threshold(
    browser: Any, published_preview: Path
) -> None:
    """By name and slug, at a fixed threshold and at one between, without any film's labels."""
    visit = Visit(browser, published_preview)
    page = visit.open("thresholds")
    page.evaluate("document.querySelector('#slider details').open = true")
    page.select_option("#slider-approach", "mfcc in words, mlp")
    rows = pd.read_csv(published_preview / "metrics" / "threshold_genres.csv")
    at = rows[(rows["approach"] == "mfcc_mlp") & (rows["genre"] == "Drama")].set_index("threshold")

    def shown(threshold: float) -> list[str]:
        page.eval_on_selector(
            "#slider-threshold",
            "(range, to) => { range.value = to; range.dispatchEvent(new Event('input')); }",
            round(threshold / 0.02),
        )
        return list(page.locator('tr[data-genre="Drama"] output').all_inner_texts())

    expected = [float(at[measure].loc[0.5]) for measure in ("precision", "recall", "f1")]
    assert [float(text) for text in shown(0.5)] == pytest.approx(expected, abs=0.0051)
    assert not page.locator(".none-here").is_visible()
    assert shown(0.4) == ["–", "–", "–"] and page.locator(".none-here").is_visible()
    assert page.evaluate("window.trailerFilms") is None
    visit.context.close()


def test_films_without_labels_are_found_and_shown_without_genres(
    browser: Any, published_preview: Path
) -> None:
    visit = Visit(browser, published_preview)
    page = visit.open("films")
    assert "Its genres are not shown" in page.inner_text("main")
    assert not page.locator("#film-genre").is_visible()
    page.fill("#film-search", "number 17")
    expect(page.locator("#film-shown h3")).to_contain_text("number 17")
    assert page.locator("#film-shown .own").count() == 0
    row = page.locator("#film-shown tbody tr", has=page.get_by_text("window in words, cnn"))
    assert row.locator("th").get_attribute("title") == "window_cnn"
    assert row.locator("td").count() == 9
    assert visit.complaints == []
    visit.context.close()


def test_table_sorts_and_copies(browser: Any, preview: Path) -> None:
    visit = Visit(browser, preview)
    page = visit.open("approaches")
    heading = page.locator("#approaches thead th").nth(4).locator("button")
    column = "#approaches tbody tr td:nth-child(5)"
    for direction in ("descending", "ascending"):
        heading.click()
        values = [float(text) for text in page.locator(column).all_inner_texts()]
        assert values == sorted(values, reverse=direction == "descending")
        assert page.locator(f"#approaches th[aria-sort={direction}]").count() == 1
    copies = "() => { window.copied = document.activeElement.value; return true; }"
    page.evaluate(f"document.execCommand = {copies}")
    page.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.locator("#approaches").locator("xpath=preceding-sibling::button[1]").click()
    lines = page.evaluate("window.copied").split("\n")
    assert lines[0].split("\t")[:2] == ["Approach", "Input"]
    assert len(lines) == 1 + page.locator("#approaches tbody tr").count()
    assert page.locator("button.copy", has_text="Copied").count() == 1
    visit.context.close()


def test_box_leaves_what_did_not_learn_from_our_films(browser: Any, preview: Path) -> None:
    visit = Visit(browser, preview)
    page = visit.open("approaches")
    box, rows = page.locator(".only input"), page.locator("#approaches tbody tr")
    every = rows.count()
    box.check()
    left = [row.inner_text() for row in rows.all() if row.is_visible()]
    assert 0 < len(left) < every and f"({len(left)} of {every})" in page.inner_text(".only")
    assert all("colour" in text or "prior" in text for text in left), left
    box.uncheck()
    assert all(row.is_visible() for row in rows.all())
    visit.context.close()


def test_a_link_to_a_film_shows_that_one(browser: Any, film_preview: Path) -> None:
    visit = Visit(browser, film_preview)
    page = visit.page
    page.goto(f"{(film_preview / 'films.html').as_uri()}#film=f017")
    expect(page.locator("#film-shown h3")).to_have_text("Film number 17 (2007)")
    assert visit.complaints == []
    visit.context.close()


def test_search_finds_a_film_and_shows_it_as_text(browser: Any, film_preview: Path) -> None:
    visit = Visit(browser, film_preview)
    page = visit.open("films")
    found = json.loads((film_preview / "metrics" / "films.json").read_text(encoding="utf-8"))
    page.fill("#film-search", "number 17 ")
    expect(page.locator("#film-found button").first).to_have_text("Film number 17 (2007)")
    expect(page.locator("#film-shown h3")).to_have_text("Film number 17 (2007)")
    film = found["films"][17]
    genres = ", ".join(GENRES[place] for place in film["genres"])
    assert genres in page.inner_text("#film-shown")
    row = page.locator("#film-shown tbody tr", has=page.get_by_text("window in words, cnn"))
    at = [a["slug"] for a in found["approaches"]].index("window_cnn") * 20
    expected = [int(film["scores"][i : i + 2], 36) / 1000 for i in range(at, at + 20, 2)]
    shown = [float(text) for text in row.locator("td").all_inner_texts()]
    assert shown == pytest.approx(expected, abs=0.0051)
    page.fill("#film-search", "amelie")  # without its accent
    expect(page.locator("#film-found button")).to_have_count(1)
    page.fill("#film-search", "alert")
    expect(page.locator("#film-shown h3 bdi")).to_have_text(found["films"][0]["title"])
    assert page.locator("#film-shown script, #film-found script").count() == 0
    page.fill("#film-search", "no such film at all")
    expect(page.locator("#film-shown")).to_contain_text("No film")
    assert visit.complaints == []
    visit.context.close()
