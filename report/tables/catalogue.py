"""Tables of the catalogue, as they are shown: what two sources agree on, what is missing."""

import pandas as pd

from report.text import interval, number, p_value

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


def missing(rows: pd.DataFrame) -> pd.DataFrame:
    """A line for all films, a genre and a decade. rows: of missing.csv."""
    spans = zip(rows["lo"], rows["hi"], strict=True)
    p = [p_value(value).removeprefix("p ").removeprefix("= ") for value in rows["p_value"]]
    return pd.DataFrame(
        {
            "Films": rows["value"].fillna("all"),
            "In the catalogue": rows["films"].astype(int),
            "Missing": rows["missing"].astype(int),
            "Share": [f"{share:.1%}" for share in rows["share"]],
            "95% interval": [f"{lo:.1%} to {hi:.1%}" for lo, hi in spans],
            "Adjusted p": p,
        }
    )


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of F1 and average precision, with what each is over."""
    rows = rows[rows["metric"] != "exact_match"]
    mean = rows["metric"].str.partition("_")[0].map(MEANS)
    return rows.assign(place=rows["genre"].fillna(mean)).sort_values(
        "genre", kind="stable", na_position="first"
    )
