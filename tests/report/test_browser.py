"""The preview in a real browser, opened from the disk as a person would."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from made_up_run import GENRES
from playwright.sync_api import Error, sync_playwright

pytestmark = pytest.mark.xdist_group("report")
ROOT = Path(__file__).parents[2]
GUIDE = tuple(f"guide/{path.stem}" for path in sorted((ROOT / "docs").glob("*.md")))
PAGES = tuple(path.stem for path in sorted((ROOT / "report").glob("*.qmd")))
HOME = ("index", "side_by_side", *GUIDE)
DRAWN = "document.documentElement.dataset.charts === 'drawn'"
CUT_OFF = """() => [...document.querySelectorAll(".table-frame")].filter(
    frame => frame.scrollWidth > frame.clientWidth).map(frame => frame.ariaLabel)"""


@pytest.fixture(scope="module")
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


class Visit:
    """A page opened at a width and colour scheme, with what it asked for and complained of."""

    def __init__(self, browser: Any, site: Path, width: int = 1280, scheme: str = "light") -> None:
        self.site = site
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, name: str) -> Any:
        self.page.goto((self.site / f"{name}.html").as_uri())
        self.page.wait_for_function(DRAWN, timeout=20_000)
        return self.page


@pytest.mark.parametrize(
    ("corpus", "width", "least"),
    [
        *(("preview", 1280, 35), ("preview", 390, 35), ("film_preview", 390, 30)),
        *(("published_preview", 1280, 25), ("published_preview", 390, 25)),
        *(("whole", 1280, 2), ("whole", 390, 2)),
    ],
)
def test_pages_draw_and_keep_to_themselves(
    browser: Any, corpus: str, width: int, least: int, request: pytest.FixtureRequest
) -> None:
    visit = Visit(browser, request.getfixturevalue(corpus), width)
    charts = 0
    for name in HOME if corpus == "whole" else PAGES:
        page = visit.open(name)
        marks = page.eval_on_selector_all(
            "figure.chart",
            "figures => figures.map(figure => "
            "[figure.id, figure.querySelectorAll('.vega svg [class*=mark-] > *').length])",
        )
        assert all(count > 0 for _, count in marks), (name, marks)
        charts += len(marks)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator("img:not([alt])").count() == 0
        # on a phone, and in the long lists of the guide, tables scroll within their frames
        if width == 1280 and not name.startswith("guide/"):
            page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
            assert page.evaluate(CUT_OFF) == [], name
        assert page.locator(".vega svg[role=img][aria-label]").count() == len(marks)
    assert charts >= least
    assert visit.complaints == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in visit.requests)
    visit.context.close()


def test_light_and_dark_differ(browser: Any, preview: Path) -> None:
    shots = []
    for scheme in ("light", "dark"):
        visit = Visit(browser, preview, scheme=scheme)
        page = visit.open("index")
        shots.append(page.screenshot())
        ink = page.eval_on_selector(".vega svg text", "text => getComputedStyle(text).fill")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert contrast(ink, paper) > 4.5
        visit.context.close()
    assert shots[0] != shots[1]


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two css rgb() colours."""

    def luminance(colour: str) -> float:
        parts = colour[colour.index("(") + 1 : -1].split(",")[:3]
        linear = []
        for part in parts:
            value = float(part) / 255
            linear.append(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_charts_follow_a_change_of_scheme(browser: Any, preview: Path) -> None:
    visit = Visit(browser, preview)
    page = visit.open("genres")
    before = page.eval_on_selector(".vega svg text", "text => getComputedStyle(text).fill")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "before => getComputedStyle(document.querySelector('.vega svg text')).fill !== before",
        arg=before,
    )
    visit.context.close()


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
    assert "number 17" in page.inner_text("#film-shown h3")
    assert page.locator("#film-shown .own").count() == 0
    row = page.locator("#film-shown tbody tr", has=page.get_by_text("window in words, cnn"))
    assert row.locator("th").get_attribute("title") == "window_cnn"
    assert row.locator("td").count() == 9
    assert visit.complaints == []
    visit.context.close()


