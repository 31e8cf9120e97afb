"""Which approaches differ between two revisions, and whether by more than chance."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.commands.diff.revisions import Overlap, Revision, scores_on
from stages.judging.sample_size import check_sample_size
from stages.judging.verdicts import TOO_FEW, verdict_name
from stages.scoring.bootstrap import bootstrap_macro_average_precision
from stages.scoring.holm import holm
from stages.scoring.intervals import paired_difference
from stages.scoring.permutation import paired_permutation_test
from stages.scoring.ranking import macro_average_precision

Row = dict[str, Any]
UNCHANGED = "unchanged"
COLUMNS = [
    *("approach", "before", "after", "difference", "low", "high", "p_holm", "verdict"),
    "films",
]


def difference_rows(
    before: Revision, after: Revision, common: Overlap, params: JudgingParams
) -> list[Row]:
    """One row per approach that both have: macro AP of each, paired difference, verdict.

    Paired by film, as the judges compare approaches: the same resamples for both, a permutation
    test, Holm's correction over all that changed. Better or worse needs both an interval that
    excludes zero and Holm's p below 0.05; identical scores are unchanged. With too few films there
    is no other verdict.
    """
    pairs = {
        slug: np.stack([scores_on(revision, slug, common.film_id) for revision in (before, after)])
        for slug in common.approaches
    }
    rows = {slug: _unchanged(slug, pair, common.y_true) for slug, pair in pairs.items()}
    changed = {slug: pair for slug, pair in pairs.items() if (pair[0] != pair[1]).any()}
    if check_sample_size(common.y_true, common.group, params).enough_films:
        for slug, found in _differences(changed, common, params).items():
            rows[slug] |= found
    else:
        for slug in changed:
            rows[slug]["verdict"] = TOO_FEW
    moved = [row for row in rows.values() if "p" in row]
    adjusted = holm(np.array([row["p"] for row in moved]))
    for row, p in zip(moved, adjusted.tolist(), strict=True):
        row |= {"p_holm": p, "verdict": verdict_name(row["low"], row["high"], p)}
    return [rows[slug] for slug in common.approaches]


def _unchanged(slug: str, pair: np.ndarray, y_true: np.ndarray) -> Row:
    before, after = (macro_average_precision(y_true, score).value or 0.0 for score in pair)
    return {
        "approach": slug,
        "before": before,
        "after": after,
        "difference": after - before,
        "verdict": UNCHANGED,
        "films": len(y_true),
    }


def _differences(
    changed: Mapping[str, np.ndarray], common: Overlap, params: JudgingParams
) -> dict[str, Row]:
    """Interval and p of each approach, all on the same resamples; pairs (2, n_films, n_genres)."""
    if not changed:
        return {}
    y_true, group = common.y_true, common.group
    resamples = bootstrap_macro_average_precision(
        y_true, np.concatenate(list(changed.values())), params.resamples, params.seed, group
    )
    found: dict[str, Row] = {}
    for number, (slug, (before, after)) in enumerate(changed.items()):
        estimate = paired_difference(resamples, 2 * number + 1, 2 * number)
        test = paired_permutation_test(
            y_true, after, before, params.permutations, params.seed, group
        )
        found[slug] = {"low": estimate.lo, "high": estimate.hi, "p": test.p_value}
    return found
