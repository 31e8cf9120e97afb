"""Tables of other training sets, as they are shown."""

import pandas as pd

from report.text import interval, number, signed


def learning_curve(rows: pd.DataFrame) -> pd.DataFrame:
    """rows: of learning_curve.csv, with numbers."""
    spans = zip(rows["lo"], rows["hi"], strict=True)
    return pd.DataFrame(
        {
            "Approach": rows["approach"],
            "Films to learn from": rows["films"].astype(int),
            "Draws": rows["draws"].astype(int),
            "Macro AP": [number(value, 3) for value in rows["macro_ap"]],
            "95% of draws": [interval(lo, hi, 3) for lo, hi in spans],
        }
    )


def retrained(rows: pd.DataFrame) -> pd.DataFrame:
    """rows: of retrained.csv, with both intervals."""
    films = zip(rows["lo"], rows["hi"], strict=True)
    again = zip(rows["retrained_lo"], rows["retrained_hi"], strict=True)
    return pd.DataFrame(
        {
            "First": rows["a"],
            "Second": rows["b"],
            "Difference": [signed(value, 3) for value in rows["difference"]],
            "95% over films": [interval(lo, hi, 3) for lo, hi in films],
            "95% with models trained again": [interval(lo, hi, 3) for lo, hi in again],
        }
    )
