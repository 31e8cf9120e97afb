"""Rows of layers.csv as the stage writes them, of numbers that are made up."""

from typing import Any

import pandas as pd
from made_up_run import GENRES

from report.tables import layers
from stages.hearing.shares import LAYERS


def row(layer: str, genre: str, mean: float, **others: Any) -> dict[str, Any]:
    ends = {"lo": mean - 0.05, "hi": mean + 0.05}
    quartiles = {"lower_quartile": mean - 0.1, "median": mean, "upper_quartile": mean + 0.1}
    return {
        "layer": layer,
        "genre": genre,
        "films": 20,
        "mean": mean,
        **ends,
        **quartiles,
        **others,
    }


def compared(difference: float, verdict: str) -> dict[str, Any]:
    ends = {"difference_lo": difference - 0.02, "difference_hi": difference + 0.02}
    return {"others": 0.4, "difference": difference, **ends, "p": 0.001, "p_holm": 0.02} | {
        "verdict": verdict
    }


def rows(of: tuple[str, ...] = LAYERS) -> list[dict[str, Any]]:
    found = []
    for place, layer in enumerate(of):
        found.append(row(layer, "", 0.3 + 0.1 * place))
        for number, genre in enumerate(reversed(GENRES)):
            verdict = "more" if (number, layer) == (0, "speech") else "undecided"
            found.append(row(layer, genre, 0.3 + 0.02 * number, **compared(0.1, verdict)))
    return found


def placed() -> pd.DataFrame:
    """The same in the order in which pages have them."""
    return layers.placed(pd.DataFrame(rows()), GENRES)
