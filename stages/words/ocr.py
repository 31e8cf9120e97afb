"""Text on frames: where there is some, then what it says, by the networks of PP-OCR in rapidocr.

They come in its package (Du et al. 2020, arXiv 2009.09941, and later versions). Text is taken to be
upright, as on title cards, and a frame that looks like the one read before is not read again.
"""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import cv2
import numpy as np

from stages.base.errors import BenchmarkError

LIBRARIES = ("rapidocr", "onnxruntime", "opencv-python-headless", "numpy")
INSTALL = "python requirements/install.py core words"
DETECT_SIDE = 256  # pixels of the shorter side that text is looked for at: as frames are kept
BLOCK = 4  # pixels to each side of what two frames are compared by: half a letter's stroke or more


class Reader:
    """The networks, on one core. Raises BenchmarkError without rapidocr."""

    def __init__(self) -> None:
        self._engine = library().RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                "Det.limit_type": "min",
                "Det.limit_side_len": DETECT_SIDE,
            }
        )

    def __call__(self, picture: np.ndarray) -> list[dict[str, Any]]:
        """Lines from top to bottom: text, confidence, and the box as shares of the picture.

        picture: (h, w, 3) uint8, BGR.
        """
        found = self._engine(picture, text_score=0.0)
        if getattr(found, "txts", None) is None or found.boxes is None:
            return []
        height, width = picture.shape[:2]
        lines = []
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            if not text.strip():
                continue
            corners = np.clip(np.asarray(box, np.float64) / (width, height), 0, 1)
            left, top = corners.min(axis=0).tolist()
            right, bottom = corners.max(axis=0).tolist()
            line = {"text": text.strip(), "confidence": float(np.clip(score, 0, 1))}
            lines.append(line | {"left": left, "top": top, "right": right, "bottom": bottom})
        return lines


def library() -> Any:
    """rapidocr. Raises BenchmarkError where it is not installed."""
    try:
        return import_module("rapidocr")
    except ImportError:
        raise BenchmarkError("reading frames needs rapidocr", do=f"run `{INSTALL}`") from None


@cache
def reader() -> Reader:
    """The networks, read once in a process."""
    return Reader()


def read_frames(frames: Sequence[dict[str, Any]], same_level: float) -> list[dict[str, Any]]:
    """The lines on a trailer's frames, each with its frame's number and time.

    frames: rows of a pack of frames, in any order. A frame that looks like the last one that was
    read has none of its own.
    """
    lines: list[dict[str, Any]] = []
    before: np.ndarray | None = None
    for row in sorted(frames, key=lambda row: row["frame"]):
        picture = cv2.imdecode(np.frombuffer(row["jpeg"], np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError("a frame of the pack is no JPEG: data/frames is damaged")
        blocks = blocks_of(picture)
        if before is None or differ(before, blocks, same_level):
            before = blocks
            found = reader()(picture)
            lines += [{"frame": row["frame"], "time": row["time"], **line} for line in found]
    return lines


def blocks_of(picture: np.ndarray) -> np.ndarray:
    """Mean luma of each block, (h / BLOCK, w / BLOCK) float32, of (h, w, 3) uint8 BGR."""
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    size = max(luma.shape[1] // BLOCK, 1), max(luma.shape[0] // BLOCK, 1)
    return cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.float32)


def differ(one: np.ndarray, other: np.ndarray, same_level: float) -> bool:
    """Whether any block of two frames differs by more than so many levels, or their sizes do."""
    return one.shape != other.shape or bool(np.abs(one - other).max() > same_level)
