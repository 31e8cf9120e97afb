import numpy as np
import pytest

from stages.base.genres import GENRES
from stages.corpus.labels import collections_of, describe, films_of
from stages.corpus.reader import Trailer
from stages.corpus.table import read_trailers, save_trailers

TRAILERS = [
    Trailer("a" * 16, "1", "One", 2000, ("Action", "Drama"), "sample:1"),
    Trailer("b" * 16, "1", "One", 2000, ("Action", "Drama"), "sample:1b"),
    Trailer("c" * 16, "2", "<script>", 2001, ("Drama",), "sample:2", "A series"),
]


def test_counts_films_not_trailers():
    counts = describe(TRAILERS)
    assert (counts["films"], counts["trailers"]) == (2, 3)
    assert counts["label_cardinality"] == pytest.approx(1.5)
    assert counts["label_density"] == pytest.approx(0.75)  # of the two genres there are
    assert counts["prevalence"]["Drama"] == 1.0 and counts["prevalence"]["Action"] == 0.5
    assert counts["cooccurrence"]["Action"]["Drama"] == 1
    assert counts["cooccurrence"]["Drama"]["Drama"] == 2


def test_labels_are_in_the_order_of_the_ten():
    films, y_true = films_of(TRAILERS)
    assert films == ["1", "2"]
    assert [GENRES[i] for i in np.flatnonzero(y_true[0])] == ["Action", "Drama"]


def test_collections_are_of_films_in_their_order():
    assert collections_of(TRAILERS) == ["", "A series"]


def test_the_table_gives_back_what_was_saved_in_equal_bytes(tmp_path):
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    save_trailers(TRAILERS, first)
    save_trailers(TRAILERS, second)
    assert read_trailers(first) == TRAILERS
    assert first.read_bytes() == second.read_bytes()
