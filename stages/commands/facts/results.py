"""results.json: one record per approach with all of its numbers, and what made them.

results.schema.json, beside this file, documents it. It is made from the tables and from
provenance.json, whose seconds differ from run to run, so it is no output of DVC's.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.tables import read_csv

Row = dict[str, Any]
SCHEMA = Path(__file__).with_name("results.schema.json")
VERSION = "1.0"
WATTS_PER_CORE = 10.0
ASSUMPTION = (
    f"Processor seconds of a stage and its workers × {WATTS_PER_CORE:g} W for a busy core. Server "
    "processors are rated at 3 to 8 W a core (an AMD EPYC 7763 at 280 W for 64 cores); the rest is "
    "for memory and the power supply. Nothing was measured; graphics cards, idle machines, disks "
    "and networks are not counted."
)
WORDS = ("approach", "kind", "modality", "parts", "context", "head", "films")
NEEDED = ("approaches.csv", "catalogue.json", "headline.json", "provenance.json")
CALIBRATED = ("ece", "brier", "log_loss", "ece_before", "brier_before", "log_loss_before")


def results(metrics: Path) -> Row:
    """The content of results.json, from the folder of a corpus's tables.

    A number that is not defined, such as an interval with too few films, is None, which
    `write_json` leaves out. Raises BenchmarkError where no whole run wrote the tables.
    """
    if lacking := [name for name in NEEDED if not (metrics / name).is_file()]:
        raise BenchmarkError(
            "there are no results of this corpus yet",
            where=f"{metrics}/",
            found=f"no {', '.join(lacking)}",
            do=f"run `{places.dvc('repro')}`, which writes them",
        )
    provenance, catalogue = _json(metrics / "provenance.json"), _json(metrics / "catalogue.json")
    parameters = metrics / "parameters.json"
    judging = _json(parameters)["judging"] if parameters.is_file() else {}
    tables = {
        name: _by_approach(_rows(metrics / f"{name}.csv"), key)
        for name, key in (
            ("genres", "approach"),
            ("rules", "approach"),
            ("calibration", "approach"),
            ("rank_intervals", "approach"),
            ("comparisons", "a"),
        )
    }
    backbones = {row["approach"]: row["backbones"] for row in _rows(metrics / "cells.csv")}
    return {
        "schema": f"stages/commands/facts/{SCHEMA.name}",
        "version": VERSION,
        "corpus": {
            "name": metrics.name,
            "catalogue": catalogue.get("path", ""),
            "films": catalogue["films"],
            "rendered": bool(catalogue.get("sample")),
        },
        "headline": _json(metrics / "headline.json"),
        "judging": {"level": 0.95, **{k: judging[k] for k in sorted(judging)}},
        "made": {k: provenance[k] for k in sorted(provenance) if k != "stages"},
        "energy": {"watts_per_core": WATTS_PER_CORE, "assumption": ASSUMPTION},
        "approaches": [
            _record(row, tables, _cost(row, str(backbones.get(row["approach"]) or ""), provenance))
            for row in read_csv(metrics / "approaches.csv")
        ],
    }


def _record(row: Row, tables: Mapping[str, Mapping[str, list[Row]]], cost: Row) -> Row:
    slug = row["approach"]
    of = {name: table.get(slug, []) for name, table in tables.items()}
    return {
        **{name: row[name] for name in WORDS if name not in ("parts", "films")},
        "parts": str(row["parts"] or "").split(),
        "films": int(row["films"]),
        "metrics": _estimates(row, WORDS),
        **({"rank": _rank(of["rank_intervals"][0])} if of["rank_intervals"] else {}),
        "genres": {each["genre"]: _of_genre(each) for each in of["genres"]},
        "rules": {each["rule"]: _estimates(each, ("rule",)) for each in of["rules"]},
        "calibration": {
            each["method"]: {name: each[name] for name in CALIBRATED} for each in of["calibration"]
        },
        "comparisons": [_comparison(each) for each in of["comparisons"]],
        "cost": cost,
    }


def _rank(row: Row) -> Row:
    ends = {end: _whole(row[f"rank_{end}"]) for end in ("lo", "hi")}
    tied = row["tied_with_first"]
    return {
        "value": int(row["rank"]),
        **ends,
        "tied_with_first": None if tied is None else bool(tied),
    }


def _of_genre(row: Row) -> Row:
    found = _estimates(row, ("support",))
    return {"support": int(row["support"]), "metrics": found}


def _comparison(row: Row) -> Row:
    named = ("family", "b", "question", "p", "holm_family", "p_holm", "verdict")
    difference = {"value": row["difference"], "lo": row["lo"], "hi": row["hi"]}
    return {**{name: row[name] for name in named}, "difference": difference}


def _cost(row: Row, backbones: str, provenance: Mapping[str, Any]) -> Row:
    """What the stages took that only this approach and those that share its parts need."""
    parts = str(row["parts"] or "").split()
    slugs = [row["approach"], *(parts if row["kind"] == "late" else [])]
    wanted = [f"embed@{each}" for each in backbones.split()] + [f"fit@{slug}" for slug in slugs]
    recorded = provenance.get("stages", {})
    stages = {name: recorded[name] for name in wanted if name in recorded}
    cpu = [each.get("cpu_seconds") for each in stages.values()]
    whole = all(each is not None for each in cpu) and bool(cpu)
    return {
        "stages": stages,
        "seconds": sum(each["seconds"] for each in stages.values()),
        "cpu_seconds": sum(cpu) if whole else None,
        "watt_hours": sum(cpu) * WATTS_PER_CORE / 3600 if whole else None,
    }


def _estimates(row: Row, words: Iterable[str]) -> dict[str, Row]:
    """The numbers of a row by name; `<name>_lo` and `<name>_hi` are the interval of `<name>`."""
    found: dict[str, Row] = {}
    for name, value in row.items():
        if name in words or not isinstance(value, float):
            continue
        base, _, end = name.rpartition("_")
        if end in ("lo", "hi") and base in row:
            found.setdefault(base, {})[end] = value
        else:
            found.setdefault(name, {})["value"] = value
    return found


def _by_approach(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found


def _rows(path: Path) -> list[Row]:
    return read_csv(path) if path.is_file() else []


def _json(path: Path) -> Row:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
