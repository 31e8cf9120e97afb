"""Tables of the ablations: one thing changed, all else equal."""

import pandas as pd

from report.loading import Metrics
from report.tables.common import plain

SHARED = "all shared"  # the genres that both label sets have


def label_sets(metrics: Metrics) -> pd.DataFrame:
    """Fewer labels against all of them, on the genres both have, in the columns of comparisons."""
    rows = metrics.table("label_sets")
    if rows.empty:
        return rows
    rows = rows[rows["genre"] == SHARED]
    return rows.assign(a=rows["approach"], b=rows["base"])


def label_genres(metrics: Metrics) -> pd.DataFrame:
    """The same genre by genre, and the naive difference with its arithmetic part, as texts."""
    headings = {
        "approach": "Fewer labels",
        "base": "All labels",
        "genre": "Genre",
        "ap": "AP",
        "base_ap": "AP, all labels",
        "difference": "Difference",
        "lo": "95% from",
        "hi": "to",
        "p_holm": "p (Holm)",
        "naive_difference": "Naive difference",
        "arithmetic": "of which arithmetic",
    }
    return plain(metrics.table("label_sets"), headings)


def ungrouped(metrics: Metrics) -> pd.DataFrame:
    """Scores with collections split across folds against kept together, as texts."""
    headings = {
        "approach": "Approach",
        "ungrouped_ap": "AP, split",
        "grouped_ap": "AP, kept together",
        "difference": "Difference",
        "lo": "95% from",
        "hi": "to",
        "p": "p",
        "collections": "Collections",
    }
    return plain(metrics.table("ungrouped"), headings)


def variance(metrics: Metrics) -> pd.DataFrame:
    """approach, modality, macro_ap, seed_sd, film_sd of each approach where both are known."""
    rows = metrics.approaches.rename(
        columns={"macro_ap_seed_sd": "seed_sd", "macro_ap_film_sd": "film_sd"}
    )
    if not {"seed_sd", "film_sd"} <= set(rows.columns):
        return pd.DataFrame()
    rows = rows[rows["modality"] != "none"].dropna(subset=["seed_sd", "film_sd"])
    return rows[["approach", "modality", "macro_ap", "seed_sd", "film_sd"]]


def variance_shown(rows: pd.DataFrame) -> pd.DataFrame:
    """The same as texts."""
    headings = {
        "approach": "Approach",
        "macro_ap": "Macro AP",
        "seed_sd": "Spread over seeds",
        "film_sd": "Spread over films",
    }
    return plain(rows, headings)
