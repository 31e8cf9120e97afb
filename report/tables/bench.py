"""The table of `make bench`: how many times as fast our way is. For site, README and terminal."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from report.loading import Metrics

HEADINGS = ("case", "what", "on", "against", "times as fast", "by", "goal", "met")
MET = {True: "yes", False: "no", None: ""}


def cells(row: Mapping[str, Any]) -> list[str]:
    """A row's texts, in the order of HEADINGS."""
    ratio = row["ratio"]
    spread = "–"
    if ratio:
        spread = _number(ratio["median"])
        if row["rounds"] > 1:
            spread += f" ({_number(ratio['min'])} to {_number(ratio['max'])})"
    goal = "" if row["goal"] is None else f"≥ {_number(row['goal'])}"
    by = {"cpu": "CPU time", "wall": "clock"}[row["by"]] if ratio else ""
    texts = [row[name] for name in ("case", "what", "input", "against")]
    return [*texts, spread, by, goal, MET[row["met"]]]


def bench(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """Every row of bench.json as texts, and what there is to say of some."""
    rows = metrics.bench["rows"]
    headings = [heading.capitalize() for heading in HEADINGS]
    shown = pd.DataFrame([cells(row) for row in rows], columns=pd.Index(headings))
    notes = [f"{row['case']}, {row['what']}, {row['input']}: {row['note']}" for row in rows]
    return shown, [note for note, row in zip(notes, rows, strict=True) if row["note"]]


def measured(metrics: Metrics) -> str:
    """On what, and from which commit."""
    machine = metrics.bench["machine"]
    return (
        f"Measured on {machine['cores']} cores of {machine['processor']}, at commit "
        f"{metrics.bench['commit']}"
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
