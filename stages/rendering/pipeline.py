"""The pipeline as the report draws it: its stages, what each needs, and the bytes they wrote."""

from pathlib import Path
from typing import Any

from stages.base.params import yaml12
from stages.base.pipeline import OUTPUTS, overlap, paths, resolve


def read(root: Path) -> dict[str, Any]:
    """What dvc.yaml, params.yaml and dvc.lock under `root` say; empty where one is missing.

    stages: name, cells (how many stages it stands for), needs (names of stages), in the order of
    dvc.yaml; of a stage with a cell per entry of the matrix, only what ran, and only of the matrix
    as it is: dvc.lock keeps the stages of earlier ones. bytes: size of what a
    stage wrote, by its name in provenance.json.
    """
    files = [root / name for name in ("dvc.yaml", "dvc.lock", "params.yaml")]
    if not all(path.is_file() for path in files):
        return {}
    whole, lock, params = (yaml12.read(path.read_text(encoding="utf-8")) for path in files)
    locked, resolved = lock.get("stages", {}), dict(resolve(whole["stages"], params))
    cells: dict[str, list[dict[str, Any]]] = {}
    for key, stage in resolved.items():
        if key in locked or "@" not in key:
            cells.setdefault(key.partition("@")[0], []).append(locked.get(key, stage))
    wrote = {
        name: [path for entry in entries for path in paths(entry, *OUTPUTS)]
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
                    and any(
                        overlap(out, dep)
                        for out in outs
                        for entry in entries
                        for dep in paths(entry, "deps")
                    )
                ],
            }
            for name, entries in cells.items()
        ],
        "bytes": {
            _recorded(entry["cmd"]): sum(int(out.get("size", 0)) for out in entry.get("outs", []))
            for entry in (locked[key] for key in resolved if key in locked)
        },
    }


def _recorded(command: str) -> str:
    """`python -m stages.fit x` as provenance.json names it: `fit@x`."""
    return "@".join(command.removeprefix("python -m stages.").split())
