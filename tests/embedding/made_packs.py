"""Rows of packs as the stages write them, of trailers that do not exist."""

import hashlib
import io

import av
import cv2
import numpy as np
import pyarrow as pa

FRAMES = pa.schema(
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
IDS = [hashlib.sha256(str(n).encode()).hexdigest()[:16] for n in range(4)]


def jpeg(level: int) -> bytes:
    return cv2.imencode(".jpg", np.full((90, 160, 3), level, np.uint8))[1].tobytes()


def flac(samples: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=48_000, layout="mono")
        data = (samples * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(data, format="s16", layout="mono")
        frame.sample_rate = 48_000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return buffer.getvalue()


def picture_rows(trailer_id: str) -> pa.Table:
    rows = [
        {
            "trailer_id": trailer_id,
            "frame": n,
            "time": 10.0 + n,
            "jpeg": jpeg(40 * n + IDS.index(trailer_id)),
        }
        for n in (2, 0, 1)
    ]
    return pa.Table.from_pylist(rows, FRAMES)


def sound_rows(trailer_id: str) -> pa.Table:
    noise = np.random.default_rng(IDS.index(trailer_id)).uniform(-0.5, 0.5, 48_000 * 6)
    rows = [
        {"trailer_id": trailer_id, "window": w, "start": s, "seconds": 6.0, "flac": flac(noise)}
        for w, s in (("start", 0.0), ("end", 40.0), ("middle", 20.0))
    ]
    return pa.Table.from_pylist(rows, SOUND)
