"""Tables of the ablations: one thing changed, everything else the same."""

import pandas as pd

from report.loading import Metrics
from report.tables.common import plain

SHARED = "all shared"  # the genres that both label sets have
KNOWN = ("picture_sound", "fusion", "no_skill", "context", "window")


def label_sets(metrics: Metrics) -> pd.DataFrame:
    """Fewer labels against all of them, on the genres both have, in the columns of comparisons."""
    rows = metrics.table("label_sets")
    rows = rows[rows["genre"] == SHARED]
    return rows.assign(a=rows["approach"], b=rows["base"])


def label_genres(metrics: Metrics) -> pd.DataFrame:
    """The same genre by genre, and the naive difference with its arithmetic part, as texts."""
    headings = {
        "approach": "Fewer labels",
        "base": "All labels",
        "genre": "Genre",
        "ap": "AP",
        "base_ap": "of the base",
        "difference": "Difference",
        "lo": "95% from",
        "hi": "to",
        "p_holm": "p (Holm)",
        "naive_difference": "Naive difference",
        "arithmetic": "of which arithmetic",
    }
    return plain(metrics.table("label_sets"), headings)


def other_families(metrics: Metrics) -> list[str]:
    """Families of comparisons that have no section of their own."""
    return [name for name in metrics.comparisons["family"].unique() if name not in KNOWN]


def variance(metrics: Metrics) -> pd.DataFrame:
    """How far an approach moves with its training seed, and with the films, as texts."""
    headings = {
        "approach": "Approach",
        "macro_ap": "Macro AP",
        "seed_sd": "Spread over seeds",
        "film_sd": "Spread over films",
    }
    return plain(metrics.table("variance"), headings)


def ranks(metrics: Metrics) -> pd.DataFrame:
    """Mean rank of each approach and the critical difference, as texts."""
    rows = metrics.table("ranks")
    headings = {
        "approach": "Approach",
        "mean_rank": "Mean rank",
        "critical_difference": "Critical difference",
    }
    return plain(rows, headings)
