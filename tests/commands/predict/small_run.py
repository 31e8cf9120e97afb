"""A small run as the pipeline's stages leave it: a dozen clips, extracted, embedded and fitted."""

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow as pa
import yaml

from stages.base.genres import GENRES
from stages.base.packs import write_table
from stages.base.params import Params
from stages.base.params.matrix import cells
from stages.base.store import sha256
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.joining import write_embeddings
from stages.embedding.trailers import embed_trailer
from stages.fitting.approaches import fit
from stages.fitting.films import read_films
from stages.fitting.saved_models import save_models
from stages.fitting.scores import save_scores
from stages.trailers.media import results

N_FILMS, FOLDS, RATE = 15, 3, 16_000
KEPT = (
    *("colour_linear", "colour_each", "colour_attention", "colour_temporal", "colour_mlp"),
    *("mfcc_linear", "mfcc_linear_all", "early_linear", "early_gated"),
    *("late_linear", "late_weighted", "late_stacked"),
)


def write_clip(
    path: Path,
    seed: int,
    seconds: float = 4.0,
    picture: bool = True,
    sound: bool = True,
    black: bool = False,
    silent_seconds: float = 0.0,
) -> Path:
    """Write a clip of changing colours and a changing tone, of either alone if so wished.

    black: of no colours at all; silent_seconds: how long it takes until the tone begins.
    """
    rng = np.random.default_rng(seed)
    with av.open(str(path), "w") as container:
        if picture:
            video: Any = container.add_stream("mpeg4", rate=12)
            video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        if sound:
            audio: Any = container.add_stream("pcm_s16le", rate=RATE, layout="mono", format="s16")
        if picture:
            for number in range(round(seconds * 12)):
                noise = rng.integers(0, 1 if black else 256, (6, 8, 3), dtype=np.uint8)
                frame = av.VideoFrame.from_ndarray(
                    np.ascontiguousarray(noise.repeat(8, axis=0).repeat(8, axis=1)), format="rgb24"
                )
                frame.pts, frame.time_base = number, Fraction(1, 12)
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        if sound:
            times = np.arange(round(seconds * RATE)) / RATE
            tone = np.sin(2 * np.pi * (200 + 100 * seed + 80 * times) * times) / 3
            tone[times < silent_seconds] = 0
            samples = (tone * 32767).astype(np.int16)[None]
            block = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            block.sample_rate, block.pts, block.time_base = RATE, 0, Fraction(1, RATE)
            container.mux(audio.encode(block))
            container.mux(audio.encode(None))
    return path


@dataclass(frozen=True)
class Run:
    """The folder of a run, its parameters, and its trailers by film."""

    folder: Path
    params: Params
    trailers: dict[str, Path]


def shrink(params: dict[str, Any]) -> None:
    params["frames"] |= {"count": 8, "first_frame": 0, "short_side": 64}
    params["audio"] |= {"seconds": 1, "sample_rate": RATE}
    params["splits"]["folds"] = FOLDS
    params["training"]["middle_frames"] = 4
    for budgets in ("heads", "contexts"):
        for budget in params["training"][budgets].values():
            if "epochs" in budget:
                fixed = {"epochs": 2, "weight_decay": 0.01}
                budget |= {"epochs": [1, 2], "weight_decay": 0.01, "fixed": fixed}
    for section in ("approaches", "early", "late"):
        found = params["matrix"][section].items()
        params["matrix"][section] = {slug: item for slug, item in found if slug in KEPT}
    params["matrix"]["backbones"] = {
        slug: params["matrix"]["backbones"][slug] for slug in ("colour", "mfcc")
    }


def make_corpus(params: Params) -> dict[str, Path]:
    Path("films").mkdir()
    rng = np.random.default_rng(0)
    trailers, files = [], {}
    for number in range(N_FILMS):
        trailer_id = hashlib.sha256(str(number).encode()).hexdigest()[:16]
        genres = np.flatnonzero((rng.random(len(GENRES)) < 0.3) | (np.arange(10) == number % 10))
        names = tuple(GENRES[genre] for genre in genres)
        film = f"film {number}"
        trailers.append(Trailer(trailer_id, film, film, 2000, names, "file:x"))
        files[trailer_id] = write_clip(Path(f"films/{trailer_id}.mkv"), number)
    save_trailers(trailers, Path("data/sample/catalogue.parquet"))
    splits = [
        {
            "film_id": each.film_id,
            "fold": number % FOLDS,
            "fold_ungrouped": number % FOLDS,
            "picture": True,
            "sound": True,
        }
        for number, each in enumerate(trailers)
    ]
    write_table(pa.Table.from_pylist(splits), Path("data/sample/splits.parquet"))
    for step, section, schema in (
        ("frames", params.frames, results.FRAMES),
        ("audio", params.audio, results.AUDIO),
    ):
        todo = [results.Job(t, sha256(f), True, section, f.absolute()) for t, f in files.items()]
        done = ((job, results.extract(job)) for job in todo)
        results.write(Path("data/sample") / step, schema, done)
    return {each.film_id: files[each.trailer_id].absolute() for each in trailers}


def fit_all(params: Params) -> None:
    data = Path("data/sample")
    for name, backbone in params.matrix.backbones.items():
        entries = dict(map(embed_trailer, jobs(data / backbone.reads, Recipe(backbone.family))))
        write_embeddings(entries, data / f"embeddings/{name}.npz")
    films = read_films(data)
    for cell in cells(params):
        if cell.base:
            continue
        found = fit(cell, films, params, data)
        scores = {labels: outcome.scores for labels, outcome in found.items()}
        save_scores(scores, data / f"scores/{cell.slug}.npz")
        if (fitted := found["all"].fitted) is not None:
            save_models(cell, fitted, params, FOLDS, data / f"models/{cell.slug}")


def write_lock(declared: dict[str, Any]) -> None:
    """Record the run as DVC would, as far as anybody asks."""

    def stage(deps: list[str], outs: list[str], **params: Any) -> dict[str, Any]:
        return {
            "deps": [{"path": path, "md5": _md5(path)} for path in deps],
            "outs": [{"path": path, "md5": _md5(path)} for path in outs],
            "params": {"params.yaml": params},
        }

    catalogue = stage([], ["data/sample/catalogue.parquet"], catalogue=declared["catalogue"])
    stages = {"catalogue": catalogue}
    for step in ("frames", "audio"):
        stages[step] = stage([], [f"data/sample/{step}"], **{step: declared[step]})
    for name, item in declared["matrix"]["backbones"].items():
        params = {f"matrix.backbones.{name}": item}
        outs = [f"data/sample/embeddings/{name}.npz"]
        stages[f"embed@{name}"] = stage([f"data/sample/{item['reads']}"], outs, **params)
    parts = {
        "approaches": ("fit", "embeddings", ("backbone",)),
        "early": ("early", "embeddings", ("picture", "sound")),
        "late": ("late", "scores", ("picture", "sound")),
    }
    for section, (group, kind, names) in parts.items():
        for slug, item in declared["matrix"][section].items():
            params = {f"matrix.{section}.{slug}": item}
            if section != "late":
                params["training.middle_frames"] = declared["training"]["middle_frames"]
            deps = [f"data/sample/{kind}/{item[name]}.npz" for name in names]
            stages[f"{group}@{slug}"] = stage(deps, [f"data/sample/scores/{slug}.npz"], **params)
    Path("dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))


def _md5(path: str) -> str:
    found = Path(path)
    content = found.read_bytes() if found.is_file() else b"a folder"
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
