"""What a corpus of a thousand to a million trailers will cost: python -m benchmarks.scaling

Nothing in the table is a guess. Work on trailers is taken from the last run of the pipeline
(metrics/…/provenance.json and the sizes of data/), work on films from stages run here on made-up
embeddings of several sizes, the hand-out of items from a Dask cluster on this machine. A line
through the measured points (least squares, from zero where there is but one) is drawn on to 10^6.

A second table foretells networks on one GPU and on ten, from what `python -m benchmarks.gpu` found.

--measure makes the points anew (an hour on two cores, most of it for 100,000 films) and keeps them,
size by size, in benchmarks/results/scaling.json, those of other sizes as they were; without it the
table of docs/scaling.md is renewed from them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.made_up_corpus import make_corpus
from benchmarks.provenance import commit
from stages.commands.plan.output import write_between

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks/results/scaling.json"
ON_GPU = ROOT / "benchmarks/results/gpu.json"
PAGE = ROOT / "docs/scaling.md"
TABLES = "scaling", "gpus"  # between marks of these names
FILMS = (1_000, 10_000, 100_000)
ITEMS = 2_000
KEPT = 0.85  # of a bare network, by a stage that waits for little else
SIZES = (1_000, 10_000, 100_000, 1_000_000)
BY_TRAILER = ("download", "frames", "audio", "leaks")
BY_FILM = (
    ("splits",),
    ("fit", "colour_linear"),
    ("fit", "mfcc_linear"),
    ("fit", "late_linear"),
    ("fit", "prior"),
    ("evaluate",),
    ("contrast",),
    ("compare",),
)
FOLDERS = {
    "trailers": "store/videos",
    "frames": "frames",
    "audio": "audio",
    "embeddings": "embeddings",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.scaling",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--measure", action="store_true", help="make the points anew")
    parser.add_argument("--films", type=int, nargs="+", default=FILMS, help="sizes to run")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "data/sample", help="folder of the last run"
    )
    arguments = parser.parse_args()
    if arguments.measure:
        for points in measure(arguments.films, arguments.data):
            known = json.loads(RESULTS.read_text(encoding="utf-8"))
            found = joined(known, points, commit(ROOT))
            RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    found = json.loads(RESULTS.read_text(encoding="utf-8"))
    on_gpu = json.loads(ON_GPU.read_text(encoding="utf-8"))
    for name, text in zip(TABLES, (table(found), gpus(found, on_gpu)), strict=True):
        write_between(f"<!-- {name} -->", f"<!-- /{name} -->", text.splitlines(), PAGE)
        print(text)


def measure(films: Sequence[int], data: Path) -> Iterator[dict[str, Any]]:
    """All points so far, after each size: [trailers or films, seconds or megabytes] by what was
    measured."""
    provenance = json.loads((ROOT / "metrics/sample/provenance.json").read_text(encoding="utf-8"))
    download = json.loads((ROOT / "metrics/sample/download.json").read_text(encoding="utf-8"))
    trailers, cores = download["ok"], provenance["machine"]["cores"]
    embeds = [name for name in provenance["stages"] if name.startswith("embed@")]
    work = {
        name: [[trailers, provenance["stages"][name]["seconds"] * cores]]
        for name in (*BY_TRAILER, *embeds)
    }
    disk = {name: [[trailers, megabytes(data / folder)]] for name, folder in FOLDERS.items()}
    learning: dict[str, list[list[float]]] = {}
    memory: dict[str, list[list[float]]] = {}
    handed_out = round(items_per_second(network=False), 1)
    to_networks = round(items_per_second(network=True), 1)
    for count in films:
        for name, stage in run_stages(count).items():
            learning.setdefault(name, []).append([count, stage["seconds"]])
            memory.setdefault(name, []).append([count, stage["peak_megabytes"]])
        yield {
            "machine": provenance["machine"],
            "trailer_seconds": round(download["seconds"] / trailers, 1),
            "core_seconds": work,
            "disk_megabytes": disk,
            "learning_seconds": learning,
            "learning_peak_megabytes": memory,
            "items_per_second": handed_out,
            "network_items_per_second": to_networks,
        }


def joined(known: Mapping[str, Any], points: Mapping[str, Any], revision: str) -> dict[str, Any]:
    """New points with what was known of other numbers of films; revision: of the new ones."""
    found = dict(points)
    sizes = {count for each in points["learning_seconds"].values() for count, _ in each}
    for what in ("learning_seconds", "learning_peak_megabytes"):
        found[what] = {
            name: sorted([p for p in known[what].get(name, []) if p[0] not in sizes] + new)
            for name, new in points[what].items()
        }
    return found | {"commits": known["commits"] | {str(size): revision for size in sizes}}


def megabytes(folder: Path) -> float:
    """What the files of a folder hold."""
    return round(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6, 1)


def run_stages(films: int) -> dict[str, dict[str, float]]:
    """Seconds and peak memory of each stage of BY_FILM, on a made-up corpus."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_corpus(folder, films)
        for stage, *of in BY_FILM:
            print(f"{films} films: {stage} {' '.join(of)}", file=sys.stderr, flush=True)
            command = [sys.executable, "-m", f"stages.{stage}", *of]
            environment = os.environ | {"PYTHONPATH": str(ROOT)}
            subprocess.run(command, cwd=folder, env=environment, check=True)
        found = json.loads((folder / "metrics/sample/provenance.json").read_text(encoding="utf-8"))
    return dict(found["stages"])


