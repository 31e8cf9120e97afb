"""The scores of a submission: a CSV with a line a film, or a line a film and seed.

Columns: `film_id`, one for each genre of the corpus, and if wanted `seed` and `fold`, which has to
be the one that is published. Whatever is wrong is told at once, by line and column.
"""

import csv
import difflib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.base.counting import counted, listed
from stages.base.errors import BenchmarkError
from stages.base.formulas import unescape_formula
from stages.base.genres import GENRES
from stages.base.params.modalities import in_words, singles_of, union_of
from stages.submissions.card import Card
from stages.submissions.expected import Expected
from stages.submissions.files import check_file

MAX_BYTES = 32_000_000
FILM, SEED, FOLD = "film_id", "seed", "fold"
WHOLE = re.compile(r"[0-9]{1,9}")
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,4})?")
LARGEST = 1e30  # either side of 0: float32 holds these
SHOWN = 40  # characters of a cell, in a message
NAMED = 3  # of the films that are missing


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    line: int
    """From 1; 0: of the file as a whole."""
    column: str
    """"" for a whole line."""
    message: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = ", ".join(
            [f"line {self.line}"] * bool(self.line) + [self.column] * bool(self.column)
        )
        told = f"{self.message}: found {self.found}, expected {self.expected}"
        return f"{place}: {told}" if place else told


@dataclass(frozen=True)
class Table:
    """Scores as they were sent in."""

    film_id: np.ndarray
    """(n_films,) str, in the order of the corpus."""
    score: np.ndarray
    """(n_seeds, n_films, n_genres) float32; NaN throughout for a genre that no film has."""


def read_scores(path: Path, card: Card, expected: Expected) -> Table:
    """Read and check a whole file.

    Raises BenchmarkError that lists what is wrong, up to a hundred problems.
    """
    check_file(path, MAX_BYTES, "give the path of a CSV; docs/submit.md shows one")
    reading = _Reading(card, expected)
    reading.read(path.read_bytes())
    if reading.problems:
        lines = "\n  ".join(listed(reading.problems, len(reading.problems)))
        raise BenchmarkError(
            f"{counted(len(reading.problems), 'problem')} in the scores\n  {lines}",
            where=str(path),
            do="correct these lines; docs/submit.md describes the file",
        )
    return reading.table()


