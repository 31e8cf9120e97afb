"""What a GPU brings, and whether it answers as the CPU does: python -m benchmarks.gpu

Embedding: how much of the bare network's rate on ready batches the whole way from a pack to the
store keeps, once the processes that read ahead have begun, and how far embeddings are from the
CPU's. Fits: the models of cross-validation on the
GPU beside the same on all cores, and, where nothing is dropped at random, how far their scores are
apart (a GPU draws other numbers than a CPU from the same seed). Weights and data are made up. About
four minutes beside 16 cores. Results go to benchmarks/results/gpu.json, from which --write puts a
table between its marks in a page.
"""

import argparse
import json
import math
import os
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the stages do
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import numpy as np
import torch

from benchmarks.clones import keep
from benchmarks.embedding import Workload, workload
from benchmarks.provenance import commit, machine, versions
from benchmarks.timing import cost_of
from stages.base.compute import configure_torch
from stages.base.console import run_command, say
from stages.base.errors import BenchmarkError
from stages.base.parallel import workers
from stages.base.params import HeadParams
from stages.commands.plan.output import write_between
from stages.embedding.network import Network
from stages.embedding.trailers import embed_stream
from stages.fitting.fitted import Fitted
from stages.fitting.items import Items
from stages.fitting.training import cross_validate

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks/results/gpu.json"
BEGIN, END = "<!-- gpu -->", "<!-- /gpu -->"
NETWORKS = (
    ("timm", "mobilenetv2_100.ra_in1k"),
    ("timm", "vgg16.tv_in1k"),
    ("timm", "vit_base_patch16_clip_quickgelu_224.openai"),
    ("efficientat", "mn04"),
    ("yamnet", "yamnet"),
    ("openl3", "audio_music_512"),
)
TRAILERS = 8  # made up, and embedded again and again
SECONDS, BEGUN = 4.0, 128  # what the stage is given; trailers before it runs as it will go on
ROUNDS, FOLDS, GENRES, SEEDS = 3, 5, 10, (0, 1)


@dataclass(frozen=True)
class Fit:
    """Made-up films and what is trained on them; each: items a film, in sequence with a context."""

    head: str
    shape: tuple[int, ...]
    films: int
    budget: HeadParams
    each: int = 1
    context: str = ""

    @property
    def drops(self) -> bool:
        return self.head != "linear" or bool(self.context)


def _budget(epochs: int) -> HeadParams:
    return HeadParams(epochs=(epochs,), batch_size=64, learning_rate=0.003, weight_decay=(0.01,))


