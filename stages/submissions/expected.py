"""What a submission has to have scores of: films with their folds, and genres."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.formulas import unescape_formula
from stages.base.genres import GENRES
from stages.base.params.modalities import SINGLE, singles_of

FOLDS = "folds.csv"
"""Of metrics/<corpus>: a line a film, its fold, and 1 or 0 for whether it has picture, sound and,
where the corpus asks for them, words."""


@dataclass(frozen=True)
class Expected:
    """The films of a corpus that are judged, and its genres."""

    fold: Mapping[str, int]
    """film_id -> fold, numbered from 0, in the order of the corpus."""
    has: Mapping[str, frozenset[str]]
    """film_id -> which of picture, sound and words it has, of those that are `known`."""
    known: frozenset[str]
    """Of which of the three it is known which films have them: without words where nobody asks."""
    genres: tuple[str, ...]
    """Those that some of the films has."""
    where: str
    """The file that lists the films, for messages."""

    def films(self, looks_at: str) -> list[str]:
        """The films that a system has to score which looks at this: those with all of it that is
        known."""
        needed = self.known.intersection(singles_of(looks_at))
        return [film for film, has in self.has.items() if has >= needed]

    @property
    def n_folds(self) -> int:
        return max(self.fold.values()) + 1


def from_data(data: Path, metrics: Path) -> Expected:
    """What the pipeline knows, once it has split the films."""
    from stages.base.packs import read_table
    from stages.fitting.films import read_films

    films = read_films(data)
    judged = set(films.ids.tolist())  # not those that are left out
    rows = [
        row for row in read_table(data / "splits.parquet").to_pylist() if row["film_id"] in judged
    ]
    present = np.flatnonzero(films.y_true.any(axis=0)).tolist()
    return _expected(
        rows, lambda cell: bool(cell), [GENRES[column] for column in present], metrics / FOLDS
    )


def from_metrics(metrics: Path) -> Expected:
    """The same from the tables in git. Raises BenchmarkError where the corpus has not run."""
    path = metrics / FOLDS
    if not path.is_file():
        raise BenchmarkError(
            "the films and folds of this corpus are not known",
            where=str(path),
            found="no such file",
            do="run the corpus (`make report CORPUS=NAME`), or take a branch on which it has run",
        )
    rows = list(_rows(path))
    judged = metrics / "genres.csv"
    found = {row["genre"] for row in _rows(judged)} if judged.is_file() else set(GENRES)
    genres = [genre for genre in GENRES if genre in found]
    return _expected(rows, lambda cell: cell == "1", genres, path)


def _expected(
    rows: Sequence[Mapping[str, Any]],
    means_yes: Callable[[Any], bool],
    genres: Sequence[str],
    path: Path,
) -> Expected:
    """rows: of films, with a column for each of the three that is known."""
    known = [name for name in SINGLE if rows and name in rows[0]]
    return Expected(
        {row["film_id"]: int(row["fold"]) for row in rows},
        {row["film_id"]: frozenset(m for m in known if means_yes(row[m])) for row in rows},
        frozenset(known),
        tuple(genres),
        str(path),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    """Cells as texts: an id such as 0603 is no number."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: unescape_formula(cell) for name, cell in row.items()}
            for row in csv.DictReader(file)
        ]
