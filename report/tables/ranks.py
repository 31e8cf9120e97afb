"""The ranks of all approaches and who is tied with the first: in a table, and in words."""

import pandas as pd

from report.tables.common import p_values, spans
from report.text import counted, listed, number, quoted

SHOWN = 4  # approaches named in a sentence


def ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """rows: of rank_intervals.csv, the best first. The same as texts."""
    lows = zip(rows["rank_lo"], rows["rank_hi"], strict=True)
    return pd.DataFrame(
        {
            "Approach": rows["approach"],
            "Macro AP": [number(value, 3) for value in rows["macro_ap"]],
            "Rank": rows["rank"].astype(int).astype(str),
            "95% of ranks": ["–" if pd.isna(lo) else f"{lo:.0f} to {hi:.0f}" for lo, hi in lows],
            "First minus it": spans(rows),
            "p (Holm)": p_values(rows),
            "Tied with the first": [_tied(value) for value in rows["tied_with_first"]],
        }
    )


def _tied(value: float) -> str:
    return "–" if pd.isna(value) else ("yes" if value else "no")


def words(rows: pd.DataFrame) -> str:
    """Who is tied with the first, and how far a rank is known, in two sentences."""
    if rows["rank_lo"].isna().all():
        return "There are too few films to say between which ranks an approach lies."
    first, others = rows.iloc[0], rows.iloc[1:]
    tied = others.loc[others["tied_with_first"] == 1, "approach"].map(str).map(quoted).tolist()
    named = tied[:SHOWN] + (
        [counted(len(tied) - SHOWN, "more", "more")] if len(tied) > SHOWN else []
    )
    leading = quoted(str(first["approach"]))
    said = (
        f"These films cannot tell {listed(named)} from the first, {leading}."
        if tied
        else f"These films tell every other approach from the first, {leading}."
    )
    width = (rows["rank_hi"] - rows["rank_lo"] + 1).median()
    middle = f"The interval of the median approach covers {width:.0f} of {len(rows)} ranks."
    return (
        f"{said} {middle} Tied means that the difference from the first is not clear (its interval "
        "has zero inside, or its p, adjusted by Holm, is not below 0.05); it does not mean equal."
    )
