"""What a visitor meets first, in a real browser: on a desk and on a phone."""

from pathlib import Path
from typing import Any

import pytest
from browsing import Visit

pytestmark = pytest.mark.xdist_group("report")
BOTTOM = "element => element.getBoundingClientRect().bottom"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_answer_and_its_figure_are_above_the_fold(
    browser: Any, whole: Path, width: int, height: int, scheme: str
) -> None:
    visit = Visit(browser, whole, width, scheme)
    for name in ("index", "mmtf14k/index"):
        page = visit.open(name)
        assert page.inner_text(".answer").startswith("On 240 real trailers, picture and sound ")
        assert page.locator(".answer strong").count() == 4
        assert page.eval_on_selector(".answer", BOTTOM) < page.eval_on_selector("#answer", BOTTOM)
        assert page.eval_on_selector("#answer .vega svg", BOTTOM) <= height, name
        texts = page.locator("#answer .mark-text text").all_text_contents()
        assert sum(" to " in text for text in texts) == 4  # intervals, of each in the figure
        words = page.inner_text("main")
        assert "p = " not in words and "p < " not in words, name
    assert "Holm’s p" in visit.open("mmtf14k/approaches").inner_text("main")
    visit.context.close()


def test_the_navigation_of_a_phone_is_one_row_with_a_menu(browser: Any, whole: Path) -> None:
    visit = Visit(browser, whole, width=390)
    page = visit.open("mmtf14k/index")
    links = page.locator("#pages a", has_text="Genres")
    assert not links.first.is_visible()
    before = page.eval_on_selector("header.top", "e => e.offsetHeight")
    assert before < 90
    page.keyboard.press("Tab")  # the way past it, the brand, the menu
    page.get_by_role("button", name="Menu").press("Enter")
    assert page.get_attribute(".menu-button", "aria-expanded") == "true"
    links.first.click()
    page.wait_for_url("**/mmtf14k/genres.html")
    visit.context.close()
    visit = Visit(browser, whole, width=1280)
    page = visit.open("mmtf14k/index")
    assert not page.locator(".menu-button").is_visible()
    assert page.locator("#pages a", has_text="Genres").first.is_visible()
    visit.context.close()


def test_columns_explain_themselves_on_hover_on_focus_and_on_a_tap(
    browser: Any, whole: Path
) -> None:
    visit = Visit(browser, whole, width=390)
    page = visit.open("mmtf14k/approaches")
    head = page.locator("#approaches th", has_text="Macro AP")
    said, tip = head.get_attribute("data-about"), page.locator("#about-column")
    head.hover()
    assert tip.is_visible() and tip.inner_text() == said
    box = tip.bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390
    page.keyboard.press("Escape")
    assert not tip.is_visible()
    page.mouse.move(0, 0)
    head.locator("button").focus()
    assert tip.inner_text() == said
    assert head.locator("button").get_attribute("aria-describedby") == "about-column"
    page.keyboard.press("Tab")
    assert tip.inner_text() != said
    head.locator("button").click()
    assert tip.is_visible() and tip.inner_text() == said
    visit.context.close()


def test_rules_of_a_table_line_up_and_what_scrolls_says_so(browser: Any, whole: Path) -> None:
    visit = Visit(browser, whole, width=390)
    page = visit.open("mmtf14k/approaches")
    heights = page.eval_on_selector_all(
        "#approaches tr", "rows => rows.map(row => row.getBoundingClientRect().height)"
    )
    assert heights and all(height == round(height) for height in heights)
    told = """() => [...document.querySelectorAll(".table-frame")].map(frame => [
        frame.scrollWidth > frame.clientWidth, !frame.parentElement.closest("details:not([open])"),
        [...frame.parentElement.children].some(e => e.matches(".scrolls") && !e.hidden
            && e.compareDocumentPosition(frame) & Node.DOCUMENT_POSITION_FOLLOWING)])"""
    page.wait_for_timeout(100)
    frames = [frame for frame in page.evaluate(told) if frame[1]]
    assert any(scrolls for scrolls, _, _ in frames)
    assert all(said for scrolls, _, said in frames if scrolls)
    visit.context.close()
    visit = Visit(browser, whole, width=1280)
    page = visit.open("mmtf14k/approaches")
    page.wait_for_timeout(100)
    assert page.locator("#approaches").evaluate("e => e.scrollWidth <= e.clientWidth")
    assert page.locator(".scrolls:visible").count() == 0
    visit.context.close()
