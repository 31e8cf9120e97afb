"""Rendering sample trailers beside the encoder alone, on the same pictures ready in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np

from benchmarks.rows import Row, compared
from benchmarks.timing import median_seconds, take_turns
from stages.base.params import SampleParams, load
from stages.corpus.reader import Trailer, read_catalogue
from stages.sample import render
from stages.sample.picture import iterate_frames
from stages.sample.plan import Plan, plan_trailer
from stages.sample.sound import synthesise

BUDGET = 40.0
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Size:
    trailers: int = 3


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """One row: the whole way from a catalogue's row to a file, against encoding alone."""
    size = size or Size()
    trailers = read_catalogue(ROOT / "sample.txt")[: size.trailers]
    params = load(ROOT / "params.yaml").sample
    path = folder / "trailer.mp4"

    def whole() -> None:
        for trailer in trailers:
            render.render_trailer(trailer, params, path)

    ready = [_ready(trailer, params) for trailer in trailers]

    def encoder() -> None:
        for plan, pictures, sound in ready:
            with (
                mock.patch.object(render, "iterate_frames", lambda _, shown=pictures: shown),
                mock.patch.object(render, "synthesise", lambda _, heard=sound: heard),
            ):
                render.write_movie(plan, path)

    costs = take_turns({"ours": whole, "encoder": encoder}, budget)
    yield compared(
        case="sample",
        what=f"{size.trailers} trailers rendered, one after the other",
        input="the first rows of sample.txt",
        against="the encoder alone, pictures and sound ready in memory",
        ours=costs["ours"],
        theirs=costs["encoder"],
        facts={"trailers_per_cpu_second": size.trailers / median_seconds(costs["ours"], "cpu")},
    )


def _ready(trailer: Trailer, params: SampleParams) -> tuple[Plan, list[np.ndarray], np.ndarray]:
    plan = plan_trailer(trailer, params)
    return plan, list(iterate_frames(plan)), synthesise(plan)
