"""How much memory each stage takes at 240 and at 2,400 trailers: python -m benchmarks.memory

Small films that do not exist, no two alike, are written as real video files and go through every
stage from the catalogue to the comparisons, each in a process of its own as DVC runs it, in a
folder that is gone afterwards. What is compared is the most that a stage's process, or the largest
of its workers, had in memory (metrics/…/provenance.json): its ratio between the two sizes, and how
many kilobytes each further trailer adds. Results: benchmarks/results/memory.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.provenance import commit, machine, versions
from benchmarks.small_clips import write_clips
from stages.base.params import yaml12

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks/results/memory.json"
SIZES = (240, 2_400)
GOAL = 1.3
BACKBONES = ("colour", "mfcc")
APPROACHES = ("prior", "colour_linear", "mfcc_linear", "colour_attention", "early_linear")
LATE = "late_linear"
STAGES = (
    *(("catalogue",), ("download",), ("frames",), ("audio",), ("splits",), ("leaks",)),
    *(("embed", backbone) for backbone in BACKBONES),
    *(("fit", approach) for approach in (*APPROACHES, LATE)),
    *(("ceiling",), ("evaluate",), ("contrast",), ("compare",)),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.memory",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--trailers", type=int, nargs=2, default=SIZES, help="the two sizes")
    sizes = tuple(parser.parse_args().trailers)
    peaks = {str(size): measure(size) for size in sizes}
    found = {"commit": commit(ROOT), "machine": machine(), "versions": versions(), "peaks": peaks}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(table(peaks))


def measure(trailers: int) -> dict[str, float]:
    """Peak memory in MB of every stage, on a made-up corpus of so many trailers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "films").mkdir()
        rows = write_clips(folder / "films", trailers)
        (folder / "films.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")
        _write_params(folder)
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        for stage, *of in STAGES:
            print(f"{trailers} trailers: {stage} {' '.join(of)}", file=sys.stderr, flush=True)
            command = [sys.executable, "-m", f"stages.{stage}", *of]
            subprocess.run(command, cwd=folder, env=environment, check=True)
        record = json.loads((folder / "metrics/sample/provenance.json").read_text(encoding="utf-8"))
    return {name: took["peak_megabytes"] for name, took in record["stages"].items()}


def table(peaks: Mapping[str, Mapping[str, float]]) -> str:
    """The stages in Markdown, in the order in which they ran."""
    small, large = sorted(peaks, key=int)
    lines = [f"| stage | {small} | {large} | ratio | KB a trailer |", "|---|---:|---:|---:|---:|"]
    for names in STAGES:
        stage = "@".join(names)
        few, many = peaks[small][stage], peaks[large][stage]
        ratio, each = many / few, (many - few) * 1000 / (int(large) - int(small))
        over = " **over**" if ratio > GOAL else ""
        lines.append(f"| {stage} | {few:.0f} MB | {many:.0f} MB | {ratio:.2f}{over} | {each:.1f} |")
    return "\n".join(lines)


def _write_params(folder: Path) -> None:
    """The project's, for films of ten seconds, with a matrix and budgets made small."""
    params: dict[str, Any] = yaml12.read((ROOT / "params.yaml").read_text(encoding="utf-8"))
    params["catalogue"] = {"path": "films.txt", "second_source": "second_source.txt"}
    (folder / "second_source.txt").touch()  # there is none
    params["download"]["files_under"] = str(folder / "films")
    params["frames"] |= {"first_frame": 2, "short_side": 72}
    params["audio"] |= {"seconds": 6, "sample_rate": 16000}
    for budget in (*params["training"]["heads"].values(), *params["training"]["contexts"].values()):
        if "epochs" in budget:
            budget |= {"epochs": 2, "weight_decay": 0.01}
            budget.pop("fixed", None)
    params["judging"] |= {"resamples": 2000, "permutations": 500}
    matrix = params["matrix"]
    for section in ("approaches", "early", "late"):
        kept = (*APPROACHES, LATE)
        matrix[section] = {slug: item for slug, item in matrix[section].items() if slug in kept}
    matrix["backbones"] = {slug: matrix["backbones"][slug] for slug in BACKBONES}
    matrix["headline"] = {"picture": "colour_linear", "sound": "mfcc_linear", "both": LATE}
    text = yaml12.block(params)
    (folder / "params.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
