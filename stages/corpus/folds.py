"""Folds: which films are judged when, and by which modality they can be seen or heard."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from stages.errors import BenchmarkError


def assign_folds(y_true: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Fold of every film, (n_films,) int8, stratified over label combinations.

    y_true: (n_films, n_genres) bool, one row a film, so that all trailers of a film share a fold.
    Iterative stratification (Sechidis et al., 2011). Raises BenchmarkError with too few films.
    """
    from iterstrat.ml_stratifiers import MultilabelStratifiedKFold

    n_films = len(y_true)
    if n_films < 2 * folds:
        raise BenchmarkError(
            "too few usable films for the folds",
            where="splits",
            found=f"{n_films} films for {folds} folds",
            expected="at least two films a fold",
            do="lower splits.folds in params.yaml or add films to the catalogue",
        )
    fold_of = np.full(n_films, -1, np.int8)
    splitter = MultilabelStratifiedKFold(n_splits=folds, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(np.zeros(n_films), y_true)):
        fold_of[held_out] = fold
    return fold_of


def attrition(
    ledger: Iterable[Mapping[str, Any]], outcomes: Mapping[str, Iterable[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """How many trailers each step served or lost, and why: rows of step, reason, trailers.

    ledger: download's rows; outcomes: step name -> that step's rows. Each has a `reason`.
    """
    rows = []
    for step, items in {"download": ledger, **outcomes}.items():
        counts = Counter(item["reason"] for item in items)
        for reason, trailers in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            rows.append({"step": step, "reason": reason, "trailers": trailers})
    return rows
