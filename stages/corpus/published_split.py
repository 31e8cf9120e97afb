"""Folds from a split that was published with the films: each part of it is one."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.base.params import MIN_FOLDS, SplitsParams
from stages.corpus.folds import assign_folds

PARTS = ("train", "training", "dev", "val", "valid", "validation", "test", "testing")


def choose_folds(
    params: SplitsParams, y_true: np.ndarray, groups: np.ndarray, published: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Fold of every film, (n_films,) int8; and the same where groups are no matter.

    published: the part of a published split each film is in, used if `use_published` is set.
    """
    if params.use_published:
        fold_of = published_folds(published, params.folds)
        return fold_of, fold_of
    grouped = assign_folds(y_true, params.folds, params.seed, groups)
    return grouped, assign_folds(y_true, params.folds, params.seed)


def published_folds(published: Sequence[str], folds: int) -> np.ndarray:
    """Fold of every film, (n_films,) int8: each part of a published split is one.

    published: the part each film is in. Parts are numbered from 0: numbers in their order, names
    with training before validation before test. Every part is judged by models that were trained
    on the others, so this is not the protocol in which only the test part is judged. Raises
    BenchmarkError if a film is in no part, or if there are not `folds` parts of two films or more.
    """
    where = "splits.use_published"
    if missing := sum(not part for part in published):
        raise BenchmarkError(
            "not every usable film is in a part of the published split",
            where=where,
            found=f"{missing} of {counted(len(published), 'film')} without",
            expected="the catalogue's column split filled on every line",
            do="fill it, or set splits.use_published to false",
        )
    counts = Counter(published)
    parts = sorted(counts, key=_place)
    shown = ", ".join(f"{part} ({counted(counts[part], 'film')})" for part in parts)
    if len(parts) != folds or min(counts.values()) < 2:
        enough = len(parts) >= MIN_FOLDS and min(counts.values()) >= 2
        raise BenchmarkError(
            "the published split does not fit the folds",
            where=where,
            found=f"{counted(len(parts), 'part')}: {shown}",
            expected=f"{folds} (splits.folds), of at least two films each",
            do=f"set splits.folds to {len(parts)}"
            if enough
            else f"set splits.use_published to false: it takes {MIN_FOLDS} parts or more",
        )
    return np.array([parts.index(part) for part in published], np.int8)


def _place(part: str) -> tuple[int, float, str]:
    """Where a part of a split stands among the others."""
    if part.isascii() and part.isdigit():
        return 0, float(part), ""
    name = part.casefold()
    return 1, PARTS.index(name) if name in PARTS else len(PARTS), part


def scattered_groups(fold_of: np.ndarray, groups: np.ndarray) -> int:
    """How many groups have films in several folds; both (n_films,)."""
    pairs = np.unique(np.stack([groups, fold_of]), axis=1)
    return int((np.unique(pairs[0], return_counts=True)[1] > 1).sum())
