"""Is what was planted found? Single approaches, cell by cell, beside the ideal observer.

A cell is a genre in a modality, or in motion: approaches that look at clips are of the picture
wherever they are joined or compared, but what is planted for them is how its shots move, and so the
column `cue` says. Where the observer, who knows how the sample corpus was generated,
scores a genre high, an approach should too: rank correlation over the cells. Where nothing was
planted the observer still learns from the genres it occurs with; an approach clearly above that has
found what is not there, or a flaw in the corpus.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from stages.base.params.modalities import SINGLE

Row = dict[str, Any]
MOTION = "motion"  # the cue of what looks at clips


def recovery_rows(
    approaches: Sequence[Row],
    genres: Sequence[Row],
    ceilings: Sequence[Row],
    ceiling_genres: Sequence[Row],
) -> list[Row]:
    """One row an approach of one modality and genre: what it found, and what could be found.

    The arguments are the rows of the tables of these names under metrics/. above: 1 where the
    approach's whole interval lies above the observer's average precision, 0 where not, None where
    there is no interval. Genres an approach has no score of are left out; without ceilings (real
    films) there are no rows.
    """
    view = {
        slug: (row["modality"], row["window"])
        for row in ceilings
        for slug in (row["used_by"] or "").split()
    }
    observer = {(row["modality"], row["window"], row["genre"]): row for row in ceiling_genres}
    kind = {row["approach"]: row["kind"] for row in approaches}
    rows = []
    for row in genres:
        approach, genre = row["approach"], row["genre"]
        if kind[approach] != "single" or row["modality"] not in SINGLE:
            continue  # what looks and listens at once is of no one cue
        if approach not in view or row["normalised_ap"] is None:
            continue
        best = observer[*view[approach], genre]
        if best["normalised_ap"] is None:
            continue
        rows.append(
            {
                "approach": approach,
                "modality": row["modality"],
                "genre": genre,
                "cue": best["cue"],
                "planted": best["planted"],
                **{name: row[name] for name in ("ap", "ap_lo", "ap_hi", "normalised_ap")},
                "ceiling_ap": best["ap"],
                "ceiling_normalised_ap": best["normalised_ap"],
                "above": None if row["ap_lo"] is None else int(row["ap_lo"] > best["ap"]),
            }
        )
    return rows


def recovery_summary(
    rows: Sequence[Row], approaches: Sequence[Row], headline: dict[str, str]
) -> dict[str, Any]:
    """Rank correlations of found with findable, and the cells without a cue that were exceeded.

    headline: modality -> slug, of those that it names. `headline` joins one approach a modality,
    `best` (the highest macro AP) one a cue, so that motion, which no headline names, is there too:
    a cell a genre of each; `approaches` has each alone. Empty without rows.
    """
    if not rows:
        return {}
    score = {row["approach"]: row["macro_ap"] for row in approaches}
    by_cue = {cue: [r["approach"] for r in rows if r["cue"] == cue] for cue in (*SINGLE, MOTION)}
    pairs: dict[str, dict[str, str]] = {
        "headline": {m: headline[m] for m in SINGLE if m in headline},
        "best": {cue: max(found, key=score.__getitem__) for cue, found in by_cue.items() if found},
    }
    summary: dict[str, Any] = {
        name: pair | recovery_numbers([row for row in rows if row["approach"] in pair.values()])
        for name, pair in pairs.items()
    }
    summary["approaches"] = {
        slug: recovery_numbers([row for row in rows if row["approach"] == slug])
        for slug in dict.fromkeys(row["approach"] for row in rows)
    }
    return summary


def recovery_numbers(rows: Sequence[Row]) -> dict[str, float | None]:
    """Of some cells: how many; Spearman's correlation of the normalised average precision with the
    observer's and with the planted probability (None where one of them does not vary); how many
    were planted at 0, and of those and of all how many lie clear above the observer; how many have
    no interval to say so by."""
    found = [row["normalised_ap"] for row in rows]
    silent = [row for row in rows if row["planted"] == 0]
    return {
        "cells": len(rows),
        "rank_correlation": _spearman(found, [row["ceiling_normalised_ap"] for row in rows]),
        "rank_correlation_with_planted": _spearman(found, [row["planted"] for row in rows]),
        "planted_at_zero": len(silent),
        "planted_at_zero_above": sum(row["above"] == 1 for row in silent),
        "above": sum(row["above"] == 1 for row in rows),
        "without_interval": sum(row["above"] is None for row in rows),
    }


def _spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    if len(np.unique(one)) < 2 or len(np.unique(other)) < 2:
        return None
    return float(spearmanr(one, other).statistic)
