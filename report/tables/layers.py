"""What trailers' sound is made of, as a table: a row a genre, and one for all films."""

import pandas as pd

from report.tables.common import intervals, p_values, spans
from report.text import number, signed

EVERY = "all films"


def placed(rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """The rows of layers.csv in the order of the genres, all films first, whose genre is EVERY."""
    rows = rows.assign(genre=rows["genre"].fillna("").replace("", EVERY))
    order = {genre: place for place, genre in enumerate([EVERY, *names])}
    kept = rows[rows["genre"].isin(order.keys())]
    return kept.sort_values("genre", key=lambda of: of.map(order), kind="stable")


def layers(rows: pd.DataFrame) -> pd.DataFrame:
    """rows: as `placed` gives them."""
    differences = rows.assign(lo=rows["difference_lo"], hi=rows["difference_hi"])
    quartiles = rows[["lower_quartile", "median", "upper_quartile"]]
    return pd.DataFrame(
        {
            "Genre": rows["genre"],
            "Layer": rows["layer"],
            "Films": rows["films"].astype(int),
            "Mean share": [number(value, 3) for value in rows["mean"]],
            "95% interval": intervals(rows, "lo", "hi"),
            "Quartiles": [", ".join(number(v, 2) for v in each) for each in quartiles.to_numpy()],
            "Other films": [number(value, 3) for value in rows["others"]],
            "More than those": [signed(value, 3) for value in rows["difference"]],
            "95% of that": spans(differences),
            "p (Holm)": p_values(rows),
            "Verdict": rows["verdict"].fillna("–"),
        }
    )
