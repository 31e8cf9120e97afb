"""The pipeline as the report draws it: its stages, what each needs, and the bytes they wrote."""

from collections.abc import Iterable, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

from stages.base.params import yaml12


def read(root: Path) -> dict[str, Any]:
    """What dvc.yaml, params.yaml and dvc.lock under `root` say; empty where one is missing.

    stages: name, cells (how many stages it stands for), needs (names of stages), in the order of
    dvc.yaml; of a stage with a cell per entry of the matrix, only what ran, and only of the matrix
    as it is: dvc.lock keeps the stages of earlier ones. bytes: size of what a
    stage wrote, by its name in provenance.json.
    """
    paths = [root / name for name in ("dvc.yaml", "dvc.lock", "params.yaml")]
    if not all(path.is_file() for path in paths):
        return {}
    whole, lock, params = (yaml12.read(path.read_text(encoding="utf-8")) for path in paths)
    declared, locked = whole["stages"], lock.get("stages", {})
    cells = {
        name: [locked[key] for key in _keys(name, stage, params) if key in locked]
        or ([] if "foreach" in stage else [stage])
        for name, stage in declared.items()
    }
    cells = {name: entries for name, entries in cells.items() if entries}
    wrote = {
        name: {path for entry in entries for path in _paths(entry, "outs", "metrics", "plots")}
        for name, entries in cells.items()
    }
    return {
        "stages": [
            {
                "name": name,
                "cells": len(entries),
                "needs": [
                    other
                    for other, outs in wrote.items()
                    if other != name
                    and any(_feeds(outs, dep) for entry in entries for dep in _paths(entry, "deps"))
                ],
            }
            for name, entries in cells.items()
        ],
        "bytes": {
            _recorded(entry["cmd"]): sum(int(out.get("size", 0)) for out in entry.get("outs", []))
            for name, stage in declared.items()
            for entry in (locked[key] for key in _keys(name, stage, params) if key in locked)
        },
    }


def _keys(name: str, stage: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    """What dvc.lock calls a stage, or each of its cells: `foreach` is a mapping or ${a.b}."""
    if "foreach" not in stage:
        return [name]
    over = stage["foreach"]
    if isinstance(over, str):
        over = reduce(lambda found, key: found[key], over.strip("${}").split("."), params)
    return [f"{name}@{key}" for key in over]


def _paths(stage: dict[str, Any], *kinds: str) -> list[str]:
    """Paths of a stage of dvc.yaml, or of dvc.lock, where each is a mapping with a `path`."""
    entries: Iterable[Any] = (entry for kind in kinds for entry in stage.get(kind, []))
    return [
        entry if isinstance(entry, str) else str(entry.get("path", next(iter(entry))))
        for entry in entries
    ]


def _feeds(outs: set[str], dep: str) -> bool:
    """Whether something written is this dependency, lies in it, or holds it."""
    return any(out == dep or out.startswith(f"{dep}/") or dep.startswith(f"{out}/") for out in outs)


def _recorded(command: str) -> str:
    """`python -m stages.fit x` as provenance.json names it: `fit@x`."""
    return "@".join(command.removeprefix("python -m stages.").split())
