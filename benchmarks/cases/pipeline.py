"""What a person waits for: the first run of a small project, and the next one after an edit."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.rows import Row, compared
from benchmarks.small_project import Project
from benchmarks.timing import Cost, PeakMemory, cost_of

BUDGET = 240.0  # what it takes: each run is done once
CLOCK = Path(__file__).resolve().parents[1] / "import_clock"
RECORD = "metrics/sample/provenance.json"
FIRST = "first run"
LOOK_EVERY = 0.2  # seconds, at the memory


@dataclass(frozen=True)
class Size:
    films: int = 24
    more: int = 3


@dataclass
class Run:
    """One `dvc repro`: what it cost, where that went, and when each stage that ran began, in s.

    inside: seconds that each stage's own process counted.
    """

    cost: Cost
    began: dict[str, float]
    facts: dict[str, float] = field(default_factory=dict)
    inside: dict[str, float] = field(default_factory=dict)

    @property
    def note(self) -> str:
        facts = self.facts
        return (
            f"{len(self.began)} stages, {self.cost.wall:.0f} s ({self.cost.cpu:.0f} s of CPU), "
            f"peak {facts['peak_megabytes']:.0f} MB, {facts['disk_megabytes']:.0f} MB on disk; "
            f"outside the stages {facts['outside_stages_share']:.0%} of the time, importing "
            f"{facts['imports_share']:.0%} of the CPU time"
        )


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """A row for each run, in the order in which a person would do them."""
    size = size or Size()
    place = folder / "project"
    place.mkdir()
    project = Project(place, size.films)
    clock = clocked(project)
    edits: dict[str, Callable[[], None]] = {
        FIRST: lambda: None,
        "nothing changed": lambda: None,
        "one approach added": lambda: project.change_params(one_approach_more),
        "one threshold changed": lambda: project.change_params(another_threshold),
        f"{size.more} trailers added": lambda: project.keep_films(size.films + size.more),
    }
    first: Run | None = None
    for what, edit in edits.items():
        edit()
        run = run_of(project, clock)
        row = compared(
            case="pipeline",
            what=what,
            input=f"{size.films} sample films, 6 approaches, 3 folds",
            against=FIRST,
            ours=[run.cost],
            theirs=[first.cost if first else run.cost],
            by="wall",
            note=run.note,
            facts=run.facts,
        )
        yield row if first else replace(row, against="–", cpu=None, wall=None)
        first = first or run


def clocked(project: Project) -> Path:
    """A file for the seconds that this project's imports take."""
    clock = project.folder.parent / "imports.txt"
    path = os.pathsep.join(filter(None, [str(CLOCK), os.environ.get("PYTHONPATH", "")]))
    project.environment |= {"IMPORT_CLOCK": str(clock), "PYTHONPATH": path}
    return clock


def run_of(project: Project, clock: Path, tell: Callable[[str], None] | None = None) -> Run:
    """Run a project's pipeline; clock: a file for the seconds that imports take.

    tell: called with the name of each stage as it begins.
    """
    clock.write_text("")
    record = project.folder / RECORD  # of what each stage took; no stage depends on it
    if record.exists():
        record.write_text(json.dumps(json.loads(record.read_text()) | {"stages": {}}))
    began: dict[str, float] = {}
    with PeakMemory(LOOK_EVERY) as memory:
        cost = cost_of(lambda: began.update(project.repro(tell=tell)))
    stages = json.loads(record.read_text())["stages"]
    inside = {name: stage["seconds"] for name, stage in stages.items()}
    imports = sum(map(float, clock.read_text().split()))
    return Run(
        cost,
        began,
        {
            "peak_megabytes": memory.of_all / 1e6,
            "largest_megabytes": memory.of_largest / 1e6,
            "disk_megabytes": _bytes_under(project.folder) / 1e6,
            "outside_stages_share": max(0.0, 1 - sum(inside.values()) / cost.wall),
            "imports_share": imports / cost.cpu,
        },
        inside,
    )


def _bytes_under(folder: Path) -> int:
    """On disk, a file that is linked several times counted once."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            stat = path.stat()
            found[stat.st_dev, stat.st_ino] = stat.st_blocks * 512
    return sum(found.values())


def one_approach_more(params: dict[str, Any]) -> None:
    """One more head on embeddings that are there."""
    more = {"backbone": "colour", "context": "max", "head": "mlp"}
    params["matrix"]["approaches"]["one_more"] = more


def another_threshold(params: dict[str, Any]) -> None:
    """One rule changed."""
    params["judging"]["thresholds"][1] = 0.37