def test_the_switch_leads_to_the_same_page_of_the_other_corpus(browser: Any, whole: Path) -> None:
    visit = Visit(browser, whole / "sample")
    page = visit.open("genres")
    switch = page.locator("nav.corpora")
    assert switch.locator("[aria-current]").inner_text() == "Rendered trailers"
    switch.locator("a", has_text="others").click()
    page.wait_for_url("**/mmtf14k/genres.html")
    page.locator("header a", has_text="Home").click()
    page.wait_for_url("**/_site/index.html")
    page.locator("header a", has_text="Rendered trailers").click()
    page.wait_for_url("**/sample/index.html")
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


def test_search_finds_a_film_and_shows_it_as_text(browser: Any, film_preview: Path) -> None:
    visit = Visit(browser, film_preview)
    page = visit.open("films")
    found = json.loads((film_preview / "metrics" / "films.json").read_text(encoding="utf-8"))
    page.fill("#film-search", "number 17 ")
    assert page.locator("#film-found button").all_inner_texts()[0] == "Film number 17 (2007)"
    film = found["films"][17]
    genres = ", ".join(GENRES[place] for place in film["genres"])
    assert genres in page.inner_text("#film-shown")
    row = page.locator("#film-shown tbody tr", has=page.get_by_text("window in words, cnn"))
    at = [a["slug"] for a in found["approaches"]].index("window_cnn") * 20
    expected = [int(film["scores"][i : i + 2], 36) / 1000 for i in range(at, at + 20, 2)]
    shown = [float(text) for text in row.locator("td").all_inner_texts()]
    assert shown == pytest.approx(expected, abs=0.0051)
    page.fill("#film-search", "amelie")  # without its accent
    assert page.locator("#film-found button").count() == 1
    page.fill("#film-search", "alert")
    assert page.inner_text("#film-shown h3 bdi") == found["films"][0]["title"]
    assert page.locator("#film-shown script, #film-found script").count() == 0
    page.fill("#film-search", "no such film at all")
    assert "No film" in page.inner_text("#film-shown")
    assert visit.complaints == []
    visit.context.close()


def test_site_search_leads_to_a_section(browser: Any, preview: Path) -> None:
    visit = Visit(browser, preview)
    page = visit.open("index")
    page.fill("#site-search", "ideal observer")
    page.locator("#site-found a").first.click()
    page.wait_for_url("**/instrument.html#*")
    anchor = page.url.partition("#")[2]
    assert page.locator(f"h2#{anchor}").count() == 1
    visit.context.close()


def test_the_menu_and_the_search_lead_to_the_guide_and_back(browser: Any, whole: Path) -> None:
    visit = Visit(browser, whole)
    page = visit.open("index")
    page.click(".menu summary")
    page.locator(".menu a", has_text="Past one machine").click()
    page.wait_for_url("**/guide/scaling.html")
    page.fill("#site-search", "spearman's correlation")
    page.locator("#site-found a").first.click()
    page.wait_for_url("**/_site/side_by_side.html#*")
    assert visit.complaints == []
    visit.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("corpus", ["preview", "published_preview", "whole"])
def test_axe_finds_nothing(
    browser: Any, corpus: str, scheme: str, request: pytest.FixtureRequest
) -> None:
    site = request.getfixturevalue(corpus)
    visit = Visit(browser, site, width=390 if scheme == "dark" else 1280, scheme=scheme)
    for name in HOME if corpus == "whole" else PAGES:
        page = visit.open(name)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
        said = [
            (v["id"], [n["target"] for n in v["nodes"][:3]]) for v in found.response["violations"]
        ]
        assert said == [], name
    visit.context.close()


def test_print_is_ink_on_paper_whatever_the_scheme(browser: Any, preview: Path) -> None:
    visit = Visit(browser, preview, scheme="dark")
    page = visit.open("approaches")
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.eval_on_selector(".vega svg text", "text => getComputedStyle(text).fill")
    said = page.evaluate("getComputedStyle(document.querySelector('.banner')).color")
    assert contrast(ink, "rgb(255, 255, 255)") > 7 and contrast(said, "rgb(255, 255, 255)") > 7
    assert not page.locator("button.copy").first.is_visible()
    visit.context.close()
