"""Folds: which films are held out together; and how many trailers each step lost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.base.params import MIN_FOLDS
from stages.base.tables import write_csv

ATTRITION = ("step", "reason", "trailers")
HAS = ("picture", "sound", "words")
FOLDS = ("film_id", "fold")  # of metrics/folds.csv, and those of HAS that are known


def group_films(collections: Sequence[str]) -> np.ndarray:
    """Number of every film's group, (n_films,) int32, from 0 in order of appearance.

    collections: the series each film belongs to; a film with "" is a group of its own.
    """
    groups: dict[tuple[str, int], int] = {}
    keys = [(name, -1) if name else ("", film) for film, name in enumerate(collections)]
    return np.array([groups.setdefault(key, len(groups)) for key in keys], np.int32)


def assign_folds(
    y_true: np.ndarray, folds: int, seed: int, groups: np.ndarray | None = None
) -> np.ndarray:
    """Fold of every film, (n_films,) int8, stratified over label combinations.

    y_true: (n_films, n_genres) bool, one row a film, so that all trailers of a film share a fold;
    groups: (n_films,) numbers from 0, films of one group share a fold too. Iterative
    stratification (Sechidis et al., 2011), which knows no groups: where there are any, see
    `_assign_groups`. Raises BenchmarkError with too few films or groups.
    """
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold

    n_films = len(y_true)
    n_groups = n_films if groups is None else len(np.unique(groups))
    if n_groups < 2 * folds:
        single = n_groups == n_films
        what = "films" if single else "groups of films (collections)"
        group = ("film",) if single else ("group of films", "groups of films")
        raise BenchmarkError(
            f"too few usable {what} for the folds",
            where="splits",
            found=f"{counted(n_groups, *group)} for {folds} folds",
            expected="at least two in each fold",
            do=_advice(n_films, n_groups, folds),
        )
    if groups is not None and n_groups < n_films:
        return _assign_groups(y_true, folds, seed, np.unique(groups, return_inverse=True)[1])
    fold_of = np.full(n_films, -1, np.int8)
    splitter = MultilabelStratifiedKFold(n_splits=folds, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(np.zeros(n_films), y_true)):
        fold_of[held_out] = fold
    return fold_of


def draw_folds(n: int, folds: int, seed: int) -> np.ndarray:
    """A fold for each of n films that all others were split without, (n,) int8, evenly by lot."""
    return (np.random.default_rng(seed).permutation(n) % folds).astype(np.int8)


def save_folds(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write `metrics/folds.csv`, by which others can learn in the same folds.

    rows: as of `splitting.split_rows`. picture, sound, words: 1 where the film has it, else 0.
    """
    has = [name for name in HAS if rows and name in rows[0]]
    written = ({**row, **{name: int(row[name]) for name in has}} for row in rows)
    write_csv(written, (*FOLDS, *has), path)


def stratified_subset(y_true: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Rows of n of the films, (n,) ascending, stratified over label combinations as folds are.

    y_true: (n_films, n_labels) bool. Iterative stratification keeps a size only nearly: what it
    takes too much or too little is settled by lot.
    """
    from iterstrat.ml_stratifiers import MultilabelStratifiedShuffleSplit

    n_films, rng = len(y_true), np.random.default_rng(seed)
    if not 0 < n < n_films:
        raise ValueError(f"{n} of {n_films} films")
    splitter = MultilabelStratifiedShuffleSplit(
        1, train_size=n, test_size=n_films - n, random_state=seed
    )
    taken, left = next(splitter.split(np.zeros(n_films), y_true))
    return np.sort(np.concatenate([rng.permutation(taken), rng.permutation(left)])[:n])


def _advice(n_films: int, n_groups: int, folds: int) -> str:
    ways = []
    if n_groups < n_films and n_films >= 2 * folds:
        ways.append(
            "set splits.group_by to film in params.yaml (a film may then be judged by models that "
            "were trained on others of its collection)"
        )
    if n_groups >= 2 * MIN_FOLDS:
        ways.append(f"lower splits.folds to {n_groups // 2}")
    return ", or ".join([*ways, "add films to the catalogue"])


def _assign_groups(y_true: np.ndarray, folds: int, seed: int, group: np.ndarray) -> np.ndarray:
    """Assign whole groups, the largest first, each to the fold that it unbalances least.

    group: (n_films,) numbers from 0, without gaps. As scikit-learn's StratifiedGroupKFold, for many
    labels at once: each genre's films, and all films, are spread evenly over the folds. Of groups
    of one size those with the rarest genre go first, while all folds have room; ties by the seed.
    """
    n_groups = int(group.max()) + 1
    columns = np.concatenate([y_true, np.ones((len(y_true), 1), bool)], axis=1).astype(np.float64)
    counts = np.zeros((n_groups, columns.shape[1]))
    np.add.at(counts, group, columns)
    total = np.maximum(counts.sum(axis=0), 1)
    rarest = np.where(counts > 0, total, np.inf).min(axis=1)
    tie_break = np.random.default_rng(seed).random(n_groups)
    share = np.zeros((folds, columns.shape[1]))
    fold_of_group = np.empty(n_groups, np.int8)
    for number in np.lexsort((tie_break, rarest, -counts[:, -1])):
        adds = counts[number] / total
        # the sum of squared shares grows least where the fold lacks these genres and films most
        cost = (2 * share * adds + adds**2).sum(axis=1)
        fold = int(np.argmin(cost))
        share[fold] += adds
        fold_of_group[number] = fold
    return fold_of_group[group]


def attrition(
    ledger: Iterable[Mapping[str, Any]], outcomes: Mapping[str, Iterable[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """How many trailers passed or failed at each step, and why: rows of step, reason, trailers.

    ledger: download's rows; outcomes: step name -> that step's rows. Each has a `reason`.
    """
    rows = []
    for step, items in {"download": ledger, **outcomes}.items():
        counts = Counter(item["reason"] for item in items)
        for reason, trailers in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            rows.append({"step": step, "reason": reason, "trailers": trailers})
    return rows
