"""The preview in a real browser, opened from the disk as a person would."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Visit

pytestmark = pytest.mark.xdist_group("report")
ROOT = Path(__file__).parents[2]
GUIDE = tuple(f"guide/{path.stem}" for path in sorted((ROOT / "docs").glob("*.md")))
PAGES = tuple(path.stem for path in sorted((ROOT / "report").glob("*.qmd")))
HOME = ("index", "side_by_side", "accuracy", *GUIDE)
CUT_OFF = """() => [...document.querySelectorAll(".table-frame")].filter(
    frame => frame.scrollWidth > frame.clientWidth).map(frame => frame.ariaLabel)"""

# a page from the disk may not fetch its style sheets once more; what passes need not be told
AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21aa"],
    "preload": False,
    "resultTypes": ["violations"],
}

# texts of a chart that reach over its edge, or end in an ellipsis for want of room
CLIPPED = """() => [...document.querySelectorAll("figure.chart")].flatMap(figure => {
    const svg = figure.querySelector(".vega svg").getBoundingClientRect();
    return [...figure.querySelectorAll(".vega svg text")].filter(text => {
        const box = text.getBoundingClientRect();
        return box.width && (text.textContent.includes("…") && !text.textContent.startsWith("…")
            || box.left < svg.left - 1 || box.right > svg.right + 1
            || box.top < svg.top - 1 || box.bottom > svg.bottom + 1);
    }).map(text => [figure.id, text.textContent]);
})"""


@pytest.mark.parametrize(
    ("corpus", "width", "scheme", "least"),
    [
        *(("preview", 1280, "light", 35), ("preview", 390, "dark", 35)),
        *(("published_preview", 1280, "light", 25), ("published_preview", 390, "dark", 25)),
        *(("whole", 1280, "light", 2), ("whole", 390, "dark", 2)),
        ("film_preview", 390, "light", 30),
    ],
)
def test_pages_draw_keep_to_themselves_and_axe_finds_nothing(
    browser: Any, corpus: str, width: int, scheme: str, least: int, request: pytest.FixtureRequest
) -> None:
    visit = Visit(browser, request.getfixturevalue(corpus), width, scheme)
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
        assert page.evaluate(CLIPPED) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator("img:not([alt])").count() == 0
        # on a phone, and in the long lists of the guide, tables scroll within their frames
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        if width == 1280 and not name.startswith("guide/"):
            assert page.evaluate(CUT_OFF) == [], name
        assert page.locator(".vega svg[role=img][aria-label]").count() == len(marks)
        assert violations(page) == [], name
    assert charts >= least
    assert visit.complaints == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in visit.requests)
    visit.context.close()


def violations(page: Any) -> list[Any]:
    """What axe finds on a page as it is, with the first elements of each."""
    found = Axe().run(page, options=AXE)
    return [(v["id"], [n["target"] for n in v["nodes"][:3]]) for v in found.response["violations"]]


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


def test_the_menu_of_a_corpus_is_one_row_and_all_corpora_a_click_away(
    browser: Any, whole: Path
) -> None:
    visit = Visit(browser, whole / "sample")
    page = visit.open("instrument")
    entries = page.locator("header nav > ul > li").all()
    assert len(entries) > 10
    assert len({round((entry.bounding_box() or {})["y"]) for entry in entries}) == 1
    page.locator("nav.corpora a", has_text="Side by side").click()
    page.wait_for_url("**/_site/side_by_side.html")
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


def test_print_is_ink_on_paper_whatever_the_scheme(browser: Any, preview: Path) -> None:
    visit = Visit(browser, preview, scheme="dark")
    page = visit.open("approaches")
    page.emulate_media(media="print", color_scheme="dark")
    ink = page.eval_on_selector(".vega svg text", "text => getComputedStyle(text).fill")
    said = page.evaluate("getComputedStyle(document.querySelector('.banner')).color")
    assert contrast(ink, "rgb(255, 255, 255)") > 7 and contrast(said, "rgb(255, 255, 255)") > 7
    assert not page.locator("button.copy").first.is_visible()
    visit.context.close()
