"""Ten seconds of pictures and notes under every name: the smallest files that are trailers."""

from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from stages.base.genres import GENRES

SECONDS, PICTURES, SHOTS = 10, 5, 5  # pictures a second
WIDTH, HEIGHT = 128, 72
RATE = 16000
HEAD = "film_id\ttitle\tyear\tgenres\ttrailer"


def write_clips(folder: Path, count: int) -> list[str]:
    """Write so many files, no two with a picture or a note in common; lines of their catalogue."""
    lines = [HEAD]
    for number in range(count):
        random = np.random.default_rng(number)
        _write(folder / f"{number}.mp4", random)
        genres = random.choice(len(GENRES), random.integers(1, 4), replace=False)
        named = ",".join(GENRES[genre] for genre in sorted(genres.tolist()))
        lines.append(f"{number + 1}\tFilm {number}\t2000\t{named}\tfile:{number}.mp4")
    return lines


def _write(path: Path, random: np.random.Generator) -> None:
    with av.open(str(path), "w") as container:
        video: Any = container.add_stream("libx264", PICTURES, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio: Any = container.add_stream("aac", RATE)
        audio.layout = "mono"
        for _ in range(SHOTS):
            shot: Any = cv2.resize(
                random.integers(0, 256, (4, 6, 3)).astype(np.uint8), (WIDTH, HEIGHT)
            )
            for _ in range(SECONDS * PICTURES // SHOTS):
                picture = av.VideoFrame.from_ndarray(shot, format="rgb24")
                container.mux(video.encode(picture))
                shot = np.roll(shot, 5, axis=1)
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(_tune(random)[None], format="fltp", layout="mono")
        sound.sample_rate = RATE
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))


def _tune(random: np.random.Generator) -> np.ndarray:
    """Notes that follow one another, (samples,) float32."""
    time = np.arange(RATE // 4) / RATE
    notes = 220 * 2 ** (random.integers(0, 37, (SECONDS * 4, 1)) / 12)
    hiss = random.normal(0, 0.01, (SECONDS * 4, len(time)))
    return (0.2 * np.sin(2 * np.pi * notes * time) + hiss).ravel().astype(np.float32)
