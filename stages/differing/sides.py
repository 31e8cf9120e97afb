"""The two sides of a comparison, and the films and genres they share."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.errors import BenchmarkError
from stages.fitting.films import Films, read_films
from stages.fitting.scores import Scores


@dataclass(frozen=True)
class Side:
    """A revision as judged: its films with their labels, and each approach's scores of them."""

    name: str
    films: Films
    scores: Mapping[str, Scores]


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


def read_side(name: str, data: Path, slugs: Collection[str] | None = None) -> Side:
    """Read a revision's data folder. Raises BenchmarkError where it holds no judged run.

    slugs: the approaches of its matrix, where those of an earlier one may lie there too.
    """
    try:
        films = read_films(data)
        paths = sorted((data / "scores").glob("*.npz"))
        wanted = [path for path in paths if slugs is None or path.stem in slugs]
        scores = {path.stem: Scores.load(path) for path in wanted}
    except (FileNotFoundError, KeyError) as error:
        raise BenchmarkError(
            "its scores cannot be read",
            where=name,
            found=f"{type(error).__name__}: {error}",
            do="run `dvc repro` there, with this version of the stages",
        ) from None
    if not scores:
        raise BenchmarkError("there are no scores", where=name, do="run `dvc repro` there")
    return Side(name, films, scores)


def shared(before: Side, after: Side) -> Shared:
    """Films that every shared approach scored on both sides, with the same labels on both.

    Raises BenchmarkError if there is no such film or no such approach.
    """
    approaches = [slug for slug in after.scores if slug in before.scores]
    both = [side.scores[slug] for side in (before, after) for slug in approaches]
    scored = set.intersection(*(set(each.film_id.tolist()) for each in both)) if both else set()
    labels = dict(zip(before.films.ids.tolist(), before.films.y_true, strict=True))
    rows = [row for row, film in enumerate(after.films.ids.tolist()) if film in scored]
    film_id, y_true = after.films.ids[rows], after.films.y_true[rows]
    alike = np.array([(labels[f] == y).all() for f, y in zip(film_id, y_true, strict=True)], bool)
    if not alike.any():
        raise BenchmarkError(
            "the two share nothing that could be compared",
            where=f"{before.name} and {after.name}",
            found=f"{len(approaches)} approaches, {len(rows)} films, {int(alike.sum())} of them "
            "with the same genres on both sides",
            do="name two revisions that ran on the same catalogue",
        )
    group = None if after.films.group is None else after.films.group[rows][alike]
    notes = list(_notes(before, after, int((~alike).sum()), int(alike.sum())))
    return Shared(film_id[alike], y_true[alike], group, tuple(approaches), tuple(notes))


def scores_on(side: Side, slug: str, film_id: np.ndarray) -> np.ndarray:
    """What an approach says of these films: (n_films, 10) float64, its seeds' mean."""
    scores = side.scores[slug]
    row_of = {film: row for row, film in enumerate(scores.film_id.tolist())}
    rows = [row_of[film] for film in film_id.tolist()]
    return scores.score[:, rows].astype(np.float64).mean(axis=0)


def _notes(before: Side, after: Side, relabelled: int, compared: int) -> Iterator[str]:
    for one, other in ((before, after), (after, before)):
        if only := [slug for slug in one.scores if slug not in other.scores]:
            yield f"only in {one.name}: {', '.join(only)}"
    films = {side.name: len(side.films.ids) for side in (before, after)}
    if set(films.values()) != {compared}:
        told = ", ".join(f"{name} has {count}" for name, count in films.items())
        yield f"compared on the {compared} films that all shared approaches scored; {told}"
    if relabelled:
        yield f"{relabelled} films have other genres on the two sides and are left out"
    folds = [
        dict(zip(side.films.ids.tolist(), side.films.fold.tolist(), strict=True))
        for side in (before, after)
    ]
    if any(folds[1].get(film, fold) != fold for film, fold in folds[0].items()):
        yield "the folds differ: a part of each difference is what the models were trained on"
