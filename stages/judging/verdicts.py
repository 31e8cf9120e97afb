"""The one rule behind every verdict, and with which comparisons each p-value is adjusted.

Comparisons named before the run form families of their own: the two of the headline, the claims of
the seed study. All others are exploratory and adjusted within their kind, so that another approach
costs no named comparison anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from stages.scoring.holm import holm

ALPHA = 0.05  # Holm's p of a clear difference is below this
BETTER, WORSE, UNDECIDED = "better", "worse", "undecided"
TOO_FEW = "too few films"  # for a verdict: see sample_size.py
HEADLINE, SEED_STUDY = "headline", "seed study"
Row = dict[str, Any]
ComparisonKey = tuple[frozenset[str], str]
"""The two approaches, in either order, and the genre, "" for all."""
AdjustedPValues = Mapping[ComparisonKey, tuple[str, float]]
"""A comparison's family and Holm's p in it."""


def verdict(lo: float, hi: float, p_holm: float) -> int:
    """1 where a difference is clearly above zero, -1 where it is clearly below, 0: undecided.

    Clear asks for both: a 95% interval that leaves out zero, and Holm's p below ALPHA.
    """
    if not p_holm < ALPHA:
        return 0
    return 1 if lo > 0 else -1 if hi < 0 else 0


def verdict_name(lo: float, hi: float, p_holm: float) -> str:
    """The verdict on the first of two in words: BETTER, WORSE or UNDECIDED."""
    return {1: BETTER, -1: WORSE, 0: UNDECIDED}[verdict(lo, hi, p_holm)]


def comparison_key(first: str, second: str, genre: str = "") -> ComparisonKey:
    """Identifies a comparison in every table that has it."""
    return frozenset((first, second)), genre


def add_verdicts(
    rows: Sequence[Row], sides: tuple[str, str], adjusted: AdjustedPValues | None = None
) -> None:
    """Add to each row its family, Holm's p in it, and the verdict: BETTER, WORSE or UNDECIDED.

    rows: lo, hi, p, `holm_family` and the columns `sides`, which name the first and the second;
    genre where it is of one. A row that is in `adjusted` takes family and p from there, and does
    not count in its own; one without a p, which is of too few films, is TOO_FEW.
    """
    families: dict[str, list[Row]] = {}
    tested = [row for row in rows if "p" in row]
    for row in tested:
        key = comparison_key(row[sides[0]], row[sides[1]], row.get("genre", ""))
        if adjusted and key in adjusted:
            row["holm_family"], row["p_holm"] = adjusted[key]
        else:
            families.setdefault(row["holm_family"], []).append(row)
    for members in families.values():
        adjust_p_values(members)
    for row in rows:
        judged = "p" in row
        row["verdict"] = verdict_name(row["lo"], row["hi"], row["p_holm"]) if judged else TOO_FEW


def adjust_p_values(rows: Sequence[Row]) -> None:
    """Adjust the p of some rows by Holm, as one family: `p_holm`."""
    adjusted = holm(np.array([row["p"] for row in rows]))
    for row, p in zip(rows, adjusted.tolist(), strict=True):
        row["p_holm"] = p


def adjusted_p_values(rows: Iterable[Row], sides: tuple[str, str] = ("a", "b")) -> AdjustedPValues:
    """Family and Holm's p of rows that have them, for the other tables that ask the same."""
    return {
        comparison_key(row[sides[0]], row[sides[1]], row.get("genre") or ""): (
            row["holm_family"],
            row["p_holm"],
        )
        for row in rows
        if row.get(sides[0]) and row.get("p_holm") is not None
    }
