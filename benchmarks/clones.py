"""Whole runs on a corpus with other cues: a clone of the last commit, its parameters changed."""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stages.base import places
from stages.base.params import yaml12

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def rerun(
    folder: Path | None,
    change: Callable[[dict[str, Any]], dict[str, Any]],
    corpus: str = places.DEFAULT,
) -> Iterator[Path]:
    """A clone in which a corpus's pipeline has run up to `compare` with changed parameters.

    folder: where to, and left there; given again, it is brought up to the last commit and only what
    changed is computed. None: somewhere, and removed afterwards.
    """
    with tempfile.TemporaryDirectory() as temporary:
        clone = folder or Path(temporary) / "clone"
        _fetch(clone)
        path = clone / places.params(corpus)
        params = change(yaml12.read(path.read_text(encoding="utf-8")))
        path.write_text(yaml12.block(params), encoding="utf-8")
        target = f"{places.pipeline(corpus)}:compare"
        _run([sys.executable, "-m", "dvc", "repro", target], clone)
        yield clone


def parser(name: str, about: str | None, results: str) -> argparse.ArgumentParser:
    """The options that every such study has; results: the name of its file."""
    made = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{name}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--folder",
        type=Path,
        help="where to clone to, and leave it; given again, it is brought up "
        "to the last commit and only what changed is computed",
    )
    made.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / results)
    return made


def keep(found: dict[str, Any], path: Path) -> None:
    """Write a study's results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _fetch(clone: Path) -> None:
    """The last commit in `clone`; one that an earlier run left there is brought up to it."""
    ours = clone / ".git" / "benchmark_clone"  # nobody's work lies in a folder so marked
    if ours.exists():
        _run(["git", "reset", "--quiet", "--hard"], clone)
        _run(["git", "pull", "--quiet", "--ff-only"], clone)
    else:
        _run(["git", "clone", "--quiet", str(ROOT), str(clone)], ROOT)
        ours.touch()


def _run(command: list[str], folder: Path) -> None:
    """Run one command with this interpreter's tools first; its output is the progress."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(command, cwd=folder, check=True, env=os.environ | {"PATH": tools})
