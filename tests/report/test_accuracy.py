"""The page on accuracy in a real browser: its numbers against scikit-learn, mouse and keys."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import Visit
from sklearn import metrics as sk

from report import accuracy, exercises
from stages.base.genres import GENRES

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("report")
Rows = np.ndarray


def of_dataset() -> Rows:
    """Labels of dataset.txt, (n_films, 10) bool, read here without the code under test."""
    lines = (ROOT / "dataset.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line[:1].isdigit()]
    return np.array([[genre in row[3].split(",") for genre in GENRES] for row in rows])


def best_constant(y_true: Rows, order: list[int]) -> tuple[float, int]:
    """Of answers that name one genre for every film, the highest categorical accuracy."""
    truth = y_true[:, order].argmax(axis=1)
    found = [sk.accuracy_score(truth, np.full(len(truth), at)) for at in range(len(order))]
    return max(found), order[int(np.argmax(found))]


def shown_order(page: Any) -> list[int]:
    return [int(row.get_attribute("data-genre")) for row in page.locator("ol.genres li").all()]


def check_order(page: Any, y_true: Rows) -> list[int]:
    """The numbers of the list against scikit-learn's; the order it stands in."""
    order = shown_order(page)
    value, genre = best_constant(y_true, order)
    assert float(page.inner_text("#best-accuracy").rstrip("%")) == pytest.approx(
        100 * value, abs=0.051
    )
    assert page.inner_text("#best-genre") == GENRES[genre]
    blind = np.zeros(y_true.shape)
    blind[:, genre] = 1
    by_genre = [sk.average_precision_score(y_true[:, g], blind[:, g] * 0) for g in range(10)]
    assert float(page.inner_text("#best-precision")) == pytest.approx(np.mean(by_genre), abs=6e-4)
    return order


@pytest.mark.parametrize("width", [1280, 390])
def test_only_the_order_of_the_labels_moves_accuracy(browser: Any, whole: Path, width: int) -> None:
    visit, y_true = Visit(browser, whole, width), of_dataset()
    page = visit.open("accuracy")
    shown = {}
    for preset in ("alphabetical", "reversed", "rarest", "commonest"):
        page.click(f'[data-order="{preset}"]')
        order = check_order(page, y_true)
        shown[preset] = round(float(page.inner_text("#best-accuracy").rstrip("%")))
        if preset == "rarest":
            assert order == sorted(range(10), key=lambda genre: y_true[:, genre].sum())
    assert shown == {"alphabetical": 43, "reversed": 25, "rarest": 20, "commonest": 43}

    page.click('[data-order="alphabetical"]')
    grips = page.locator("ol.genres .grip")
    grips.nth(9).scroll_into_view_if_needed()
    start, end = grips.nth(0).bounding_box(), grips.nth(4).bounding_box()
    page.mouse.move(start["x"] + 4, start["y"] + 8)
    page.mouse.down()
    page.mouse.move(end["x"] + 4, end["y"] + 20, steps=12)
    page.mouse.up()
    assert check_order(page, y_true) == [1, 2, 3, 4, 0, 5, 6, 7, 8, 9]
    assert page.locator(".dragged").count() == 0

    up = page.get_by_role("button", name="Thriller: up")
    up.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    assert check_order(page, y_true) == [1, 2, 3, 4, 0, 5, 6, 7, 9, 8]
    assert up.evaluate("button => button === document.activeElement")
    assert "Thriller is label 9. The best constant answer is" in page.inner_text("#reorder")
    assert visit.complaints == []
    visit.context.close()


def kept(y_true: Rows, order: list[int], genre: int, share: float | None) -> list[int]:
    """Which films are measured: by the rule that the page tells."""
    films = [film for film in range(len(y_true)) if y_true[film, order].any()]
    if share is None:
        return films
    own = [film for film in films if y_true[film, genre]]
    others = [film for film in films if not y_true[film, genre]]
    total = int(min(len(own) / share, len(others) / (1 - share)) + 1e-9)
    count = min(round(total * share), len(own))
    rest = min(total - count, len(others))

    def evenly(listed: list[int], n: int) -> list[int]:
        return [listed[int((at + 0.5) * len(listed) / n)] for at in range(n)]

    return evenly(own, count) + evenly(others, rest)


def by_sklearn(truth: Rows, scores: Rows, threshold: float) -> dict[str, float]:
    """Every measure of the page; genres that no film has are left out of averages."""
    named, some = scores >= threshold, np.flatnonzero(truth.any(axis=0))
    first, largest = truth.argmax(axis=1), scores.argmax(axis=1)
    of = {"zero_division": 0.0}
    return {
        "keras": sk.accuracy_score(first, largest),
        "top": np.mean([row[at] for row, at in zip(truth, largest, strict=True)]),
        "exact": sk.accuracy_score(truth, named),
        "binary": 1 - sk.hamming_loss(truth, named),
        "f1": sk.f1_score(truth[:, some], named[:, some], average="macro", **of),
        "ap": np.mean([sk.average_precision_score(truth[:, g], scores[:, g]) for g in some]),
    }


