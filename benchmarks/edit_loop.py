"""What a person waits for with the whole sample corpus: python -m benchmarks.edit_loop

A copy of this project runs from nothing, and again after each edit that a person makes: none, a
threshold, a head, three trailers. About a quarter of an hour on two quiet cores.
Results: benchmarks/results/edit_loop.json.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.cases.pipeline import (
    FIRST,
    Run,
    another_threshold,
    clocked,
    one_approach_more,
    run_of,
)
from benchmarks.clones import keep
from benchmarks.provenance import commit, machine, versions
from benchmarks.small_project import Project
from benchmarks.tables import edits, markdown

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks/results/edit_loop.json"
MORE = 3
BEFORE_FITTING = ("catalogue", "download", "frames", "audio", "splits", "leaks", "embed")
JUDGING = {"ceiling", "evaluate", "contrast", "compare", "training_sets", "report"}


@dataclass(frozen=True)
class Edit:
    """What a person does before a run, and what is asked of that run; met(run, first run)."""

    what: str
    do: Callable[[Project], None]
    goal: str = ""
    met: Callable[[Run, Run], bool] | None = None


EDITS = (
    Edit(
        FIRST,
        lambda project: None,
        "no process takes more than 1 GB",
        lambda run, _: run.facts["largest_megabytes"] <= 1000,
    ),
    Edit(
        "nothing changed",
        lambda project: None,
        "no stage, at most 2 s",
        lambda run, _: not run.began and run.cost.wall <= 2,
    ),
    Edit(
        "one threshold changed",
        lambda project: project.change_params(another_threshold),
        "judging and report alone, at most 20 s",
        lambda run, _: set(run.began) <= JUDGING and run.cost.wall <= 20,
    ),
    Edit(
        "one head added",
        lambda project: project.change_params(one_approach_more),
        "its fit, judging and report alone, at most 25 s",
        lambda run, _: set(run.began) <= JUDGING | {"fit@one_more"} and run.cost.wall <= 25,
    ),
    Edit(
        f"{MORE} trailers added",
        lambda project: project.add_films(MORE),
        "before fitting at most 10% of the first run",
        lambda run, first: before_fitting(run) <= before_fitting(first) / 10,
    ),
)


def main() -> None:
    argparse.ArgumentParser(
        prog="python -m benchmarks.edit_loop",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name) / "project"
        place.mkdir()
        films = sum(line.count("sample:") for line in (ROOT / "sample.txt").open(encoding="utf-8"))
        rows = list(edit(Project(place, films, whole=True)))
    found = {"commit": commit(ROOT), "machine": machine(), "versions": versions()}
    keep(found | {"films": films, "runs": rows}, RESULTS)
    print("\n".join(table(rows)))


def edit(project: Project) -> Iterator[dict[str, Any]]:
    """Run a project after each edit; what each run took, in seconds, and which stages ran."""
    clock = clocked(project)
    first: Run | None = None
    for change in EDITS:
        change.do(project)
        run = run_of(project, clock, partial(_tell, change.what))
        first = first or run
        met = change.met(run, first) if change.met else None
        yield {
            "after": change.what,
            "seconds": round(run.cost.wall, 1),
            "seconds_before_fitting": round(before_fitting(run), 1),
            "outside_stages_share": round(run.facts["outside_stages_share"], 3),
            "largest_megabytes": round(run.facts["largest_megabytes"]),
            "stages": list(run.began),
            "goal": change.goal,
            "met": met,
            "note": account(run) if met is False else "",
        }


def table(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The runs in Markdown."""
    yield from markdown(edits(rows))


def before_fitting(run: Run) -> float:
    """Seconds from the start, and from each stage's before fitting, to the next stage's."""
    starts = sorted((seconds, stage) for stage, seconds in run.began.items())
    ends = [seconds for seconds, _ in starts] + [run.cost.wall]
    return ends[0] + sum(
        end - seconds
        for (seconds, stage), end in zip(starts, ends[1:], strict=True)
        if _is_early(stage)
    )


def account(run: Run) -> str:
    """Where the seconds went, of those before fitting if a stage ran there."""
    early = {stage: s for stage, s in run.inside.items() if _is_early(stage)}
    inside, seconds = (early, before_fitting(run)) if early else (run.inside, run.cost.wall)
    longest = sorted(inside, key=inside.__getitem__, reverse=True)
    each = ", ".join(f"{stage} {inside[stage]:.1f}" for stage in longest)
    around = seconds - sum(inside.values())
    return (
        f"of {seconds:.1f} s{' before fitting' if early else ''}, {around:.1f} s passed around "
        f"{len(inside)} stages: DVC reads and writes all of dvc.lock after each and hashes what it "
        f"made, and Python starts; the rest in them{f' ({each})' if each else ''}; the largest "
        f"process {run.facts['largest_megabytes']:.0f} MB"
    )


def _is_early(stage: str) -> bool:
    return stage.partition("@")[0] in BEFORE_FITTING


def _tell(what: str, stage: str) -> None:
    print(f"{what}: {stage}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
