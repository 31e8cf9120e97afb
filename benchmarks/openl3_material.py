"""What openl3_parity.py shows and plays to both sides: files of yours, or made here."""

import io
from dataclasses import dataclass, field
from pathlib import Path

import av
import cv2
import numpy as np

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import AudioParams, FramesParams
from stages.embedding.openl3_mel import RATE
from stages.trailers.media.frames import extract_frames
from stages.trailers.media.sound import extract_windows

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
MADE_SECONDS = 5
MADE_SIZES = ((224, 224), (256, 455), (300, 400))  # one for each of the package's three ways


@dataclass
class Material:
    """Sounds (samples,) float32 at 48 kHz and pictures (h, w, 3) uint8, by what they are called."""

    sounds: dict[str, np.ndarray] = field(default_factory=dict)
    pictures: dict[str, np.ndarray] = field(default_factory=dict)


def gather(files: list[Path], seconds: float, frames: int) -> Material:
    """The first `seconds` of sound and some frames of each clip, by the way that a trailer's go."""
    material = Material()
    for path in files:
        if not path.is_file():
            raise BenchmarkError("there is no such file", where=str(path))
        if path.suffix.lower() in PICTURES:
            material.pictures[path.name] = _decoded(path.read_bytes(), path)
            continue
        reasons = []
        try:
            material.sounds[path.name] = _sound(path, seconds)
        except TrailerError as error:
            reasons.append(str(error))
        try:
            material.pictures |= _frames(path, frames)
        except TrailerError as error:
            reasons.append(str(error))
        if len(reasons) == 2:
            raise BenchmarkError("cannot be used", where=str(path), found="; ".join(reasons))
    return material


def made() -> Material:
    """Sounds with and without noise in every band, silence, a short one; pictures of all sizes."""
    random = np.random.default_rng(0)
    time = np.arange(MADE_SECONDS * RATE) / RATE
    pitches = np.array([[220], [1250], [5300]])
    tones = np.sin(2 * np.pi * pitches * time).sum(axis=0).astype(np.float32)
    noise = random.normal(0, 0.01, len(time)).astype(np.float32)
    return Material(
        sounds={
            "tones in noise": 0.1 * tones + noise,
            "tones alone, silent bands": 0.1 * tones,
            "silence": np.zeros(RATE, np.float32),
            "0.4 s of noise": noise[: RATE * 2 // 5],
        },
        pictures={
            f"noise of {height} × {width}": random.integers(
                0, 250, (height, width, 3), dtype=np.uint8
            )
            for height, width in MADE_SIZES
        },
    )


def middle(picture: np.ndarray) -> np.ndarray:
    """The middle 224 × 224 of a picture brought to a shorter side of 256, as a pack has it."""
    shorter = min(picture.shape[:2])
    if not 224 <= shorter <= 256:
        size = [round(length * 256 / shorter) for length in picture.shape[1::-1]]
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    top, left = (length // 2 - 112 for length in picture.shape[:2])
    return picture[top : top + 224, left : left + 224]


def _sound(path: Path, seconds: float) -> np.ndarray:
    params = AudioParams(sample_rate=RATE, seconds=seconds, windows=("start",))
    flac = extract_windows(path, params)[0].flac
    with av.open(io.BytesIO(flac), "r") as container:
        blocks = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    return np.concatenate(blocks).astype(np.float32) / 2**15


def _frames(path: Path, count: int) -> dict[str, np.ndarray]:
    params = FramesParams(
        count=count,
        first_frame=0,
        first_second=None,
        short_side=256,
        jpeg_quality=90,
        black_level=16,
    )
    shown = extract_frames(path, params)
    pictures = zip(shown.numbers, shown.jpegs, strict=True)
    return {f"{path.name}, frame {number}": _decoded(data, path) for number, data in pictures}


def _decoded(data: bytes, path: Path) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise BenchmarkError("is no picture that OpenCV reads", where=str(path))
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
