"""What joining brings: contributions to a fusion, and the films that it loses, as texts."""

import pandas as pd

from report.tables.common import intervals
from report.text import isolate, number, signed

ALL = "all"
HEADINGS = {
    "picture": ("Picture adds", "95% of picture"),
    "sound": ("Sound adds", "95% of sound"),
    "words": ("Words add", "95% of words"),
}


def contributions(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a fusion, each modality with its interval; rows: contributions.csv, of all genres."""
    return _by_modality(rows[rows["genre"] == ALL], "approach", "Fusion")


def by_genre(rows: pd.DataFrame, approach: str) -> pd.DataFrame:
    """One row a genre of one fusion."""
    own = rows[(rows["approach"] == approach) & (rows["genre"] != ALL)]
    return _by_modality(own, "genre", "Genre")


def _by_modality(rows: pd.DataFrame, key: str, heading: str) -> pd.DataFrame:
    shown: dict[str, list[str]] = {heading: list(dict.fromkeys(rows[key]))}
    for modality, (adds, span) in HEADINGS.items():
        own = rows[rows["modality"] == modality].set_index(key).reindex(shown[heading])
        if own["contribution"].isna().all():
            continue  # of no fusion here
        shown[adds] = [signed(value, 3) for value in own["contribution"]]
        shown[span] = intervals(own, "lo", "hi")
    return pd.DataFrame(shown)


def confused(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a fusion and part; rows: confused.csv."""
    return pd.DataFrame(
        {
            "Fusion": rows["approach"],
            "Right by": rows["modality"].replace(ALL, "any of them"),
            "Share right": [number(value, 3) for value in rows["right"]],
            "Right joined": [number(value, 3) for value in rows["right_joined"]],
            "Lost": [number(value, 3) for value in rows["lost"]],
            "95% of lost": intervals(rows, "lost_lo", "lost_hi"),
            "Lost by chance": [number(value, 3) for value in rows["lost_by_chance"]],
            "Won": [number(value, 3) for value in rows["won"]],
            "95% of won": intervals(rows, "won_lo", "won_hi"),
        }
    )


def lost(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a film that a fusion loses; rows: lost_films.csv, of one fusion."""
    years = ["–" if pd.isna(year) else f"{year:.0f}" for year in rows["year"]]
    titles = zip(rows["title"], years, strict=True)
    scores = zip(rows["score_joined"], rows["score_first_joined"], strict=True)
    return pd.DataFrame(
        {
            "Film": [isolate(f"{title} ({year})") for title, year in titles],
            "Right by": list(rows["modality"]),
            "Its genre": list(rows["genre"]),
            "Score alone": [number(value) for value in rows["score"]],
            "Place joined": [str(place) for place in rows["place_joined"]],
            "First joined": list(rows["first_joined"]),
            "Scores joined": [f"{number(own)} and {number(first)}" for own, first in scores],
        }
    )
