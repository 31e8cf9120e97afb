"""How much of the bare network's speed the embedding keeps: python -m benchmarks.embedding

Both sides embed the same trailers in one process: the whole way from a pack (read, decode, prepare,
embed, store) and the network alone on batches of the same size that lie ready. Weights at random.
"""

import argparse
import io
import json
import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the stages do

import av
import cv2
import numpy as np
import pyarrow as pa
from safetensors.torch import save_file

from stages.embedding.base import family
from stages.embedding.network import Network
from stages.embedding.trailers import Recipe, embed_stream, jobs, prepare
from stages.packs import write_pack
from stages.parallel import workers

FRAMES = 31
WINDOWS = ("start", "middle", "end")
SECONDS, RATE = 30, 48_000
PICTURE = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("frame", pa.int8()),
        ("time", pa.float64()),
        ("jpeg", pa.binary()),
    ]
)
SOUND = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("window", pa.string()),
        ("start", pa.float64()),
        ("seconds", pa.float64()),
        ("flac", pa.binary()),
    ]
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("family", nargs="?", default="timm")
    parser.add_argument("model", nargs="?", default="mobilenetv2_100.ra_in1k")
    parser.add_argument("--trailers", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    kind = family(arguments.family)
    assert issubclass(kind, Network), f"{arguments.family} has no network"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        network = kind(arguments.model)
        state = network.build().state_dict()
        weights = folder / "weights.safetensors"
        save_file({key: value.contiguous() for key, value in state.items()}, weights)
        recipe = Recipe(arguments.family, arguments.model, "{}", weights)
        ids = [f"{n:016x}" for n in range(arguments.trailers)]
        if network.modality == "picture":
            write_pack(folder / "pack", ids, pictures, PICTURE)
        else:
            write_pack(folder / "pack", ids, sounds, SOUND)
        os.chdir(folder)
        rows = [compare(recipe, folder, round_) for round_ in range(arguments.rounds + 1)][1:]
    kept = np.array([row["bare_seconds"] / row["stage_seconds"] for row in rows])
    print(json.dumps(rows, indent=1))
    print(
        f"{arguments.family} {arguments.model}: {rows[0]['items']} items, bare network "
        f"{rows[0]['items'] / np.median([row['bare_seconds'] for row in rows]):.1f} a second; "
        f"the embedding keeps {np.median(kept):.2f} of that ({kept.min():.2f} to {kept.max():.2f})"
    )


def compare(recipe: Recipe, folder: Path, round_: int) -> dict[str, float]:
    """Seconds of the bare network and of the whole stage, in turn, on the same trailers."""
    todo = jobs(folder / "pack", recipe)
    backbone = recipe.backbone()
    ready = [prepare(backbone, job).items for job in todo]
    assert all(items is not None for items in ready)
    begin = time.perf_counter()
    for items in ready:
        assert items is not None
        backbone.embed_items(items)
    bare = time.perf_counter() - begin
    begin = time.perf_counter()
    for _, (_, path) in embed_stream(todo, workers(), backbone):
        path.unlink()  # so that the next round does it again
    whole = time.perf_counter() - begin
    n_items = sum(len(items) for items in ready if items is not None)
    return {"items": n_items, "bare_seconds": round(bare, 3), "stage_seconds": round(whole, 3)}


def pictures(trailer_id: str) -> pa.Table:
    """31 frames of 256 × 455, as detailed as a film's (a JPEG of about 25 KB)."""
    random = np.random.default_rng(int(trailer_id, 16))
    rows = []
    for frame in range(FRAMES):
        coarse = random.integers(0, 256, (24, 43, 3), dtype=np.uint8)
        picture = cv2.resize(coarse, (455, 256), interpolation=cv2.INTER_CUBIC)
        jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        rows.append({"trailer_id": trailer_id, "frame": frame, "time": 5.0 + frame, "jpeg": jpeg})
    return pa.Table.from_pylist(rows, PICTURE)


def sounds(trailer_id: str) -> pa.Table:
    """Three windows of 30 s at 48 kHz."""
    random = np.random.default_rng(int(trailer_id, 16))
    rows = []
    for n, window in enumerate(WINDOWS):
        samples = random.normal(0, 0.1, SECONDS * RATE).clip(-1, 1)
        row = {"window": window, "start": 40.0 * n, "seconds": float(SECONDS)}
        rows.append({"trailer_id": trailer_id, **row, "flac": flac(samples)})
    return pa.Table.from_pylist(rows, SOUND)


def flac(samples: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout="mono")
        data = (samples * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(data, format="s16", layout="mono")
        frame.sample_rate = RATE
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return buffer.getvalue()


if __name__ == "__main__":
    main()
