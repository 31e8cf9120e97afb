"""The one rule behind every verdict, and with which comparisons each p-value is adjusted.

What was named before the run is adjusted with what it was named with: the two comparisons of the
headline, the claims of the seed study. Whatever else a matrix can be asked is explored: adjusted
among its own kind, so that another approach costs no named comparison anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from stages.scoring.permutation import holm

CLEAR_BELOW = 0.05  # what Holm's p of a clear difference is below
BETTER, WORSE, UNDECIDED = "better", "worse", "undecided"
TOO_FEW = "too few films"  # for a verdict: stages/judging/enough.py
HEADLINE, SEED_STUDY = "headline", "seed study"
Row = dict[str, Any]
# the two that are compared, in either order, and the genres: "" for all
Compared = tuple[frozenset[str], str]
Named = Mapping[Compared, tuple[str, float]]  # to their family and Holm's p there


def verdict(lo: float, hi: float, p_holm: float) -> int:
    """1 where a difference is clearly above zero, -1 where it is clearly below, 0: undecided.

    Clear asks for both: a 95% interval that leaves out zero, and Holm's p below CLEAR_BELOW.
    """
    if not p_holm < CLEAR_BELOW:
        return 0
    return 1 if lo > 0 else -1 if hi < 0 else 0


def word(lo: float, hi: float, p_holm: float) -> str:
    """The verdict on the first of two as tables have it: BETTER, WORSE or UNDECIDED."""
    return {1: BETTER, -1: WORSE, 0: UNDECIDED}[verdict(lo, hi, p_holm)]


def compared(first: str, second: str, genre: str = "") -> Compared:
    """What names a comparison wherever it is asked."""
    return frozenset((first, second)), genre


def settle(rows: Sequence[Row], sides: tuple[str, str], named: Named | None = None) -> None:
    """Give each row its family, Holm's p in it, and the verdict: BETTER, WORSE or UNDECIDED.

    rows: lo, hi, p, `holm_family` and the columns `sides`, which name the first and the second;
    genre where it is of one. A row that is in `named` takes family and p from there, and does not
    count in its own; one without a p, which is of too few films, is TOO_FEW.
    """
    families: dict[str, list[Row]] = {}
    tested = [row for row in rows if "p" in row]
    for row in tested:
        key = compared(row[sides[0]], row[sides[1]], row.get("genre", ""))
        if named and key in named:
            row["holm_family"], row["p_holm"] = named[key]
        else:
            families.setdefault(row["holm_family"], []).append(row)
    for members in families.values():
        adjust(members)
    for row in rows:
        judged = "p" in row
        row["verdict"] = word(row["lo"], row["hi"], row["p_holm"]) if judged else TOO_FEW


def adjust(rows: Sequence[Row]) -> None:
    """Adjust the p of some rows by Holm, as one family: `p_holm`."""
    adjusted = holm(np.array([row["p"] for row in rows]))
    for row, p in zip(rows, adjusted.tolist(), strict=True):
        row["p_holm"] = p


def settled(rows: Iterable[Row], sides: tuple[str, str] = ("a", "b")) -> Named:
    """What rows that have their family and Holm's p say for every other table they occur in."""
    return {
        compared(row[sides[0]], row[sides[1]], row.get("genre") or ""): (
            row["holm_family"],
            row["p_holm"],
        )
        for row in rows
        if row.get(sides[0]) and row.get("p_holm") is not None
    }
