"""Scores in git: enough digits, no tie made or lost, equal bytes, and no file of another run."""

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import average_precision_score

from stages.base.genres import GENRES
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.judging.out_of_fold import OutOfFold, as_stored

N_FILMS = 240
RNG = np.random.default_rng(3)
Y_TRUE = RNG.random((N_FILMS, 10)) < 0.3
FILM_ID = np.array([f"s{number:03}" for number in range(N_FILMS)])


def seeds_mean() -> np.ndarray:
    """Means of two seeds' float32 scores, half of the films in pairs that rounding would tie."""
    by_seed = RNG.random((2, N_FILMS, 10)).astype(np.float32)
    half = N_FILMS // 2
    by_seed[0, half:] = by_seed[0, :half]
    by_seed[1, half:] = np.nextafter(by_seed[1, :half], np.float32(1))
    return by_seed.mean(axis=0, dtype=np.float64)


def made(**scores: np.ndarray) -> OutOfFold:
    fold, group = np.arange(N_FILMS) % 5, np.arange(N_FILMS) // 3
    return OutOfFold(FILM_ID, fold, Y_TRUE, group, scores)


def test_a_genre_ranks_its_films_as_before_ties_included():
    mean = seeds_mean()
    mean[5:9] = mean[4]
    assert (mean.astype(np.float32)[:, 0] != mean[:, 0]).any(), "they do not fit into float32"
    stored = as_stored(mean)
    assert stored.dtype == np.float32
    np.testing.assert_allclose(stored, mean, rtol=3e-7)
    for column in range(10):
        before, after = mean[:, column], stored[:, column]
        np.testing.assert_array_equal(
            np.sign(np.subtract.outer(after, after)), np.sign(np.subtract.outer(before, before))
        )


def test_one_step_apart_pushes_the_next_one_step_on():
    first = np.float64(np.float32(0.3))
    step = np.spacing(np.float32(0.3)).astype(np.float64)
    close = np.array([[first], [first + step / 8], [first + step / 4], [first + step]])
    np.testing.assert_array_equal(as_stored(close), (first + step * np.arange(4))[:, None])


def test_average_precision_from_the_files_is_that_of_the_scores(tmp_path):
    mean = seeds_mean()
    run = made(one=as_stored(mean), two=as_stored(1 - mean))
    run.write(tmp_path)
    found = OutOfFold.read(tmp_path)
    assert list(found.scores) == ["one", "two"]
    for slug, scores in (("one", mean), ("two", 1 - mean)):
        expected = average_precision_score(Y_TRUE, scores, average="macro")
        ours = average_precision_score(found.y_true, found.scores[slug], average="macro")
        assert ours == pytest.approx(expected, abs=1e-6)
    for name in ("film_id", "fold", "y_true", "group"):
        np.testing.assert_array_equal(getattr(found, name), getattr(run, name))


def test_files_that_stand_alone_have_no_group(tmp_path):
    run = made(one=as_stored(seeds_mean()))
    OutOfFold(run.film_id, run.fold, run.y_true, None, run.scores).write(tmp_path)
    assert OutOfFold.read(tmp_path).group is None


def test_labels_lie_in_one_file_and_scores_in_one_an_approach(tmp_path):
    made(one=as_stored(seeds_mean())).write(tmp_path)
    columns = {
        path.relative_to(tmp_path).as_posix(): pq.read_schema(path).names
        for path in tmp_path.rglob("*.parquet")
    }
    assert columns == {
        "judged_films.parquet": ["film_id", "fold", "group"],
        "labels.parquet": ["film_id", "genres"],
        "scores/one.parquet": ["film_id", *GENRES],
    }


def test_labels_that_may_not_be_passed_on_lie_apart_and_are_read_from_the_catalogue(tmp_path):
    run, folder, private = (
        made(one=as_stored(seeds_mean())),
        tmp_path / "metrics",
        tmp_path / "data",
    )
    run.write(folder)  # as before they were known to be private
    run.write(folder, private)
    assert not (folder / "labels.parquet").exists() and (private / "labels.parquet").exists()
    for path in folder.rglob("*.parquet"):
        assert "genres" not in pq.read_schema(path).names
    genres = [[g for g, has in zip(GENRES, row, strict=True) if has] for row in run.y_true]
    trailers = [
        Trailer(f"{film}-0", film, "A film", 1999, tuple(own), "sample:x", "")
        for film, own in zip(run.film_id.tolist(), genres, strict=True)
    ]
    save_trailers(trailers[::-1], tmp_path / "catalogue.parquet")
    found = OutOfFold.read(folder, tmp_path / "catalogue.parquet")
    np.testing.assert_array_equal(found.y_true, run.y_true)
    save_trailers(trailers[1:], tmp_path / "catalogue.parquet")
    with pytest.raises(ValueError, match=f"lacks 1 of the films, such as {run.film_id[0]}"):
        OutOfFold.read(folder, tmp_path / "catalogue.parquet")
    with pytest.raises(FileNotFoundError):
        OutOfFold.read(folder)


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_equal_numbers_are_equal_bytes_and_other_runs_files_go(tmp_path):
    mean = as_stored(seeds_mean())
    made(one=mean, gone=mean).write(tmp_path / "a")
    made(one=mean).write(tmp_path / "a")
    made(one=mean).write(tmp_path / "b")
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_a_run_of_25_approaches_stays_well_under_300_kb(tmp_path):
    made(**{f"approach_{n}": as_stored(seeds_mean()) for n in range(25)}).write(tmp_path)
    size = sum(path.stat().st_size for path in tmp_path.rglob("*.parquet"))
    assert size < 260_000


def test_files_of_two_runs_are_not_read_as_one(tmp_path):
    made(one=as_stored(seeds_mean())).write(tmp_path)
    path = tmp_path / "labels.parquet"
    pq.write_table(pq.read_table(path).slice(1), path)
    with pytest.raises(ValueError, match=r"labels\.parquet is of other films"):
        OutOfFold.read(tmp_path)


def test_a_genre_that_no_judged_film_has_is_written_as_nobodys(board, tmp_path):
    kept = [0, 1, 2, 3, 4, 5, 7, 8, 9]  # no Mystery
    names = tuple(GENRES[column] for column in kept)
    fewer = replace(
        board, y_true=board.y_true[:, kept], by_seed=board.by_seed[..., kept], genres=names
    )
    OutOfFold.from_board(fewer).write(tmp_path)
    found = OutOfFold.read(tmp_path)
    assert not found.y_true[:, 6].any() and not found.scores["good"][:, 6].any()
    np.testing.assert_array_equal(found.y_true[:, kept], fewer.y_true)
    np.testing.assert_allclose(found.scores["good"][:, kept], fewer.y_scores[1], rtol=3e-7)
