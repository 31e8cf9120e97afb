"""2,400 trailers of a site on the loopback, one in twenty hostile: python -m benchmarks.soak

The stages catalogue, download, frames and audio run as DVC runs them, in a folder that is gone
afterwards. Hostile are damaged files, headers that claim far more than there is, streams that never
end, and a server that sends a byte now and then (hostile.py). Each trailer has to be accounted for:
an ordinary one complete, a hostile one with a reason. Nothing may be left behind: no process, no
file half written. The most that a stage's process, or the largest of its workers, had in memory is
compared with that of a quiet run of ordinary trailers alone; this has a tenth as many, so that what
grows with their number counts as well. Results: benchmarks/results/soak.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil

from benchmarks.hostile import Answer, box, hostile_answers, sent, served
from benchmarks.provenance import commit, machine, versions
from benchmarks.small_clips import HEAD, write_clips
from stages.base.errors import BenchmarkError
from stages.base.packs import read_table
from stages.base.params import yaml12

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks/results/soak.json"
TRAILERS = 2_400
ONE_IN = 20  # is hostile
QUIET = 10  # times fewer trailers has the quiet run
CLIPS = 24  # encoded; every other trailer is one of them with a number behind it
STAGES = ("catalogue", "download", "frames", "audio")
GOAL = 1.3
NAMED = 10  # of what is lost or left
MARK = "SOAK_RUN"  # environment variable by which what a run has started is known


@dataclass(frozen=True)
class Soaked:
    """What became of one run."""

    reasons: dict[str, str]
    """By path of the site: "ok", or the first reason that a stage gave."""
    stages: dict[str, dict[str, float]]
    """Of each stage seconds, cpu_seconds and peak_megabytes, as in provenance.json."""
    left: list[str]
    """Processes and files that should be gone."""


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.soak",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--trailers", type=int, default=TRAILERS, help="hostile ones among them")
    count = parser.parse_args().trailers
    found = {"commit": commit(ROOT), "machine": machine(), "versions": versions()} | soak(count)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(said(found)))
    if found["left"] or found["lost"] or found["peak_ratio"] > GOAL:
        named = [*found["lost"], *found["left"]][:NAMED]
        raise BenchmarkError(said(found)[-1], found=", ".join(named))


def soak(count: int) -> dict[str, Any]:
    """A run of so many trailers and a quiet one, and how they compare."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "clips").mkdir()
        write_clips(folder / "clips", CLIPS)
        clips = [path.read_bytes() for path in sorted((folder / "clips").iterdir())]
        kinds = hostile_answers(folder) | damaged(clips[0])
        good = {f"/{n}.mp4": sent(clips[n % CLIPS] + box(b"free", b"%d" % n)) for n in range(count)}
        bad = {
            f"{path}?{n}": answer
            for n in range(count // ONE_IN)
            for number, (path, answer) in enumerate(kinds.items())
            if number == n % len(kinds)
        }
        mixed = [*good][len(bad) :]
        for number, path in enumerate(bad):
            mixed.insert(number * ONE_IN, path)
        quiet = run(folder / "quiet", [*good][: max(count // QUIET, 1)], good)
        hostile = run(folder / "hostile", mixed, good | kinds | bad)
    peaks = {
        name: {stage: took["peak_megabytes"] for stage, took in each.stages.items()}
        for name, each in (("quiet", quiet), ("hostile", hostile))
    }
    reasons = Counter(f"{path.partition('?')[0]}: {hostile.reasons[path]}" for path in bad)
    return {
        "trailers": count,
        "hostile": len(bad),
        "reasons": dict(sorted(reasons.items())),
        "lost": [*lost(quiet.reasons, ()), *lost(hostile.reasons, bad)],
        "left": quiet.left + hostile.left,
        "stages": {"quiet": quiet.stages, "hostile": hostile.stages},
        "peak_ratio": max(peaks["hostile"].values()) / max(peaks["quiet"].values()),
    }


def lost(reasons: Mapping[str, str], hostile: Collection[str]) -> list[str]:
    """Ordinary trailers that are not complete, and hostile ones that were taken as they came."""
    return [path for path, reason in reasons.items() if (reason == "ok") == (path in hostile)]


def damaged(clip: bytes) -> dict[str, Answer]:
    """A file that ends in the middle, and one that is noise from its middle on."""
    half = len(clip) // 2
    noise = bytes((7 * n * n + n // 3) % 256 for n in range(half))
    return {"/cut.mp4": sent(clip[:half]), "/noise.mp4": sent(clip[:half] + noise)}


def run(folder: Path, paths: Sequence[str], answers: Mapping[str, Answer]) -> Soaked:
    """The stages on trailers at these paths of a site that gives these answers, in a new folder."""
    token = str(uuid4())
    (folder / "temporary").mkdir(parents=True)
    environment = {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder / "temporary"), MARK: token}
    with served(answers) as site:
        rows = [
            f"{n}\tFilm {n}\t2000\tDrama\t{site}{path}" for n, path in enumerate(paths, start=1)
        ]
        (folder / "films.txt").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        _write_params(folder)
        for stage in STAGES:
            print(f"{folder.name}: {stage}", file=sys.stderr, flush=True)
            command = [sys.executable, "-m", f"stages.{stage}"]
            subprocess.run(command, cwd=folder, env=os.environ | environment, check=True)
        reasons = _reasons(folder / "data/sample", site)
    if reasons.keys() != set(paths):
        raise BenchmarkError("trailers are missing", found=f"{len(reasons)} of {len(paths)}")
    record = json.loads((folder / "metrics/sample/provenance.json").read_text(encoding="utf-8"))
    return Soaked(reasons, record["stages"], [*_processes(token), *_files(folder)])


def said(found: Mapping[str, Any]) -> list[str]:
    """The result in Markdown."""
    stages = found["stages"]
    lines = ["| stage | quiet | with hostile ones | quiet | with hostile ones |"]
    lines.append("|---|---:|---:|---:|---:|")
    for stage in stages["quiet"]:
        quiet, hostile = (stages[name][stage] for name in ("quiet", "hostile"))
        seconds = f"{quiet['seconds']:.0f} s | {hostile['seconds']:.0f} s"
        peaks = f"{quiet['peak_megabytes']:.0f} MB | {hostile['peak_megabytes']:.0f} MB"
        lines.append(f"| {stage} | {seconds} | {peaks} |")
    over = "" if found["peak_ratio"] <= GOAL else f", over {GOAL:g}"
    lost, left = len(found["lost"]), len(found["left"])
    end = (
        f"Of {found['trailers']:,} trailers {found['hostile']:,} were hostile. Not accounted for: "
        f"{lost}; processes and files left behind: {left}; peak memory {found['peak_ratio']:.2f} "
        f"times that of the quiet run{over}."
    )
    return [*lines, "", end]


def _write_params(folder: Path) -> None:
    """The project's, for short clips and a site that need not be spared."""
    params: dict[str, Any] = yaml12.read((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["catalogue"] = {"path": "films.txt", "second_source": "second_source.txt"}
    (folder / "second_source.txt").touch()  # there is none
    params["download"] |= {"retries": 0, "timeout_seconds": 1, "pause_seconds": 0}
    params["frames"] |= {"first_frame": 2, "short_side": 72}
    params["audio"] |= {"seconds": 6, "sample_rate": 16000}
    (folder / "params.yaml").write_text(yaml12.block(params), encoding="utf-8")


def _reasons(data: Path, site: str) -> dict[str, str]:
    ledger = read_table(data / "downloads.parquet").to_pylist()
    found = {row["trailer_id"]: row["reason"] for row in ledger}
    for step in ("frames", "audio"):
        outcomes = read_table(data / step / "outcomes.parquet").to_pylist()
        taken = {row["trailer_id"]: row["reason"] for row in outcomes}
        for trailer, reason in found.items():
            if reason == "ok":
                found[trailer] = taken.get(trailer, f"no outcome of {step}")
    return {row["url"].removeprefix(site): found[row["trailer_id"]] for row in ledger}


def _processes(token: str) -> list[str]:
    """What still runs of what has this mark in its environment."""
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == token:
                left.append(f"process {' '.join(process.cmdline())}")
    return left


def _files(folder: Path) -> list[str]:
    """Temporary files, entries half written, and downloads that no other run would go on with."""
    temporary = (folder / "temporary").rglob("*")
    partial = (folder / "data/store").rglob("*.part")
    return [str(path.relative_to(folder)) for each in (temporary, partial) for path in each]


if __name__ == "__main__":
    main()
