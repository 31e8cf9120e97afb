"""Rows of packs as the stages write them, of trailers that do not exist."""

import hashlib

import cv2
import numpy as np
import pyarrow as pa

from stages.trailers.media.results import AUDIO, FRAMES
from stages.trailers.media.sound import encode_flac

IDS = [hashlib.sha256(str(n).encode()).hexdigest()[:16] for n in range(4)]


def jpeg(level: int) -> bytes:
    return cv2.imencode(".jpg", np.full((90, 160, 3), level, np.uint8))[1].tobytes()


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
    sound = encode_flac(noise.astype(np.float32), 48_000)
    rows = [
        {
            "trailer_id": trailer_id,
            "window": w,
            "start": s,
            "seconds": 6.0,
            "flac": sound,
        }
        for w, s in (("start", 0.0), ("end", 40.0), ("middle", 20.0))
    ]
    return pa.Table.from_pylist(rows, AUDIO)
