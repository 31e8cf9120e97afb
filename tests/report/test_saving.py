"""Figures saved from a page in a real browser: whole, at the size of a slide."""

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import cv2
import pytest
from browsing import Visit

pytestmark = pytest.mark.xdist_group("report")
SVG = "{http://www.w3.org/2000/svg}"
CUT_OFF = """() => [...document.querySelectorAll("text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.left < 0 || box.top < 0 || box.right > 1600 || box.bottom > 900;
}).map(text => text.textContent)"""


def save(page: Any, figure: str, kind: str, folder: Path) -> Path:
    """By the figure's own menu."""
    box = page.locator(f"#{figure} .vega")
    box.locator("summary").click()
    with page.expect_download() as coming:
        box.locator(".vega-actions a", has_text=kind).click()
    box.locator("summary").click()
    assert coming.value.suggested_filename == f"{figure}.{kind.lower()}"
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def texts(path: Path) -> list[str]:
    """What the picture says, in order, its own title and description too."""
    root = ET.parse(path).getroot()
    assert (root.get("width"), root.get("height")) == ("1600", "900")
    return [each.text or "" for each in root.iter() if each.text and each.tag.startswith(SVG)]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_saved_figure_has_finding_keys_source_and_what_it_is_of(
    browser: Any, preview: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    visit = Visit(browser, preview, width, scheme)
    page = visit.open("thresholds")
    page.select_option("#slider-approach", "window_cnn")
    saved = save(page, "sweep", "SVG", tmp_path)
    said = texts(saved)
    finding = page.inner_text("#sweep .finding")
    assert said[0] == finding and finding in " ".join(said[2:])
    assert said[1] == page.get_attribute("#sweep .vega", "data-alternative")
    for key in page.locator("#sweep .keys li").all_inner_texts():
        assert key in said
    assert "Rendered trailers with known cues: these are not films" in said
    assert "threshold on the score" in said  # the chart's own axis
    line = next(text for text in said if text.startswith("Data: "))
    assert line == f"Data: thresholds.csv · {page.title()}" and "Rendered trailers" in line
    marks = ET.parse(saved).getroot().findall(f".//{SVG}path[@stroke='#d55e00']")
    assert marks  # the chosen approach's sound, not the picture and sound it opens with

    picture = cv2.imread(str(save(page, "sweep", "PNG", tmp_path)))
    assert picture is not None and picture.shape == (1800, 3200, 3)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert f"rgb({', '.join(map(str, picture[5, 5][::-1]))})" == paper
    chart = picture[600:1500, 300:3000].reshape(-1, 3).astype(int)
    assert (abs(chart - picture[5, 5]).sum(axis=1) > 60).mean() > 0.005  # lines were drawn
    assert visit.complaints == []
    assert all(url.startswith(("file:", "data:", "blob:")) for url in visit.requests)
    page.goto(saved.as_uri())
    assert page.evaluate(CUT_OFF) == []
    visit.context.close()


def test_a_tall_figure_fits_and_films_are_called_so(
    browser: Any, published_preview: Path, whole: Path, tmp_path: Path
) -> None:
    visit = Visit(browser, published_preview)
    page = visit.open("approaches")
    saved = save(page, "matrix", "SVG", tmp_path)
    said = texts(saved)
    assert not any("not films" in text for text in said)
    title = page.title().rpartition(": ")[2]  # of the corpus
    assert said.count(title) == 1 and any(text.startswith("Data: appr") for text in said)
    page.goto(saved.as_uri())
    assert page.evaluate(CUT_OFF) == []
    visit.context.close()

    visit = Visit(browser, whole)
    page = visit.open("accuracy")
    said = texts(save(page, "both-measures-sample", "SVG", tmp_path))
    assert "Rendered trailers with known cues: these are not films" in said
    said = texts(save(page, "both-measures-mmtf14k", "SVG", tmp_path))
    assert not any("not films" in text for text in said)
    visit.context.close()
