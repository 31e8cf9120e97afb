"""The pipeline of dvc.yaml: its stages, what each needs, where each is drawn, what each wrote."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from statistics import mean
from typing import Any

from stages.base.params import yaml12
from stages.base.params.sets import FOLDER, read_set
from stages.base.pipeline import OUTPUTS, overlap, paths, resolve

Stage = dict[str, Any]


def read(folder: Path) -> dict[str, Any]:
    """What dvc.yaml, params.yaml and dvc.lock in `folder` say; empty where one is missing.

    stages: as `drawn` places them, of a stage with a cell per entry of the matrix only what ran
    (dvc.lock keeps the stages of earlier matrices too). bytes: size of what a stage wrote, by its
    name in provenance.json.
    """
    files = [folder / name for name in ("dvc.yaml", "dvc.lock", "params.yaml")]
    if not all(path.is_file() for path in files):
        return {}
    whole, lock, params = (yaml12.read(path.read_text(encoding="utf-8")) for path in files)
    locked, resolved = lock.get("stages", {}), dict(resolve(whole["stages"], params))
    cells: dict[str, list[Stage]] = {}
    for key, stage in resolved.items():
        if key in locked or "@" not in key:
            cells.setdefault(key.partition("@")[0], []).append(locked.get(key, stage))
    return {
        "stages": drawn(cells),
        "bytes": {
            _recorded(entry["cmd"]): sum(int(out.get("size", 0)) for out in entry.get("outs", []))
            for entry in (locked[key] for key in resolved if key in locked)
        },
    }


def read_declared(root: Path) -> list[Stage]:
    """Every stage of dvc.yaml, run or not, as `drawn` places them.

    The matrix is that of the set `everything`, so that each stage has cells to draw whatever set is
    chosen. each: the section of the matrix that a stage runs for, "" if it runs once.
    """
    declared, params = (
        yaml12.read((root / name).read_text(encoding="utf-8"))
        for name in ("dvc.yaml", "params.yaml")
    )
    params["matrix"] = read_set(root / FOLDER, "everything").matrix
    cells: dict[str, list[Stage]] = {}
    for key, stage in resolve(declared["stages"], params):
        cells.setdefault(key.partition("@")[0], []).append(stage)
    each = {
        name: str(stage.get("foreach", "")).strip("${}")
        for name, stage in declared["stages"].items()
    }
    return [stage | {"each": each[stage["name"]]} for stage in drawn(cells)]


def drawn(cells: Mapping[str, list[dict[str, Any]]]) -> list[Stage]:
    """Stages in the order of dvc.yaml, placed in rows, each below all that it needs.

    cells: what runs by the name of its stage. Of each stage: name, cells (how many), needs (names
    of stages), after (those that no other need implies), row (from 0), x (0 to 1 across the row).
    """
    wrote = {
        name: {path for entry in entries for path in paths(entry, *OUTPUTS)}
        for name, entries in cells.items()
    }
    needs = {
        name: [
            other
            for other, outs in wrote.items()
            if other != name
            and any(
                overlap(out, dep)
                for out in outs
                for entry in entries
                for dep in paths(entry, "deps")
            )
        ]
        for name, entries in cells.items()
    }
    row: dict[str, int] = {}
    for name in TopologicalSorter(needs).static_order():
        row[name] = 1 + max((row[other] for other in needs[name]), default=-1)
    for name in needs:  # what needs nothing, just above what needs it
        if not needs[name]:
            row[name] = min((row[other] for other in needs if name in needs[other]), default=1) - 1
    after = {name: sorted({*needs[name]} - _implied(name, needs)) for name in needs}
    x: dict[str, float] = {}
    for at in range(max(row.values(), default=-1) + 1):
        beside = [name for name in needs if row[name] == at]
        above = {name: mean([x[other] for other in after[name]] or [0.5]) for name in beside}
        for place, name in enumerate(sorted(beside, key=above.__getitem__)):  # lines cross less
            x[name] = (place + 1) / (len(beside) + 1)
    return [
        {
            "name": name,
            "cells": len(entries),
            "needs": needs[name],
            "after": after[name],
            "row": row[name],
            "x": x[name],
        }
        for name, entries in cells.items()
    ]


def _implied(name: str, needs: Mapping[str, Iterable[str]]) -> set[str]:
    """What a stage needs through another of its needs already."""
    found: set[str] = set()
    todo = [further for other in needs[name] for further in needs[other]]
    while todo:
        other = todo.pop()
        if other not in found:
            found.add(other)
            todo += needs[other]
    return found


def _recorded(command: str) -> str:
    """`python -m stages.fit x --corpus y` as provenance.json names it: `fit@x`."""
    name = command.removeprefix("python -m stages.").partition(" --corpus ")[0]
    return "@".join(name.split())
