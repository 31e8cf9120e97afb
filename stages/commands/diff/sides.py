"""The two sides of a comparison, and the films and genres they share."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.fitting.films import read_films
from stages.fitting.scores import Scores
from stages.judging.out_of_fold import OutOfFold, as_stored


@dataclass(frozen=True)
class Side:
    """A revision as judged."""

    name: str
    run: OutOfFold


@dataclass(frozen=True)
class Shared:
    """What two sides have in common.

    film_id: (n_films,); y_true: (n_films, 10) bool; group: (n_films,) of films resampled together,
    or None; notes: what one side has and the other has not, as sentences.
    """

    film_id: np.ndarray
    y_true: np.ndarray
    group: np.ndarray | None
    approaches: tuple[str, ...]
    notes: tuple[str, ...]


def read_side(name: str, metrics: Path) -> Side:
    """Read a revision's tables. Raises BenchmarkError where they are not those of a judged run."""
    try:
        run = OutOfFold.read(metrics)
    except (FileNotFoundError, KeyError, ValueError) as error:
        raise BenchmarkError(
            "its scores cannot be read",
            where=name,
            found=f"{type(error).__name__}: {error}",
            do="run `dvc repro` there, or `git restore metrics`, which brings back the committed",
        ) from None
    if not run.scores:
        raise BenchmarkError("there are no scores", where=name, do="run `dvc repro` there")
    return Side(name, run)


def read_earlier_side(name: str, data: Path) -> Side:
    """Read a revision from its data folder, where it was judged before scores were kept in git.

    Raises BenchmarkError where it holds no run.
    """
    try:
        films = read_films(data)
        scores = {path.stem: Scores.load(path) for path in sorted((data / "scores").glob("*.npz"))}
    except (FileNotFoundError, KeyError) as error:
        raise BenchmarkError(
            "its scores cannot be read",
            where=name,
            found=f"{type(error).__name__}: {error}",
            do="name a later revision, or run `dvc repro` there and commit what it writes",
        ) from None
    scored = [np.isin(films.ids, each.film_id) for each in scores.values()]
    keep = reduce(np.logical_and, scored, np.ones(len(films.ids), bool))
    film_id = films.ids[keep]
    run = OutOfFold(
        film_id,
        films.fold[keep],
        films.y_true[keep],
        None if films.group is None else films.group[keep],
        {slug: as_stored(_mean(each, film_id)) for slug, each in scores.items()},
    )
    return Side(name, run)


def _mean(scores: Scores, film_id: np.ndarray) -> np.ndarray:
    """The seeds' mean of these films, (n_films, 10) float64, as the judges take it."""
    row_of = {film: row for row, film in enumerate(scores.film_id.tolist())}
    rows = [row_of[film] for film in film_id.tolist()]
    return scores.score[:, rows].mean(axis=0, dtype=np.float64)


def shared(before: Side, after: Side) -> Shared:
    """Films that were judged on both sides, with the same labels on both.

    Raises BenchmarkError if there is no such film or no such approach.
    """
    approaches = [slug for slug in after.run.scores if slug in before.run.scores]
    labels = dict(zip(before.run.film_id.tolist(), before.run.y_true, strict=True))
    rows = [row for row, film in enumerate(after.run.film_id.tolist()) if film in labels]
    film_id, y_true = after.run.film_id[rows], after.run.y_true[rows]
    alike = np.array([(labels[f] == y).all() for f, y in zip(film_id, y_true, strict=True)], bool)
    if not alike.any() or not approaches:
        raise BenchmarkError(
            "the two share nothing that could be compared",
            where=f"{before.name} and {after.name}",
            found=f"{counted(len(approaches), 'approach')}, {counted(len(rows), 'film')}, "
            f"{int(alike.sum())} of them with the same genres on both sides",
            do="name two revisions that ran on the same catalogue",
        )
    group = None if after.run.group is None else after.run.group[rows][alike]
    notes = list(_notes(before, after, int((~alike).sum()), int(alike.sum())))
    return Shared(film_id[alike], y_true[alike], group, tuple(approaches), tuple(notes))


def scores_on(side: Side, slug: str, film_id: np.ndarray) -> np.ndarray:
    """What an approach says of these films: (n_films, 10) float64, its seeds' mean."""
    row_of = {film: row for row, film in enumerate(side.run.film_id.tolist())}
    rows = [row_of[film] for film in film_id.tolist()]
    return side.run.scores[slug][rows].astype(np.float64)


def _notes(before: Side, after: Side, relabelled: int, compared: int) -> Iterator[str]:
    for one, other in ((before, after), (after, before)):
        if only := [slug for slug in one.run.scores if slug not in other.run.scores]:
            yield f"only in {one.name}: {', '.join(only)}"
    films = {side.name: len(side.run.film_id) for side in (before, after)}
    if set(films.values()) != {compared}:
        told = ", ".join(f"{name} has {count}" for name, count in films.items())
        yield f"compared on the {counted(compared, 'film')} that both sides judged; {told}"
    if relabelled:
        with_others = counted(relabelled, "film has", "films have")
        yield f"{with_others} other genres on the two sides: left out"
    folds = [
        dict(zip(side.run.film_id.tolist(), side.run.fold.tolist(), strict=True))
        for side in (before, after)
    ]
    if any(folds[1].get(film, fold) != fold for film, fold in folds[0].items()):
        yield "the folds differ: a part of each difference is what the models were trained on"
