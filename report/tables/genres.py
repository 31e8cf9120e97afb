"""Tables by genre: picture against sound, and where one is clearly better."""

from typing import Any

import pandas as pd

from report.loading import SINGLE, Metrics
from report.tables.common import of_approach, plain
from report.text import interval, number, signed


def genres(metrics: Metrics) -> pd.DataFrame:
    """Per genre: prevalence, and average precision of each modality's headline approach."""
    shown: dict[str, Any] = {
        "Genre": metrics.genre_names,
        "Films with it": [f"{metrics.catalogue['prevalence'][g]:.0%}" for g in metrics.genre_names],
    }
    for modality, slug in metrics.named.items():
        rows = of_approach(metrics.genres, slug, metrics.genre_names)
        shown[f"AP, {modality}"] = [number(v) for v in rows["ap"]]
        shown[f"{modality}, 95%"] = [
            interval(lo, hi) or "–" for lo, hi in zip(rows["ap_lo"], rows["ap_hi"], strict=True)
        ]
    return pd.DataFrame(shown)


def pair(metrics: Metrics) -> pd.DataFrame:
    """What the dumbbell draws: per genre the headline picture and sound approaches."""
    parts = [
        of_approach(metrics.genres, slug, metrics.genre_names).assign(modality=modality)
        for modality, slug in metrics.named.items()
        if modality in SINGLE
    ]
    return pd.concat(parts, ignore_index=True)


def pair_ceilings(metrics: Metrics) -> pd.DataFrame:
    """Ceilings of the two approaches `pair` shows, per genre; empty where unknown."""
    of = metrics.ceiling_genres
    parts = []
    for modality, slug in metrics.named.items():
        found = metrics.window(slug)
        if found is not None and modality in SINGLE:
            parts.append(of[(of["modality"] == found[0]) & (of["window"] == found[1])])
    return pd.concat(parts, ignore_index=True) if parts else of.iloc[:0]


def cooccurrence(metrics: Metrics) -> pd.DataFrame:
    """Films that carry both genres, genre by genre."""
    of = metrics.catalogue["cooccurrence"]
    names = metrics.genre_names
    counts = {other: [int(of.get(one, {}).get(other, 0)) for one in names] for other in names}
    return pd.DataFrame(counts, index=pd.Index(names))


def excess(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of confusion.csv of one approach with base and excess, without undefined shares.

    base: of all films without the column's genre, the share that are scored as it, a film counted
    once for each of its genres. Genres that many films have are scored often, whatever the film:
    excess is the share less that base.
    """
    rows = rows.dropna(subset=["share"])
    taken = (rows["share"] * rows["films"]).groupby(rows["other"]).transform("sum")
    base = taken / rows["films"].groupby(rows["other"]).transform("sum")
    return rows.assign(base=base, excess=rows["share"] - base)


def confusions(cells: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """A row a genre, a column a genre that it is scored as: the excess in points, as texts."""
    known = {(cell["genre"], cell["other"]): cell for cell in cells.to_dict("records")}

    def said(genre: str, other: str) -> str:
        cell = known.get((genre, other))
        return signed(100 * cell["excess"], 0) if cell else "–"

    columns = {other: [said(genre, other) for genre in names] for other in names}
    return pd.DataFrame({"Films with": names, **columns})


def owned(metrics: Metrics) -> pd.DataFrame:
    """Picture minus sound per genre, of the headline's approaches: the rows of owned_genres.csv.

    None where the matrix does not have both.
    """
    rows = metrics.table("owned_genres")
    named = metrics.named
    pair = (rows["picture"] == named.get("picture")) & (rows["sound"] == named.get("sound"))
    return rows[pair]


def owners(rows: pd.DataFrame) -> pd.DataFrame:
    """Which of the two is clearly better for each genre, and which are right, as texts."""
    headings = {
        "genre": "Genre",
        "ap_picture": "AP, picture",
        "ap_sound": "AP, sound",
        "owner": "Clearly better",
        "right_both": "Both right",
        "right_picture": "Picture alone",
        "right_sound": "Sound alone",
        "right_neither": "Neither",
        "kappa": "Agreement (kappa)",
    }
    return plain(rows, headings)