FITS = (
    Fit("linear", (1280,), 2400, _budget(10)),  # solved elsewhere; here nothing is drawn at random
    Fit("mlp", (1280,), 2400, _budget(10)),
    Fit("conv", (3, 36, 64), 600, _budget(1), 10),
    Fit("linear", (1280,), 600, _budget(2), 31, "attention"),
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--commit", help="of this code, where git does not tell")
    parser.add_argument("--write", type=Path, help="run nothing: put the kept table into this file")
    arguments = parser.parse_args()
    if arguments.write:
        kept = json.loads(arguments.results.read_text(encoding="utf-8"))
        write_between(BEGIN, END, list(markdown(kept)), arguments.write)
        return
    if not torch.cuda.is_available():
        raise BenchmarkError("torch sees no GPU", do="run this on a machine with one")
    configure_torch()
    found: dict[str, Any] = {
        "commit": arguments.commit or commit(ROOT),
        "machine": machine() | {"gpu": torch.cuda.get_device_name()},
        "versions": versions(),
        "embedding": [],
        "fits": [],
    }
    for what, row in rows():
        say(", ".join(f"{name} {value}" for name, value in row.items()))
        found[what].append(row)
        keep(found, arguments.results)


def rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """One after the other."""
    for family, model in NETWORKS:
        yield "embedding", embedding(family, model)
    for fit in FITS:
        yield "fits", fits(fit)


def embedding(family: str, model: str) -> dict[str, Any]:
    """One network: rates, and the largest difference from the CPU in units of the spread."""
    with workload(family, model, TRAILERS, warm=False) as work:
        work.ways.bare()
        alone = [cost_of(work.ways.bare).wall for _ in range(ROUNDS)]
        bare = work.items / statistics.median(alone)
        times = math.ceil(bare * SECONDS / work.items) + BEGUN // TRAILERS
        kept = sorted(rate / bare for rate in rates(work, times))
        return {
            "what": f"{family} {model}",
            "items_a_trailer": work.items // len(work.todo),
            "bare_per_second": round(bare, 1),
            "kept": round(kept[1], 3),
            "kept_least": round(kept[0], 3),
            "kept_most": round(kept[-1], 3),
            "apart": apart(work.backbone, work.batches[0]),
        }


def rates(work: Workload, times: int) -> Iterator[float]:
    """Items a second of the stage, in each of its rounds, the trailers taken so many times."""
    todo = list(work.todo) * times
    stream = embed_stream(todo, workers(), work.backbone)
    for _ in islice(stream, BEGUN):
        pass
    rest = len(todo) - BEGUN
    count = rest // ROUNDS
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in islice(stream, count):
            pass
        yield count * work.items / len(work.todo) / (time.perf_counter() - begin)
    stream.close()


def apart(backbone: Network, items: np.ndarray) -> float:
    """Largest difference of an embedding on the GPU from the CPU's, over the standard deviation."""
    there = backbone.embed_items(items)
    backbone.on_gpu, backbone.device = False, torch.device("cpu")
    backbone.network.cpu()
    here = backbone.embed_items(items)
    return float(f"{np.abs(there - here).max() / here.std():.1e}")


def fits(fit: Fit) -> dict[str, Any]:
    """One head: seconds here and there."""
    random = np.random.default_rng(0)
    y = (random.random((fit.films, GENRES)) < 0.3).astype(np.float64)
    n_rows = fit.films * fit.each
    x = random.normal(size=(n_rows, *fit.shape)).astype(np.float32)
    film = np.repeat(np.arange(fit.films), fit.each)
    if fit.context:
        index = np.arange(n_rows).reshape(fit.films, fit.each)
        time = np.tile(np.linspace(0, 1, fit.each, dtype=np.float32), fit.films)
        items = Items(x, np.arange(fit.films), index, time)
    else:
        items = Items(x, film)
    fold, found = np.arange(fit.films) % FOLDS, []

    def work() -> None:
        of, _ = cross_validate(items, [y], fold, fit.head, fit.budget, SEEDS, fit.context)
        found.append(of[0])

    work()  # what is called for the first time takes longer
    on_gpu = cost_of(work).wall
    with patch("torch.cuda.is_available", return_value=False):
        on_cpu = cost_of(work).wall
    shape = " × ".join(map(str, fit.shape))
    each = f" of {fit.each} items" if fit.each > 1 else ""
    return {
        "what": " ".join(filter(None, [fit.context, fit.head])),
        "on": f"{fit.films} films{each}, {shape} each, {fit.budget.epochs[-1]} epochs",
        "gpu_seconds": round(on_gpu, 2),
        "cpu_seconds": round(on_cpu, 2),
        "times_as_fast": round(on_cpu / on_gpu, 1),
        "apart": None if fit.drops else largest(found),
    }


def largest(found: list[Fitted]) -> float:
    """Difference of a score between the last two."""
    return float(f"{np.nanmax(np.abs(found[-1].score - found[-2].score)):.1e}")


def markdown(found: dict[str, Any]) -> Iterator[str]:
    """The results as lines of a page."""
    yield "| network | items a second, bare | the stage keeps | apart from the CPU's |"
    yield "|---|---:|---:|---:|"
    for row in found["embedding"]:
        kept = f"{row['kept']} ({row['kept_least']} to {row['kept_most']})"
        yield f"| {row['what']} | {row['bare_per_second']:,.0f} | {kept} | {row['apart']:.0e} |"
    if found["fits"]:
        yield ""
        yield from _fits(found["fits"])
    yield ""
    on = found["machine"]
    yield (
        f"Measured on one {on['gpu']} beside {on['cores']} cores of {on['processor']}, torch "
        f"{found['versions']['torch']}, at commit {found['commit']}."
    )


def _fits(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "| fit | on | GPU, s | CPU, s | times as fast | scores apart |"
    yield "|---|---|---:|---:|---:|---:|"
    for row in rows:
        differ = "–" if row["apart"] is None else f"{row['apart']:.0e}"
        yield (
            f"| {row['what']} | {row['on']} | {row['gpu_seconds']} | {row['cpu_seconds']} | "
            f"{row['times_as_fast']} | {differ} |"
        )


if __name__ == "__main__":
    run_command(main)
