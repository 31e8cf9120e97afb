import dataclasses
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from stages.base.errors import BenchmarkError
from stages.base.packs import write_table
from stages.corpus.reader import Trailer
from stages.corpus.table import read_trailers, save_trailers
from stages.fitting.scores import Scores, save_scores
from stages.judging.board import read_board


@pytest.fixture
def data(tmp_path):
    trailers = [
        Trailer(f"{n:016x}", f"film {n}", "T", 2000, ("Drama",), f"sample:{n}") for n in range(4)
    ]
    save_trailers(trailers, tmp_path / "catalogue.parquet")
    ids = ["film 0", "film 1", "film 2", "film 3"]
    fold = pa.array([0, 1, 0, 1], pa.int8())
    splits = {"film_id": ids, "fold": fold, "fold_ungrouped": fold}
    write_table(pa.table(splits), tmp_path / "splits.parquet")
    return tmp_path


def save(data, slug: str, films: list[int], offset: float = 0.0) -> None:
    score = np.array([[[n / 10 + offset] * 10 for n in films]], np.float32)
    ids = np.array([f"film {n}" for n in films])
    fold = np.array([n % 2 for n in films])
    inner = np.where((fold == np.arange(2)[:, None])[:, :, None], np.nan, score)
    item = Scores(ids, fold, score, inner)
    popular = dataclasses.replace(item, score=score.copy())
    popular.score[:, :, [1, 3, 6, 7, 9]] = np.nan
    save_scores({"all": item, "popular": popular}, data / f"scores/{slug}.npz")


def test_all_approaches_are_judged_on_the_same_films_in_the_same_order(data, board):
    save(data, "prior", [3, 2, 1, 0])
    save(data, "good", [1, 2, 3], 0.1)
    found = read_board(data, board.cells[:2])
    assert found.film_id.tolist() == ["film 1", "film 2", "film 3"]
    np.testing.assert_allclose(found.y_scores[:, :, 0], [[0.1, 0.2, 0.3], [0.2, 0.3, 0.4]])
    assert found.fold.tolist() == [1, 0, 1]
    np.testing.assert_allclose(found.inner[1, :, :, 0], [[0.2, np.nan, 0.4], [np.nan, 0.3, np.nan]])


def test_a_board_of_fewer_labels_has_a_score_in_every_place(data, board):
    fewer = dataclasses.replace(
        board.cells[1], slug="good_popular", labels="popular", base=board.cells[1].slug
    )
    save(data, "prior", [0, 1])
    save(data, "good", [0, 1, 2])
    cells = (board.cells[0], fewer)
    found = read_board(data, cells, ("all", "popular"))
    assert found.genres == ("Drama",)  # of the popular five, what a film has
    assert found.y_true.shape == (2, 1) and np.isfinite(found.by_seed).all()
    assert [cell.slug for cell in read_board(data, cells).cells] == ["prior"]


def test_a_genre_that_no_judged_film_has_is_in_no_number(data, board):
    ids = [f"film {n}" for n in range(4)]
    genres = [("Action", "Drama"), ("Drama", "Horror"), ("Action",), ("Mystery",)]
    trailers = [
        Trailer(f"{n:016x}", film, "T", 2000, genres[n], f"sample:{n}")
        for n, film in enumerate(ids)
    ]
    save_trailers(trailers, data / "catalogue.parquet")
    save(data, "prior", [0, 1, 2])  # the film with Mystery is not judged
    save(data, "good", [0, 1, 2], 0.1)
    found = read_board(data, board.cells[:2])
    assert found.genres == ("Action", "Drama", "Horror") and found.columns == [0, 4, 5]
    assert found.y_true.tolist() == [[True, True, False], [False, True, True], [True, False, False]]
    assert found.by_seed.shape == (2, 1, 3, 3) and found.inner.shape == (2, 2, 3, 3)


def test_an_incomplete_matrix_is_refused_by_name(data, board):
    save(data, "prior", [0, 1])
    with pytest.raises(BenchmarkError, match="good"):
        read_board(data, board.cells[:2])


def test_no_film_in_common_is_said(data, board):
    save(data, "prior", [0, 1])
    save(data, "good", [2, 3])
    with pytest.raises(BenchmarkError, match="no film was scored by every approach"):
        read_board(data, board.cells[:2])


def test_films_of_a_collection_are_resampled_together(data, board):
    save(data, "prior", [0, 1, 2, 3])
    assert read_board(data, board.cells[:1]).group is None
    trailers = read_trailers(data / "catalogue.parquet")
    named = [replace(t, collection="Alien" if n in (1, 3) else "") for n, t in enumerate(trailers)]
    save_trailers(named, data / "catalogue.parquet")
    group = read_board(data, board.cells[:1]).group
    assert group is not None and group.tolist() == [0, 1, 2, 1]


def test_a_part_of_a_board_takes_its_resamples_where_the_films_are_the_same(data, board, judging):
    save(data, "prior", [0, 1, 2, 3])
    save(data, "good", [0, 1, 2, 3], 0.1)
    save(data, "bad", [0, 2, 3], 0.2)
    own = read_board(data, board.cells[:1]).resampled(judging)
    for n_cells, takes in ((2, True), (3, False)):
        larger = read_board(data, board.cells[:n_cells])
        found = read_board(data, board.cells[:1], part_of=larger).resampled(judging)
        for name in ("point", "values", "jackknife"):
            np.testing.assert_array_equal(getattr(found, name), getattr(own, name))
        assert bool(larger._resampled) == takes
