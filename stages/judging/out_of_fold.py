"""Out-of-fold scores as they lie in git, by which any two commits are compared on any machine.

`scores/<approach>.parquet` has a row a film and a column a genre, so that a change to one approach
changes one small file. `judged_films.parquet` has each film's fold and group. The labels lie
in a file of their own, `labels.parquet`, since not every catalogue's may be passed on: where they
may not, it stays out of git and whoever has the catalogue takes them from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.base.files import replacing
from stages.base.genres import GENRES
from stages.base.packs import read_table, write_table
from stages.corpus.table import read_trailers
from stages.judging.board import Board

FILES = SCORES, FILMS, LABELS = "scores", "judged_films.parquet", "labels.parquet"


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """A run as judged, all approaches on the same films."""

    film_id: np.ndarray
    """(n_films,) str."""
    fold: np.ndarray
    """(n_films,) int."""
    y_true: np.ndarray
    """(n_films, 10) bool."""
    group: np.ndarray | None
    """(n_films,) number of the films resampled together; None where each stands alone."""
    scores: Mapping[str, np.ndarray]
    """approach -> (n_films, 10) float32, the mean over its seeds as `as_stored` rounds it."""

    @classmethod
    def from_board(cls, board: Board) -> "OutOfFold":
        """All scores of a board; a genre that none of its films has is scored 0."""
        places = board.film_id.size, len(GENRES)
        y_true = np.zeros(places, bool)
        y_true[:, board.columns] = board.y_true
        scores = {}
        for cell, score in zip(board.cells, board.y_scores, strict=True):
            scores[cell.slug] = np.zeros(places, np.float32)
            scores[cell.slug][:, board.columns] = as_stored(score)
        return cls(board.film_id, board.fold, y_true, board.group, scores)

    @classmethod
    def read(cls, folder: Path, catalogue: Path | None = None) -> "OutOfFold":
        """What `write` wrote; labels that it put elsewhere are read from the catalogue's table.

        Raises FileNotFoundError where a file of it is missing, ValueError where they are of
        different runs or films.
        """
        films = read_table(folder / FILMS)
        ids, group = films["film_id"], films["group"]
        if catalogue is None or (folder / LABELS).exists():
            labels = _read(folder / LABELS, ids)["genres"].to_pylist()
        else:
            labels = _labels_of(ids.to_pylist(), catalogue)
        scores = {path.stem: _read(path, ids) for path in (folder / SCORES).glob("*.parquet")}
        return cls(
            np.array(ids.to_pylist()),
            films["fold"].to_numpy(),
            np.array([[genre in names for genre in GENRES] for names in labels]),
            None if group.null_count else group.to_numpy(),
            {
                slug: np.column_stack([table[genre].to_numpy() for genre in GENRES])
                for slug, table in sorted(scores.items())
            },
        )

    def write(self, folder: Path, labels: Path | None = None) -> None:
        """Write the files, byte for byte the same for the same numbers; remove other scores.

        labels: the folder that labels.parquet goes to, and is not left in `folder` then.
        """
        ids = pa.array(self.film_id.tolist(), pa.string())
        group = pa.nulls(len(ids)) if self.group is None else self.group
        places = {"fold": pa.array(self.fold, pa.int8()), "group": pa.array(group, pa.int32())}
        write_table(pa.table({"film_id": ids, **places}), folder / FILMS)
        genres = pa.array(map(_names, self.y_true), pa.list_(pa.string()))
        if labels is not None:
            (folder / LABELS).unlink(missing_ok=True)
        write_table(pa.table({"film_id": ids, "genres": genres}), (labels or folder) / LABELS)
        kept = {folder / SCORES / f"{slug}.parquet" for slug in self.scores}
        for path in {*(folder / SCORES).glob("*.parquet")} - kept:
            path.unlink()
        for slug, score in self.scores.items():
            _write_scores(ids, score, folder / SCORES / f"{slug}.parquet")


def as_stored(score: np.ndarray) -> np.ndarray:
    """Scores as float32 that rank the films of each genre as they did, ties included.

    score: (n_films, n_genres) float64. Rounding alone would make ties of close scores, and one tie
    moves an average precision by more than all other rounding; such scores are kept apart by the
    smallest float32 step.
    """
    stored = np.empty(score.shape, np.float32)
    for genre, column in enumerate(score.T):
        values, places = np.unique(column, return_inverse=True)
        rounded = values.astype(np.float32)
        for at in range(1, len(rounded)):
            if rounded[at] <= rounded[at - 1]:
                rounded[at] = np.nextafter(rounded[at - 1], np.float32(np.inf))
        stored[:, genre] = rounded[places]
    return stored


def _labels_of(film_id: Sequence[str], catalogue: Path) -> list[tuple[str, ...]]:
    known = {trailer.film_id: trailer.genres for trailer in read_trailers(catalogue)}
    if unknown := [film for film in film_id if film not in known]:
        raise ValueError(f"{catalogue} lacks {len(unknown)} of the films, such as {unknown[0]}")
    return [known[film] for film in film_id]


def _names(row: np.ndarray) -> list[str]:
    return [genre for genre, has in zip(GENRES, row, strict=True) if has]


def _write_scores(film_id: pa.Array, score: np.ndarray, path: Path) -> None:
    """Floats byte by byte, each column's first bytes together: so they are a fifth smaller."""
    columns = {genre: pa.array(column) for genre, column in zip(GENRES, score.T, strict=True)}
    encoding = {"film_id": "DELTA_BYTE_ARRAY"} | dict.fromkeys(GENRES, "BYTE_STREAM_SPLIT")
    with replacing(path) as new:
        pq.write_table(
            pa.table({"film_id": film_id, **columns}),
            new,
            compression="zstd",
            use_dictionary=False,
            write_statistics=False,
            store_schema=False,
            column_encoding=encoding,
        )


def _read(path: Path, film_id: pa.ChunkedArray) -> pa.Table:
    table = read_table(path)
    if table["film_id"] != film_id:
        raise ValueError(f"{path.name} is of other films than {FILMS}")
    return table
