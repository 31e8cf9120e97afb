"""Tables of the catalogue, as they are shown: how far two sources of its genres agree."""

import pandas as pd

from report.text import interval, number

MEANS = {"macro": "mean over genres", "micro": "all films and genres in one count"}


def label_agreement(rows: pd.DataFrame) -> pd.DataFrame:
    """A line a genre and a mean. rows: of label_ceiling.csv."""
    shown = []
    for _, line in _placed(rows).groupby("place", sort=False):
        f1, ap = (line[line["metric"].str.endswith(name)].iloc[0] for name in ("f1", "ap"))
        shown.append(
            {
                "Genre": f1["place"],
                "Films": str(int(f1["films"])),
                "F1": number(f1["value"], 3),
                "95% interval of F1": interval(f1["lo"], f1["hi"], 3) or "–",
                "AP": number(ap["value"], 3),
                "95% interval of AP": interval(ap["lo"], ap["hi"], 3) or "–",
            }
        )
    return pd.DataFrame(shown)


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of F1 and average precision, with what each is over."""
    rows = rows[rows["metric"] != "exact_match"]
    mean = rows["metric"].str.partition("_")[0].map(MEANS)
    return rows.assign(place=rows["genre"].fillna(mean)).sort_values(
        "genre", kind="stable", na_position="first"
    )