def items_per_second(network: bool) -> float:
    """How fast one scheduler and one stage hand out items that take no time, and take them back.

    network: as trailers are handed to networks, many at a time.
    """
    from distributed import LocalCluster

    from stages.base.parallel import MOST, OneByOne, cluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", resources={cluster.CPU: 1}
    ) as made:
        most = MOST if network else 1
        for count in (50, ITEMS):  # the first time workers import what they run
            begin = time.perf_counter()
            for _ in cluster.run(
                OneByOne[int, int](abs), range(count), made.scheduler_address, network, most
            ):
                pass
        return ITEMS / (time.perf_counter() - begin)


def line(points: Iterable[Sequence[float]]) -> tuple[float, float]:
    """(fixed, per unit) by least squares, neither below 0; one point gives a line from zero."""
    x, y = np.array(list(points), float).T
    slope, start = np.polyfit(x, y, 1) if len(x) > 1 else (y[0] / x[0], 0.0)
    if start < 0 or slope < 0:
        return (0.0, float(x @ y / (x @ x))) if slope > 0 else (float(y.mean()), 0.0)
    return float(start), float(slope)


def at(points: Iterable[Sequence[float]], size: int) -> float:
    fixed, each = line(points)
    return fixed + each * size


def forecast(found: Mapping[str, Any]) -> Iterator[tuple[str, str, list[float]]]:
    """What costs, in which unit, and how much at each of SIZES."""
    work, disk = found["core_seconds"], found["disk_megabytes"]
    learning, memory = found["learning_seconds"], found["learning_peak_megabytes"]
    embeds = [name for name in work if name.startswith("embed@")]
    largest = max(memory, key=lambda name: at(memory[name], SIZES[-1]))

    def values(scale: float, *parts: Sequence[Sequence[float]]) -> list[float]:
        return [sum(at(points, size) for points in parts) / scale for size in SIZES]

    for name in BY_TRAILER:
        yield name, "core h", values(3600, work[name])
    yield f"embed, {len(embeds)} backbones", "core h", values(3600, *(work[e] for e in embeds))
    for name, points in learning.items():
        yield name, "h", values(3600, points)
    yield f"memory of {largest}", "GB", values(1e3, memory[largest])
    handed = [size / found["items_per_second"] / 3600 for size in SIZES]
    yield "a cluster's items handed out, each stage", "h", handed
    if rate := found.get("network_items_per_second"):  # points before it are without
        yield "the same of a network, each", "h", [size / rate / 3600 for size in SIZES]
    yield "network: trailers, once", "GB", values(1e3, disk["trailers"])
    for name in FOLDERS:
        yield f"disk: {name}", "GB", values(1e3, disk[name])
    yield (
        "disk: store, the last three again",
        "GB",
        values(1e3, *(disk[n] for n in list(FOLDERS)[1:])),
    )


def table(found: Mapping[str, Any]) -> str:
    """The forecast in Markdown."""
    lines = [f"| | | {' | '.join(f'{size:,} trailers' for size in SIZES)} |"]
    lines.append("|---|---|" + "---:|" * len(SIZES))
    for what, unit, values in forecast(found):
        cells = (f"{value:,.0f}" if value >= 100 else f"{value:.2g}" for value in values)
        lines.append(f"| {what} | {unit} | {' | '.join(cells)} |")
    commits = found["commits"]
    points = [f"{int(size):,} at {commits[size]}" for size in sorted(commits, key=int)]
    return "\n".join(
        [*lines, "", f"Points of made-up films, and their commits: {', '.join(points)}."]
    )


def gpus(found: Mapping[str, Any], on_gpu: Mapping[str, Any]) -> str:
    """Networks on one GPU and on ten, each beside as many cores as the one that was measured.

    found: points of this module; on_gpu: what `benchmarks.gpu` found. Ten take ten times as much as
    one, but no more than a scheduler hands out; one needs none.
    """
    cores = on_gpu["machine"]["cores"]
    few, many = SIZES[2:]
    lines = [
        "| | trailers a second, one GPU | "
        + " | ".join(f"h for {size:,}, {count}" for count in ("one", "ten") for size in (few, many))
        + " | what it waits for first |",
        "|---|" + "---:|" * 5 + "---|",
    ]

    def row(what: str, one: float, ten: float, waits: str) -> str:
        hours = [size / rate / 3600 for rate in (one, ten) for size in (few, many)]
        return f"| {what} | {one:.3g} | {' | '.join(f'{h:.2g}' for h in hours)} | {waits} |"

    for each in on_gpu["embedding"]:
        one = each["bare_per_second"] * each["kept"] / each["items_a_trailer"]
        waits = "the GPU" if each["kept"] >= KEPT else "cores that read and decode"
        lines.append(
            row(each["what"], one, min(10 * one, found["network_items_per_second"]), waits)
        )
    # of many boxes a scheduler hands out each trailer, once for its frames and once for its sound
    each_stage = [cores / line(found["core_seconds"][name])[1] for name in ("frames", "audio")]
    handed = [min(10 * rate, found["items_per_second"]) for rate in each_stage]
    one, ten = (1 / sum(1 / rate for rate in rates) for rates in (each_stage, handed))
    waits = "cores" if ten > 9.9 * one else "cores; ten wait for the scheduler"
    lines.append(row(f"frames and audio, on {cores} cores a GPU", one, ten, waits))
    return "\n".join(lines)


if __name__ == "__main__":
    main()
