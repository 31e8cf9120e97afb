import dataclasses

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from stages.base.genres import GENRES
from stages.fitting.films import Films
from stages.judging.label_ceiling import label_ceiling_rows, small_overlap_note


def films_of(y_true: np.ndarray) -> Films:
    ids = np.array([str(n) for n in range(len(y_true))])
    return Films(ids, y_true, np.zeros(len(y_true), int), {}, np.zeros(len(y_true), int))


def test_agreement_is_what_scikit_learn_says_on_the_films_both_know(judging):
    rng = np.random.default_rng(0)
    y_true = rng.random((80, 10)) < 0.3
    y_true[np.arange(80), np.arange(80) % 10] = True
    y_second = y_true ^ (rng.random((80, 10)) < 0.1)
    second = {
        str(n): tuple(g for g, has in zip(GENRES, row, strict=True) if has)
        for n, row in enumerate(y_second[:60])
    } | {"of another catalogue": ("Drama",)}
    rows = list(label_ceiling_rows(films_of(y_true), second, judging))
    t, s = y_true[:60], y_second[:60]
    whole = {row["metric"]: row for row in rows if "genre" not in row}
    expected = {
        "exact_match": (t == s).all(axis=1).mean(),
        "micro_f1": f1_score(t, s, average="micro"),
        "macro_f1": f1_score(t, s, average="macro"),
        "micro_ap": average_precision_score(t, s.astype(float), average="micro"),
        "macro_ap": average_precision_score(t, s.astype(float), average="macro"),
    }
    assert {name: row["value"] for name, row in whole.items()} == pytest.approx(expected)
    assert all(row["films"] == 60 for row in whole.values())
    for name in ("exact_match", "macro_f1", "macro_ap"):
        assert whole[name]["lo"] < whole[name]["value"] < whole[name]["hi"]
    by_genre = {
        row["genre"]: row["value"] for row in rows if row.get("genre") and row["metric"] == "f1"
    }
    assert list(by_genre) == list(GENRES)
    assert list(by_genre.values()) == pytest.approx(f1_score(t, s, average=None).tolist())


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, ""),
        ({"elsewhere": ("Drama",)}, "0 films of this run are in the second source"),
        ({"3": ("Drama",)}, "1 film of this run is in the second source"),
        ({"3": ("Drama",), "4": ("Crime",)}, ""),
    ],
)
def test_of_a_film_or_none_in_common_it_is_said_that_there_are_too_few(judging, known, said):
    films = films_of(np.eye(10, dtype=bool))
    rows = list(label_ceiling_rows(films, known, judging))
    assert bool(rows) == (len(known) == 2)
    assert small_overlap_note(films, known).startswith(said) and bool(
        small_overlap_note(films, known)
    ) == bool(said)


def test_two_films_of_one_collection_are_as_few_as_one(judging):
    films = dataclasses.replace(films_of(np.eye(10, dtype=bool)), group=np.array([0, 0, *range(8)]))
    second = {"0": ("Action",), "1": ("Drama",)}
    assert list(label_ceiling_rows(films, second, judging)) == []
    assert small_overlap_note(films, second).startswith(
        "2 films of this run are in the second source"
    )


def test_the_same_labels_agree_and_no_second_source_gives_no_rows(judging):
    y_true = np.eye(10, dtype=bool)
    second = {str(n): (GENRES[n],) for n in range(10)}
    rows = list(label_ceiling_rows(films_of(y_true), second, judging))
    assert {row["value"] for row in rows} == {1.0}
    assert list(label_ceiling_rows(films_of(y_true), {}, judging)) == []
