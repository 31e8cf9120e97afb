"""The two revisions of a comparison, read from git or DVC, and the films they share."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np

from stages.base import places
from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.fitting.films import read_films
from stages.fitting.scores import Scores
from stages.judging.out_of_fold import FILMS, LABELS, SCORES, OutOfFold, as_stored

BEFORE_CORPORA = Path("metrics")  # where the one corpus had its tables before they had names


@dataclass(frozen=True)
class Revision:
    """A revision with its judged scores."""

    name: str
    run: OutOfFold
    note: str = ""
    """What a reader should know of where it was read."""


@dataclass(frozen=True)
class Overlap:
    """The films and approaches that two revisions have in common."""

    film_id: np.ndarray
    """(n_films,)."""
    y_true: np.ndarray
    """(n_films, 10) bool."""
    group: np.ndarray | None
    """(n_films,), equal for films that are resampled together."""
    approaches: tuple[str, ...]
    notes: tuple[str, ...]
    """What only one of the two has, as sentences."""


def committed_scores(commit: str, folder: Path) -> Path | None:
    """Write the judged scores of a commit below `folder`; the path of the corpus's tables.

    None for a commit from before they were kept in git.
    """
    old = [BEFORE_CORPORA] if places.corpus() == places.DEFAULT else []
    for metrics in (places.metrics(), *old):
        judged, labels = [f"{metrics}/{name}" for name in (SCORES, FILMS)], f"{metrics}/{LABELS}"
        listed = _git("ls-tree", "--name-only", commit, "--", *judged, labels).decode().split("\n")
        if set(judged) <= set(listed):
            kept = [*judged, *({labels} & set(listed))]
            content = io.BytesIO(_git("archive", commit, "--", *kept))
            with tarfile.open(fileobj=content) as archive:
                archive.extractall(folder, filter="data")
            return folder / metrics
    return None


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise BenchmarkError(
            "commits are read with git", found="no such program", do="install it"
        ) from None


def read_revision(name: str, metrics: Path, catalogue: Path) -> Revision:
    """Read a revision's tables; labels that are not among them come from today's catalogue.

    Raises BenchmarkError where they are not those of a judged run, or where there is no catalogue.
    """
    elsewhere = (metrics / FILMS).exists() and not (metrics / LABELS).exists()
    if elsewhere and not catalogue.exists():
        raise BenchmarkError(
            "the labels of this corpus are not in git, since they may not be passed on",
            where=name,
            found=f"no {catalogue}",
            do=f"make the catalogue from its source (`{places.dvc('repro', 'catalogue')}`), or "
            f"`git restore {metrics}` if {LABELS} was there",
        )
    note = f"{name}: labels are those of {catalogue}, not in git" if elsewhere else ""
    try:
        run = OutOfFold.read(metrics, catalogue)
    except (FileNotFoundError, KeyError, ValueError) as error:
        raise BenchmarkError(
            "its scores cannot be read",
            where=name,
            found=f"{type(error).__name__}: {error}",
            do="run `dvc repro` there, or `git restore metrics` for the committed ones",
        ) from None
    if not run.scores:
        raise BenchmarkError("there are no scores", where=name, do="run `dvc repro` there")
    return Revision(name, run, note)


def read_from_data(name: str, data: Path) -> Revision:
    """Read a revision from its data folder, of a commit from before scores were kept in git.

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
    return Revision(name, run)


def _mean(scores: Scores, film_id: np.ndarray) -> np.ndarray:
    """The seeds' mean of these films, (n_films, 10) float64, as the judges take it."""
    row_of = {film: row for row, film in enumerate(scores.film_id.tolist())}
    rows = [row_of[film] for film in film_id.tolist()]
    return scores.score[:, rows].mean(axis=0, dtype=np.float64)


def overlap(before: Revision, after: Revision) -> Overlap:
    """The films that both revisions judged with the same labels.

    Raises BenchmarkError if there is no such film or no such approach.
    """
    approaches = [slug for slug in after.run.scores if slug in before.run.scores]
    labels = dict(zip(before.run.film_id.tolist(), before.run.y_true, strict=True))
    rows = [row for row, film in enumerate(after.run.film_id.tolist()) if film in labels]
    film_id, y_true = after.run.film_id[rows], after.run.y_true[rows]
    alike = np.array([(labels[f] == y).all() for f, y in zip(film_id, y_true, strict=True)], bool)
    if not alike.any() or not approaches:
        raise BenchmarkError(
            "the two have nothing to compare",
            where=f"{before.name} and {after.name}",
            found=f"{counted(len(approaches), 'approach')}, {counted(len(rows), 'film')}, "
            f"{int(alike.sum())} of them with the same genres in both",
            do="name two revisions that ran on the same catalogue",
        )
    group = None if after.run.group is None else after.run.group[rows][alike]
    notes = list(_notes(before, after, int((~alike).sum()), int(alike.sum())))
    return Overlap(film_id[alike], y_true[alike], group, tuple(approaches), tuple(notes))


def scores_on(revision: Revision, slug: str, film_id: np.ndarray) -> np.ndarray:
    """Scores of an approach on these films, the mean over seeds, (n_films, 10) float64."""
    row_of = {film: row for row, film in enumerate(revision.run.film_id.tolist())}
    rows = [row_of[film] for film in film_id.tolist()]
    return revision.run.scores[slug][rows].astype(np.float64)


def _notes(before: Revision, after: Revision, relabelled: int, compared: int) -> Iterator[str]:
    for one, other in ((before, after), (after, before)):
        if only := [slug for slug in one.run.scores if slug not in other.run.scores]:
            yield f"only in {one.name}: {', '.join(only)}"
    yield from dict.fromkeys(each.note for each in (before, after) if each.note)
    films = {revision.name: len(revision.run.film_id) for revision in (before, after)}
    if set(films.values()) != {compared}:
        sizes = ", ".join(f"{name} has {count}" for name, count in films.items())
        yield f"compared on the {counted(compared, 'film')} that both judged; {sizes}"
    if relabelled:
        changed = counted(relabelled, "film has", "films have")
        yield f"{changed} different genres in the two: left out"
    folds = [
        dict(zip(revision.run.film_id.tolist(), revision.run.fold.tolist(), strict=True))
        for revision in (before, after)
    ]
    if any(folds[1].get(film, fold) != fold for film, fold in folds[0].items()):
        yield "the folds differ: part of each difference comes from other training films"
