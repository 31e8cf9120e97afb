"""Tables of published features: what each is, what was counted in it, and of which films."""

import json
from typing import Any

import pandas as pd

from report.loading import Metrics
from report.text import isolate
from report.text import listed as listed_names

ABOUT = {
    "modality": "Of",
    "computed_from": "Computed from",
    "paper": "Paper",
    "licence": "Licence",
}
WHAT = {
    "not_finite": "a number is missing",
    "repeated_id": "twice, the same",
    "contradicting_id": "twice, not the same",
    "empty": "without numbers",
    "shared_vector": "the same numbers as another film",
    "not_joined": "not in the catalogue",
    "not_in_table": "not in the table",
}


def features(metrics: Metrics) -> dict[str, dict[str, Any]]:
    """The records and counts of features.json, by table; none where there is no such file."""
    path = metrics.folder / "features.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {str(name): about for name, about in found.items() if isinstance(about, dict)}


def records(found: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """A row a table: what its record says."""
    rows = [
        {"Table": isolate(name)}
        | {head: isolate(about.get(key) or "–") for key, head in ABOUT.items()}
        for name, about in found.items()
    ]
    return pd.DataFrame(rows)


def notes(found: dict[str, dict[str, Any]]) -> list[str]:
    """What a reader should know of the tables, each note once with those it is on."""
    said: dict[str, list[str]] = {}
    for name, about in found.items():
        if note := str(about.get("note") or ""):
            said.setdefault(note, []).append(isolate(name))
    return [f"{listed_names(names)}: {isolate(note)}" for note, names in said.items()]


def sources(found: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Address and name of each table's file, of those that say where it was published."""
    return [
        (str(about["url"]), isolate(name))
        for name, about in found.items()
        if str(about.get("url", "")).startswith("https://")
    ]


def counts(found: dict[str, dict[str, Any]]) -> pd.DataFrame:
    """A row a count, a column a table."""
    kinds = dict.fromkeys(
        key
        for about in found.values()
        for key, value in about.items()
        if (isinstance(value, int) and not isinstance(value, bool)) or isinstance(value, list)
    )
    rows = []
    for kind in kinds:
        row = {"Count": kind.replace("_", " ").capitalize()}
        for name, about in found.items():
            value = about.get(kind)
            number = len(value) if isinstance(value, list) else value
            row[str(isolate(name))] = "–" if number is None else f"{number:,}"
        rows.append(row)
    return pd.DataFrame(rows)


def listed(metrics: Metrics) -> pd.DataFrame:
    """The films that a rule was applied to, each with what it was."""
    rows = metrics.table("features")
    if rows.empty:
        return rows
    shown = {
        "Film": rows["title"].fillna(rows["id"]).map(isolate),
        "Table": rows["table"].map(isolate),
        "What": rows["what"].map(lambda what: WHAT.get(what, str(what).replace("_", " "))),
        "Detail": rows["detail"].fillna("").map(lambda text: isolate(text) if text else "–"),
    }
    return pd.DataFrame(shown)
