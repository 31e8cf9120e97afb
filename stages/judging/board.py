"""All approaches' scores of the same films, from which every table is made."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES, LABEL_SETS
from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell
from stages.fitting.films import read_films
from stages.fitting.scores import Scores, film_ids, read_about
from stages.judging.sample_size import SampleSize, check_sample_size
from stages.scoring.bootstrap import GenreResamples, resampled_average_precision


@dataclass(frozen=True, eq=False)
class Board:
    """Scores of several approaches for the same films and genres."""

    cells: tuple[Cell, ...]
    """The approaches."""
    film_id: np.ndarray
    """(n_films,) str."""
    fold: np.ndarray
    """(n_films,) int."""
    y_true: np.ndarray
    """(n_films, n_genres) bool."""
    by_seed: np.ndarray
    """(n_approaches, n_seeds, n_films, n_genres) float32, as on disk; NaN throughout for the seeds
    that an approach has fewer of than another."""
    inner: np.ndarray
    """(n_approaches, n_folds, n_films, n_genres) float32; inner[:, f]: what may be tuned on for
    fold f, NaN for the films of f itself."""
    group: np.ndarray | None = None
    """(n_films,) number of the films that are resampled together; None where each stands alone."""
    genres: tuple[str, ...] = GENRES
    """Names of the columns: the genres that some film of the board has."""
    part_of: "Board | None" = None
    """A larger one with these approaches; where its films are the same, its resamples serve."""
    _resampled: dict[tuple[int, int], GenreResamples] = field(
        default_factory=dict, init=False, repr=False
    )

    @cached_property
    def y_scores(self) -> np.ndarray:
        """Scores averaged over the seeds, (n_approaches, n_films, n_genres) float64."""
        means = [self.seeds(row).mean(axis=0, dtype=np.float64) for row in range(len(self.cells))]
        return np.stack(means)

    def seeds(self, number: int) -> np.ndarray:
        """One approach's scores by its own seeds, (n_seeds, n_films, n_genres)."""
        scores = self.by_seed[number]
        return scores[~np.isnan(scores).all(axis=(1, 2))]

    def tuning_scores(self, number: int, fold: int) -> np.ndarray:
        """What may be tuned on for a fold, (n_films, n_genres) float64, NaN for its own films."""
        return self.inner[number, fold].astype(np.float64)

    def resampled(self, params: JudgingParams) -> GenreResamples:
        """Every approach's average precision by genre on every resample, computed once."""
        key = params.resamples, params.seed
        if key not in self._resampled:
            if (larger := self.part_of) and self._has_films_of(larger):
                rows = [larger.row(cell.slug) for cell in self.cells]
                self._resampled[key] = larger.resampled(params).take(rows)
            else:
                self._resampled[key] = resampled_average_precision(
                    self.y_true, self.y_scores, *key, self.group
                )
        return self._resampled[key]

    def _has_films_of(self, other: "Board") -> bool:
        return self.genres == other.genres and np.array_equal(self.film_id, other.film_id)

    @property
    def columns(self) -> list[int]:
        """Columns of the board's genres among all genres."""
        return [GENRES.index(genre) for genre in self.genres]

    def sample_size(self, params: JudgingParams) -> SampleSize:
        """Whether there are enough films for intervals and verdicts, and of which genres."""
        return check_sample_size(self.y_true, self.group, params)

    def row(self, slug: str) -> int:
        """Number of an approach."""
        return [cell.slug for cell in self.cells].index(slug)


def read_board(
    data: Path,
    cells: Sequence[Cell],
    labels: Sequence[str] = ("all",),
    part_of: Board | None = None,
) -> Board:
    """Scores of the cells trained on one of these label sets, on the films that all of them scored.

    The genres are those that the label sets share and some of the films has: no score is missing,
    and all averages are over the same genres. part_of: see Board. Raises BenchmarkError that names
    the cells without scores.
    """
    cells = [cell for cell in cells if cell.labels in labels]
    paths = {cell.slug: data / "scores" / f"{cell.fitted_with}.npz" for cell in cells}
    if missing := [slug for slug, path in paths.items() if not path.exists()]:
        raise BenchmarkError(
            "the matrix is incomplete",
            where=str(data / "scores"),
            found=f"no scores of {', '.join(missing)}",
            do=f"run `{places.dvc('repro')}`, which fits what is missing",
        )
    films = read_films(data)
    scored = [film_ids(path) for path in paths.values()]
    keep = np.logical_and.reduce([np.isin(films.ids, each) for each in scored])
    if not keep.any():
        raise BenchmarkError(
            "no film was scored by every approach",
            where=str(data / "scores"),
            do="see metrics/splits.json: films with picture and films with sound do not overlap",
        )
    film_id, y_true = films.ids[keep], films.y_true[keep]
    genres = [column for column in shared_genres(labels) if y_true[:, column].any()]
    known: list[Cell] = []
    by_seed, inner = [], []
    for cell, each in zip(cells, scored, strict=True):
        order = np.argsort(each)
        rows = order[np.searchsorted(each, film_id, sorter=order)]
        scores = Scores.load(paths[cell.slug], cell.labels)
        by_seed.append(scores.score[:, rows[:, None], genres])
        inner.append(scores.inner[:, rows[:, None], genres])
        if cell.kind == "submitted":
            known.append(_as_its_card_says(cell, paths[cell.slug]))
        else:
            known.append(cell)
    return Board(
        tuple(known),
        film_id,
        films.fold[keep],
        y_true[:, genres],
        _stacked(by_seed),
        np.stack(inner),
        None if films.group is None else films.group[keep],
        tuple(GENRES[column] for column in genres),
        part_of,
    )


def _as_its_card_says(cell: Cell, path: Path) -> Cell:
    about = read_about(path)
    found: Any = about["looks_at"]
    return replace(cell, modality=found, is_probability=about["scale"] == "probability")


def _stacked(by_seed: Sequence[np.ndarray]) -> np.ndarray:
    """One array of all approaches; by_seed: of each, (n_seeds, n_films, n_genres)."""
    most = max(map(len, by_seed))
    fill = [((0, most - len(each)), (0, 0), (0, 0)) for each in by_seed]
    return np.stack(
        [
            np.pad(each, wide, constant_values=np.nan)
            for each, wide in zip(by_seed, fill, strict=True)
        ]
    )


def shared_genres(labels: Sequence[str]) -> list[int]:
    """Columns of the genres that are in every one of these label sets."""
    return [
        column
        for column, genre in enumerate(GENRES)
        if all(genre in LABEL_SETS[each] for each in labels)
    ]
