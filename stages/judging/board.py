"""All approaches' scores of the same films: what every judgement starts from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.corpus.genres import GENRES, LABEL_SETS
from stages.errors import BenchmarkError
from stages.fitting.films import read_films
from stages.fitting.scores import Scores
from stages.params.matrix import Cell


@dataclass(frozen=True)
class Board:
    """cells: the approaches; film_id, fold: (n_films,); y_true: (n_films, n_genres) bool;
    by_seed: (n_approaches, n_seeds, n_films, n_genres) float64;
    inner: (n_approaches, n_folds, n_films, n_genres) float64, inner[:, f] what may be tuned on for
    fold f, NaN for the films of f itself; group: (n_films,), the films that are resampled together,
    or None where each stands alone."""

    cells: tuple[Cell, ...]
    film_id: np.ndarray
    fold: np.ndarray
    y_true: np.ndarray
    by_seed: np.ndarray
    inner: np.ndarray
    group: np.ndarray | None = None

    @property
    def y_scores(self) -> np.ndarray:
        """What an approach says: its scores averaged over the seeds, one row of films each."""
        return self.by_seed.mean(axis=1)

    def row(self, slug: str) -> int:
        """Number of an approach."""
        return [cell.slug for cell in self.cells].index(slug)


def read_board(data: Path, cells: Sequence[Cell], labels: Sequence[str] = ("all",)) -> Board:
    """Scores of the cells trained on one of these label sets, on the films that all of them scored.

    The genres are those that the label sets share: a board has a score in every place. Raises
    BenchmarkError that names the cells without scores: a comparison of some is none.
    """
    cells = [cell for cell in cells if cell.labels in labels]
    genres = shared_genres(labels)
    paths = {cell.slug: data / "scores" / f"{cell.fitted_with}.npz" for cell in cells}
    if missing := [slug for slug, path in paths.items() if not path.exists()]:
        raise BenchmarkError(
            "the matrix is incomplete",
            where=str(data / "scores"),
            found=f"no scores of {', '.join(missing)}",
            do="run `dvc repro`, which fits what is missing",
        )
    scores = [Scores.load(paths[cell.slug], cell.labels) for cell in cells]
    films = read_films(data)
    common = set(films.ids.tolist()).intersection(*(set(s.film_id.tolist()) for s in scores))
    keep = np.array([film in common for film in films.ids], bool)
    if not keep.any():
        raise BenchmarkError(
            "no film was scored by every approach",
            where=str(data / "scores"),
            do="see metrics/splits.json: films with picture and films with sound do not overlap",
        )
    film_id = films.ids[keep]
    picked = []
    for item in scores:
        row_of = {film: row for row, film in enumerate(item.film_id.tolist())}
        picked.append(item.take(np.array([row_of[film] for film in film_id.tolist()])))
    return Board(
        tuple(cells),
        film_id,
        films.fold[keep],
        films.y_true[keep][:, genres],
        np.stack([item.score[:, :, genres] for item in picked]).astype(np.float64),
        np.stack([item.inner[:, :, genres] for item in picked]).astype(np.float64),
        None if films.group is None else films.group[keep],
    )


def shared_genres(labels: Sequence[str]) -> list[int]:
    """Columns of the genres that are in every one of these label sets."""
    return [
        column
        for column, genre in enumerate(GENRES)
        if all(genre in LABEL_SETS[each] for each in labels)
    ]
