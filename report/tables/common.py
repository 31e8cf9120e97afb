"""What several pages' tables share: numbers as texts, the rows of one approach."""

from collections.abc import Mapping

import pandas as pd

from report.text import interval, number, p_value, signed


def plain(rows: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    """Columns of a metrics table under headings for a reader, numbers with three places."""
    shown = {}
    for column, heading in headings.items():
        if column in rows and pd.api.types.is_float_dtype(rows[column]):
            shown[heading] = [number(value, 3) for value in rows[column]]
        elif column in rows:
            shown[heading] = ["–" if pd.isna(value) else str(value) for value in rows[column]]
    return pd.DataFrame(shown)


def intervals(rows: pd.DataFrame, lo: str, hi: str) -> list[str]:
    pairs = zip(rows[lo], rows[hi], strict=True)
    return [interval(low, high, 3) or "–" for low, high in pairs]


def spans(rows: pd.DataFrame) -> list[str]:
    """Intervals of differences, with their signs; an en dash where undefined."""
    return [
        f"{signed(lo, 3)} to {signed(hi, 3)}" if pd.notna(lo) else "–"
        for lo, hi in zip(rows["lo"], rows["hi"], strict=True)
    ]


def p_values(rows: pd.DataFrame) -> list[str]:
    """Holm's p of each row, the heading of the column saying so."""
    return [p_value(value).removeprefix("p ").removeprefix("= ") for value in rows["p_holm"]]


def of_approach(frame: pd.DataFrame, slug: str, genre_names: list[str]) -> pd.DataFrame:
    """The rows of one approach, one per genre in the given order; undefined where missing."""
    rows = frame[frame["approach"] == slug].set_index("genre").reindex(genre_names)
    return rows.rename_axis("genre").reset_index()