def check_lab(page: Any, y_true: Rows, scores: Rows | None, share: float | None) -> None:
    k = int(page.input_value("#lab-labels"))
    threshold = float(page.input_value("#lab-threshold"))
    order = shown_order(page)[:k]
    films = kept(y_true, order, int(page.input_value("#lab-genre")), share)
    truth = y_true[np.ix_(films, order)]
    answers = {
        "constant": np.tile(truth.mean(axis=0), (len(truth), 1)),
        "everything": np.ones(truth.shape),
        "perfect": truth.astype(float),
    }
    if scores is not None:
        answers["approach"] = scores[np.ix_(films, order)]
    for answer, given in answers.items():
        expected = by_sklearn(truth, given, threshold)
        if answer == "perfect":  # its largest score is at any of a film's labels, each as often
            expected["keras"] = np.mean(1 / truth.sum(axis=1))
        for measure, value in expected.items():
            cell = f'[data-measure="{measure}"] [data-answer="{answer}"]'
            assert float(page.inner_text(cell)) == pytest.approx(value, abs=6e-4), cell
    assert page.inner_text("#lab-kept").startswith(f"{len(films)} of {len(y_true)},")
    blank = page.inner_text('[data-measure="ap"] [data-answer="approach"]') == "–"
    assert blank == (scores is None)


def put(page: Any, name: str, value: float) -> None:
    page.eval_on_selector(
        f"#lab-{name}",
        "(range, to) => { range.value = to; range.dispatchEvent(new Event('input')); }",
        value,
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_what_the_reader_sets_is_what_scikit_learn_measures(
    browser: Any, whole: Path, width: int
) -> None:
    visit = Visit(browser, whole, width)
    page = visit.open("accuracy")
    found = json.loads((whole / "sample" / "metrics" / "films.json").read_text(encoding="utf-8"))
    y_true = np.array([[g in film["genres"] for g in range(10)] for film in found["films"]])
    values = [
        [int(film["scores"][at : at + 2], 36) / 1000 for at in range(0, len(film["scores"]), 2)]
        for film in found["films"]
    ]
    scores = np.array(values).reshape(len(y_true), -1, 10)
    slugs = [each["slug"] for each in found["approaches"]]
    assert page.input_value("#lab-approach") == str(slugs.index("late_cnn"))  # the headline's
    check_lab(page, y_true, scores[:, slugs.index("late_cnn")], None)
    page.select_option("#lab-approach", str(slugs.index("mfcc_mlp")))
    heard = scores[:, slugs.index("mfcc_mlp")]
    put(page, "threshold", 0.1)
    check_lab(page, y_true, heard, None)
    page.click('[data-order="rarest"]')
    put(page, "labels", 4)
    check_lab(page, y_true, heard, None)
    for share in (0.9, 0.15):
        put(page, "share", share)
        check_lab(page, y_true, heard, share)
    put(page, "threshold", 1)
    check_lab(page, y_true, heard, 0.15)
    page.select_option("#lab-corpus", "1")
    check_lab(page, of_dataset(), None, None)
    assert page.inner_text("#lab-finding") == "No approach has scores for these films."
    page.click("#lab-reset")
    assert page.input_value("#lab-labels") == "10"
    check_lab(page, of_dataset(), None, None)
    assert visit.complaints == []
    visit.context.close()


def test_the_answers_to_the_exercises_are_folded_and_computed(browser: Any, whole: Path) -> None:
    visit, y_true = Visit(browser, whole), of_dataset()
    page = visit.open("accuracy")
    folded = page.locator(".exercises details")
    assert folded.count() == 3 and page.locator(".exercises details[open]").count() == 0
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    worst, nothing, chosen = (each.inner_text() for each in folded.all())
    value, order = exercises.worst_order(y_true)
    assert f"below {100 * value:.1f}%" in worst
    assert best_constant(y_true, order)[0] == pytest.approx(value)
    none = np.zeros(y_true.shape, bool)
    assert f"right for {100 * (1 - sk.hamming_loss(y_true, none)):.1f}%" in nothing
    assert f"macro F1 {sk.f1_score(y_true, ~none, average='macro'):.3f}" in nothing
    assert "Rendered trailers: Keras’ accuracy chooses" in chosen
    visit.context.close()


def test_no_order_is_worse_than_the_one_that_is_named() -> None:
    y_true = of_dataset()[:, :6]
    y_true = y_true[y_true.any(axis=1)]

    def best(order: list[int]) -> float:
        first = y_true[:, order].argmax(axis=1)
        return max(float((first == at).mean()) for at in range(6))

    value, order = exercises.worst_order(y_true)
    every = [best(list(some)) for some in permutations(range(6))]
    assert value == pytest.approx(min(every)) == pytest.approx(best(order))
    assert max(every) - min(every) > 0.1


def test_a_constant_answer_is_right_where_its_genre_is_the_first() -> None:
    y_true = np.array([[True, True, False], [False, True, True], [True, False, True]])
    assert accuracy.of_constants(y_true, [0, 1, 2]).tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert accuracy.of_constants(y_true, [2, 0, 1]).tolist() == pytest.approx([1 / 3, 0, 2 / 3])
