"""Tables of other training sets: the learning curve, and intervals of models trained again."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from scipy.stats import norm, t

from stages.base.params.matrix import Cell
from stages.fitting.training_sets import Drawn, Plan
from stages.scoring.ranking import macro_average_precision

Row = dict[str, Any]
Scores = Mapping[str, Sequence[np.ndarray]]
"""Approach -> scores of each of `Plan.all`, (n, n_genres) in the order of its films."""
CURVE = ["approach", "modality", "films", "draws", "macro_ap", "lo", "hi", "reason"]
RETRAINED = [
    *("family", "name", "a", "b", "difference", "lo", "hi", "retrained_lo", "retrained_hi"),
    *("wider", "repeats", "reason"),
]
LEVEL = 0.95


def curve_rows(
    plan: Plan,
    scores: Scores,
    cells: Sequence[Cell],
    y_true: np.ndarray,
    fold: np.ndarray,
    reasons: Mapping[str, str],
) -> list[Row]:
    """Macro AP by films to learn from, over all judged films in one list, one row a size.

    Mean of the draws, and the interval that one more draw of that size would fall into: mean ±
    t · sd · √(1 + 1/draws). The whole training set, the last row, is no draw and has none; its
    films are the mean over folds. reasons: why an approach could not be solved anew; such a one has
    a row without numbers.
    """
    rows: list[Row] = []
    for cell in cells:
        row: Row = {"approach": cell.slug, "modality": cell.modality}
        if cell.slug in reasons:
            rows.append(row | {"reason": reasons[cell.slug]})
            continue
        each = iter(scores[cell.slug][1 + len(plan.again) :])
        for size, draws in plan.fewer.items():
            if not draws:
                continue
            found = np.array(
                [_judge(draw, list(islice(each, len(draw))), y_true, fold) for draw in draws]
            )
            row |= {"films": size, "draws": len(draws), "macro_ap": float(found.mean())}
            rows.append(row | dict(zip(("lo", "hi"), _one_more(found), strict=True)))
        whole = _judge([plan.whole], scores[cell.slug][:1], y_true, fold)
        folds = fold[plan.whole.films]
        films = round(np.mean([(folds != number).sum() for number in plan.whole.judged]))
        rows.append(row | {"films": films, "draws": 1, "macro_ap": whole})
    return rows


def retrained_rows(
    plan: Plan,
    scores: Scores,
    comparisons: Sequence[Row],
    y_true: np.ndarray,
    reasons: Mapping[str, str],
) -> list[Row]:
    """Each comparison's interval over films, and the one that counts in the training.

    The bootstrap of cross-validation (Fu, Carroll & Wang 2005; Jiang, Varma & Simon 2008, "BCCV"):
    films, or whole collections, are drawn with replacement, all copies of a film in its own fold,
    and the whole of cross-validation runs on them, choice of the setting included. So both the
    judged films and the training sets vary. A training set of copies has fewer distinct films,
    and models learn a little less from it, which would shift the middle of the samples (the bias
    that Jiang et al. correct); so their standard deviation alone is taken, around the difference
    on all films: difference ± 1.96 · sd. For the same reason it is rather too wide than too
    narrow. Which approach is the better part stays as it was.

    comparisons: family, name, a, b, difference, lo, hi of the headline's; `wider`: how many times
    as wide the second interval is.
    """
    rows = []
    for comparison in comparisons:
        row: Row = {name: comparison.get(name) for name in RETRAINED}
        why = [reasons[slug] for slug in (row["a"], row["b"]) if slug in reasons]
        if why:
            rows.append(row | {"reason": why[0]})
            continue
        differences = [
            _macro_ap(y_true[drawn.films], a) - _macro_ap(y_true[drawn.films], b)
            for drawn, a, b in zip(
                plan.again, scores[row["a"]][1:], scores[row["b"]][1:], strict=False
            )
        ]
        row |= {"repeats": len(differences)}
        if len(differences) < 2:
            row |= {"reason": "judging.retrainings asks for none"}
        elif row["lo"] is not None:
            half = norm.ppf((1 + LEVEL) / 2) * np.std(differences, ddof=1)
            row |= {"retrained_lo": row["difference"] - half}
            row |= {"retrained_hi": row["difference"] + half}
            row |= {"wider": float(2 * half / (row["hi"] - row["lo"]))}
        rows.append(row)
    return rows


def _judge(
    drawn: Sequence[Drawn], scores: Sequence[np.ndarray], y_true: np.ndarray, fold: np.ndarray
) -> float:
    """Macro AP of the judged films of several, in one list."""
    truths, found = [], []
    for each, score in zip(drawn, scores, strict=True):
        judged = np.isin(fold[each.films], each.judged)
        truths.append(y_true[each.films[judged]])
        found.append(score[judged])
    return _macro_ap(np.concatenate(truths), np.concatenate(found))


def _macro_ap(y_true: np.ndarray, score: np.ndarray) -> float:
    return macro_average_precision(y_true, score.astype(np.float64)).value or 0.0


def _one_more(values: np.ndarray) -> tuple[float, float]:
    n = len(values)
    if n < 2:
        return float("nan"), float("nan")
    half = t.ppf((1 + LEVEL) / 2, n - 1) * values.std(ddof=1) * np.sqrt(1 + 1 / n)
    return float(values.mean() - half), float(values.mean() + half)
