"""How much of the bare network's speed the embedding keeps: python -m benchmarks.embedding

All embed the same trailers: the whole way from a pack (read, decode, prepare, embed, store), and
the network alone on batches of the same size that lie ready, once batch after batch on all cores,
and once side by side, a core each, which is how the stage does it on a CPU; of sound the whole way
too with its samples kept (SOUND_CACHE_GB). Weights at random.
"""

import argparse
import contextlib
import math
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from unittest.mock import patch

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the stages do
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import cv2
import numpy as np
import pyarrow as pa
import torch
from safetensors.torch import save_file

from benchmarks.timing import median_seconds, take_turns, times_as_fast
from stages.base.compute import configure_torch
from stages.base.packs import write_pack
from stages.base.parallel import workers
from stages.base.params import WINDOWS
from stages.embedding import samples
from stages.embedding.base import family
from stages.embedding.jobs import Job, Recipe, jobs
from stages.embedding.network import Network
from stages.embedding.preparing import prepare
from stages.embedding.trailers import embed_stream
from stages.trailers.media.results import AUDIO, FRAMES
from stages.trailers.media.sound import encode_flac

COUNT = 31
SECONDS, RATE = 30, 48_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.embedding", description=__doc__)
    parser.add_argument("family", nargs="?", default="timm", help="a file of stages/backbones")
    parser.add_argument(
        "model",
        nargs="?",
        default="mobilenetv2_100.ra_in1k",
        help="one of its models, as in docs/backbones.md",
    )
    parser.add_argument("--trailers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    configure_torch()
    with workload(arguments.family, arguments.model, arguments.trailers) as work:
        costs = take_turns(work.ways.by_name(), math.inf, arguments.rounds)
    print(f"{arguments.family} {arguments.model}: {work.items} items")
    for way in ("bare", "side_by_side"):
        print(
            f"  {way.replace('_', ' ')}: {work.items / median_seconds(costs[way], 'wall'):.1f} a "
            "second, of which is kept"
        )
        for stage in ("stage", "kept"):
            if stage in costs:
                share = times_as_fast(costs[stage], costs[way], "wall")
                print(f"    {stage}: {share.median:.2f} ({share.least:.2f} to {share.most:.2f})")


@dataclass(frozen=True)
class Ways:
    """Over the same trailers: the network on ready batches, in two ways, and the whole stage."""

    bare: Callable[[], None]
    side_by_side: Callable[[], None]
    stage: Callable[[], None]
    kept: Callable[[], None] | None
    """The whole stage of a second backbone, where the first has kept the sound decoded."""

    def by_name(self) -> dict[str, Callable[[], None]]:
        """Those that there are."""
        return {name: way for name, way in vars(self).items() if way is not None}


@dataclass(frozen=True)
class Workload:
    """What is measured."""

    ways: Ways
    items: int
    """Number of items that each way embeds."""
    backbone: Network
    batches: list[np.ndarray]
    """Items of each trailer, (n_items, ...)."""
    todo: list[Job]
    """One job per trailer."""


@contextmanager
def workload(name: str, model: str, trailers: int, warm: bool = True) -> Iterator[Workload]:
    """A pack of made-up trailers and a network with random weights; `warm`: each way gone once."""
    kind = family(name)
    assert issubclass(kind, Network), f"{name} has no network"
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):  # the store lies there
        folder = Path(place)
        network = kind(model)
        state = network.build().state_dict()
        weights = folder / "weights.safetensors"
        save_file({key: value.contiguous() for key, value in state.items()}, weights)
        recipe = Recipe(name, model, "{}", weights)
        ids = [f"{n:016x}" for n in range(trailers)]
        make, schema = (pictures, FRAMES) if network.modality == "picture" else (sounds, AUDIO)
        write_pack(folder / "pack", ids, make, schema)
        todo = jobs(folder / "pack", recipe)
        backbone = recipe.create()
        assert isinstance(backbone, Network)
        batches = [items for job in todo if (items := prepare(backbone, job).items) is not None]

        def bare() -> None:
            for items in batches:
                backbone.embed_items(items)

        def side_by_side() -> None:
            one = partial(torch.set_num_threads, 1)
            with ThreadPoolExecutor(workers(), initializer=one) as pool:
                for _ in pool.map(backbone.embed_items, batches):
                    pass

        def stage() -> None:
            for _, (_, path) in embed_stream(todo, workers(), backbone):
                path.unlink()  # so that the next round does it again

        def kept() -> None:
            with patch.dict(os.environ, {samples.VARIABLE: "100"}):
                stage()

        ways = Ways(bare, side_by_side, stage, kept if network.modality == "sound" else None)
        for way in ways.by_name().values() if warm else ():
            way()
        yield Workload(ways, sum(len(items) for items in batches), backbone, batches, todo)


def pictures(trailer_id: str) -> pa.Table:
    """31 frames of 256 × 455, as detailed as a film's (a JPEG of about 25 KB)."""
    random = np.random.default_rng(int(trailer_id, 16))
    rows = []
    for frame in range(COUNT):
        coarse = random.integers(0, 256, (24, 43, 3), dtype=np.uint8)
        picture = cv2.resize(coarse, (455, 256), interpolation=cv2.INTER_CUBIC)
        jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        rows.append({"trailer_id": trailer_id, "frame": frame, "time": 5.0 + frame, "jpeg": jpeg})
    return pa.Table.from_pylist(rows, FRAMES)


def sounds(trailer_id: str) -> pa.Table:
    """Three windows of 30 s at 48 kHz, pink noise: FLACs of 1.3 MB, as films have."""
    random = np.random.default_rng(int(trailer_id, 16))
    bins = np.arange(SECONDS * RATE // 2 + 1)
    rows = []
    for n, window in enumerate(WINDOWS):
        spectrum = np.exp(2j * np.pi * random.random(len(bins))) / np.maximum(bins, 50)
        samples = np.fft.irfft(spectrum)
        samples *= 0.1 / samples.std()
        row = {"window": window, "start": 40.0 * n, "seconds": float(SECONDS)}
        rows.append(
            {"trailer_id": trailer_id, **row, "flac": encode_flac(samples.astype(np.float32), RATE)}
        )
    return pa.Table.from_pylist(rows, AUDIO)


if __name__ == "__main__":
    main()