class _Reading:
    """One file while it is read."""

    def __init__(self, card: Card, expected: Expected) -> None:
        self.card, self.expected = card, expected
        self.problems: list[Problem] = []
        self.lines: dict[tuple[str, str], int] = {}
        """(seed, film) -> the line it is on."""
        self.scores: dict[tuple[str, str], list[float]] = {}

    def read(self, data: bytes) -> None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            shown = f"byte {data[error.start]:#04x}"
            self._add(line, "", "not UTF-8", shown, "text saved as UTF-8")
            return
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            names = [name.strip() for name in next(reader, [])]
            if not self._check_names(names):
                return
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    self._row(reader.line_num, names, [cell.strip() for cell in cells])
        except csv.Error as error:
            self._add(reader.line_num, "", "not CSV", str(error), "cells separated by commas")
            return
        self.problems = [*self._missing(), *self._constant(), *self.problems]  # the gravest first

    def table(self) -> Table:
        films = [
            film for film in self.expected.fold if any((s, film) in self.lines for s in self._seeds)
        ]
        score = np.full((len(self._seeds), len(films), len(GENRES)), np.nan, np.float32)
        columns = [GENRES.index(genre) for genre in self.expected.genres]
        for number, seed in enumerate(self._seeds):
            score[number][:, columns] = [self.scores[seed, film] for film in films]
        return Table(np.array(films), score)

    @property
    def _seeds(self) -> list[str]:
        return sorted({seed for seed, _ in self.lines}, key=int)

    def _add(self, line: int, column: str, message: str, found: str, expected: str) -> None:
        self.problems.append(Problem(line, column, message, found, expected))

    def _check_names(self, names: list[str]) -> bool:
        """Whether the lines below can be read at all."""
        known = (FILM, SEED, FOLD, *GENRES)
        if FILM not in names:
            other = next((sign for sign in ";\t|" if any(sign in name for name in names)), "")
            found = f"cells separated by {other!r}" if other else _shown(",".join(names))
            self._add(1, "", f"no column {FILM}", found, ",".join((FILM, *self.expected.genres)))
            return False
        for name in dict.fromkeys(names):
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                meant = close[0] if close else f"one of {', '.join(known)}"
                self._add(1, "", "unknown column", _shown(name), meant)
            elif names.count(name) > 1:
                self._add(1, name, "named more than once", str(names.count(name)), "one")
        for genre in self.expected.genres:
            if genre not in names:
                self._add(
                    1, "", f"no column {genre}", "none", "a score for each genre of the corpus"
                )
        return not self.problems

    def _row(self, line: int, names: list[str], cells: list[str]) -> None:
        if len(cells) != len(names):
            found = counted(len(cells), "cell")
            self._add(line, "", "another number of cells than line 1", found, str(len(names)))
            return
        row = dict(zip(names, cells, strict=True))
        film, seed = unescape_formula(row[FILM]), row.get(SEED, "0")
        fold = self.expected.fold.get(film)
        if fold is None:
            listed_in = f"a film of {self.expected.where}"
            self._add(line, FILM, "unknown film", _shown(film), listed_in)
            return
        if not WHOLE.fullmatch(seed):
            self._add(line, SEED, "no seed", _shown(seed), "a whole number from 0")
            return
        seed = str(int(seed))
        if row.get(FOLD, str(fold)) != str(fold):
            self._add(line, FOLD, "another fold than ours", _shown(row[FOLD]), str(fold))
        if before := self.lines.get((seed, film)):
            self._add(
                line, FILM, "a second line of a film", _shown(film), f"the one of line {before}"
            )
            return
        self.lines[seed, film] = line
        read = [self._number(line, genre, row[genre]) for genre in self.expected.genres]
        numbers = [number for number in read if number is not None]
        if len(numbers) == len(read):
            self.scores[seed, film] = numbers

    def _number(self, line: int, genre: str, cell: str) -> float | None:
        wanted = "a number from 0 to 1" if self.card.scale == "probability" else "a finite number"
        number = float(cell) if len(cell) <= SHOWN and NUMBER.fullmatch(cell) else None
        if number is None:
            self._add(line, genre, "no score", _shown(cell), wanted)
            return None
        allowed = (0, 1) if self.card.scale == "probability" else (-LARGEST, LARGEST)
        if not allowed[0] <= number <= allowed[1]:
            self._add(line, genre, "out of range", _shown(cell), wanted)
            return None
        return number

    def _missing(self) -> Iterator[Problem]:
        """Films without a line, of each seed."""
        wanted = dict.fromkeys(self.expected.films(self.card.looks_at))
        wanted |= {film: None for film in self.expected.fold if self._is_listed(film)}
        for seed in self._seeds or ["0"]:
            missing = [film for film in wanted if (seed, film) not in self.lines]
            if missing:
                first = ", ".join(_shown(film) for film in missing[:NAMED])
                of_seed = f" of seed {seed}" if len(self._seeds) > 1 else ""
                yield Problem(
                    0,
                    FILM,
                    f"{counted(len(missing), 'film')} without a line{of_seed}",
                    f"none of {first}{' and others' if len(missing) > NAMED else ''}",
                    f"every film of {self.expected.where}{self._having}, since all approaches are "
                    "judged on the same films",
                )

    @property
    def _having(self) -> str:
        asked = singles_of(self.card.looks_at)
        known = [each for each in asked if each in self.expected.known]
        has = f" that has {in_words(union_of(known))}" if known else ""
        return has if len(known) == len(asked) else f"{has} (which have words is not known here)"

    def _is_listed(self, film: str) -> bool:
        return any((seed, film) in self.lines for seed in self._seeds)

    def _constant(self) -> Iterator[Problem]:
        """Genres that are scored alike for every film, as float32 holds their scores."""
        for seed in self._seeds:
            rows = [scores for (other, _), scores in self.scores.items() if other == seed]
            table = np.array(rows, np.float32)
            for column, genre in enumerate(self.expected.genres if len(rows) > 1 else ()):
                if (table[:, column] == table[0, column]).all():
                    found = f"{rows[0][column]:g} throughout"
                    of_seed = f" of seed {seed}" if len(self._seeds) > 1 else ""
                    message = f"the same score for every film{of_seed}"
                    yield Problem(0, genre, message, found, "scores that tell films apart")


def _shown(cell: str) -> str:
    """A cell in a message: without what moves a terminal, and cut where it is long."""
    cut = cell if len(cell) <= SHOWN else f"{cell[:SHOWN]} …"
    return ascii(cut) if not cut.isprintable() else repr(cut)
