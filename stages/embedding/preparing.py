"""From a trailer's rows in a pack to the items that a backbone embeds: decoded, cut, resized."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.base.compute import use_one_thread
from stages.base.packs import read_trailer
from stages.embedding.base import Backbone
from stages.embedding.jobs import Job, Recipe
from stages.embedding.samples import Window, windows_of
from stages.embedding.texts import coded


@dataclass(frozen=True)
class Prepared:
    """One trailer's items, ready to be embedded."""

    items: np.ndarray
    """(n_items, ...)."""
    group: np.ndarray
    """(n_items,) int16: number of the frame, clip or text, or index in WINDOWS."""
    time: np.ndarray
    """(n_items,) float32: seconds from the trailer's start."""


def prepare(backbone: Backbone, job: Job) -> Prepared:
    """Read one trailer's rows and make its items."""
    if backbone.record.reads == "audio":
        return Prepared(*_windows(backbone, windows_of(job, backbone.sample_rate)))
    if job.frames is not None:
        return Prepared(*_both(backbone, job, job.frames))
    rows = read_trailer(job.pack, job.row_group, job.digest)
    if job.recipe.mask_title:
        rows = untitled(rows)
    items_of = {"frames": _frames, "clips": _clips, "words": _texts}
    return Prepared(*items_of[backbone.record.reads](backbone, rows))


def prepare_apart(job: Job) -> Prepared:
    """The same in a process of its own, for a network on a GPU that another process holds."""
    backbone = _backbone(job.recipe)
    use_one_thread()
    return prepare(backbone, job)


@cache
def _backbone(recipe: Recipe) -> Backbone:
    return recipe.create_unloaded()


def _frames(backbone: Backbone, rows: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(rows["frame"].to_numpy(), kind="stable")
    frames = [_decode_jpeg(rows["jpeg"][int(row)].as_py()) for row in order]
    group = rows["frame"].to_numpy()[order].astype(np.int16)
    time = rows["time"].to_numpy()[order].astype(np.float32)
    return backbone.prepare_items(frames, 0), group, time


def _clips(backbone: Backbone, rows: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    every = sorted(rows.to_pylist(), key=lambda row: (row["clip"], row["frame"]))
    clips = [list(of) for _, of in groupby(every, key=lambda row: row["clip"])]
    pictures = [np.stack([_decode_jpeg(row["jpeg"]) for row in of]) for of in clips]
    time = [(of[0]["time"] + of[-1]["time"]) / 2 for of in clips]
    group = np.array([of[0]["clip"] for of in clips], np.int16)
    return backbone.prepare_items(pictures, 0), group, np.array(time, np.float32)


def _windows(
    backbone: Backbone, windows: Sequence[Window]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hop = backbone.hop_seconds or backbone.window_seconds
    parts = []
    for window in windows:
        items = backbone.prepare_items(window.samples, window.rate)
        first = window.start - backbone.lead_seconds + backbone.window_seconds / 2
        time = first + np.arange(len(items)) * hop
        group = np.full(len(items), window.number, np.int16)
        parts.append((items, group, time.astype(np.float32)))
    items, group, time = (np.concatenate(part) for part in zip(*parts, strict=True))
    return items, group, time


def _both(backbone: Backbone, job: Job, seen: Job) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One item a window of sound, with the frames nearest to evenly spaced moments of it.

    All windows of a trailer are as long as one another, and so all its items.
    """
    rows = read_trailer(seen.pack, seen.row_group, seen.digest)
    times = rows["time"].to_numpy()
    decoded = cache(lambda row: _decode_jpeg(rows["jpeg"][row].as_py()))
    parts, middle, windows = [], [], windows_of(job, backbone.sample_rate)
    for window in windows:
        seconds = len(window.samples) / window.rate
        frames = nearest(times, window.start, seconds, backbone.pictures)
        pictures = [decoded(row) for row in frames.tolist()]
        parts.append(backbone.prepare_items([*pictures, window.samples], window.rate))
        middle.append(window.start + seconds / 2)
    group = np.array([window.number for window in windows], np.int16)
    return np.concatenate(parts), group, np.array(middle, np.float32)


def nearest(times: np.ndarray, start: float, seconds: float, count: int) -> np.ndarray:
    """Of frames at these times those nearest to `count` moments of a window, (count,) indices.

    The moments are evenly spaced, the first where the window starts and the last where it ends. A
    frame stands for several of them where there are fewer frames.
    """
    moments = np.linspace(start, start + seconds, count)
    found: np.ndarray = np.abs(times[None] - moments[:, None]).argmin(axis=1)
    return found


def _texts(backbone: Backbone, rows: pa.Table) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    items = backbone.prepare_items(coded(rows["text"].to_pylist()), 0)
    group = np.arange(len(items), dtype=np.int16)  # of a whole trailer one, at its first words
    return items, group, rows["time"].to_numpy()[: len(items)].astype(np.float32)


def untitled(rows: pa.Table) -> pa.Table:
    """A trailer's texts without the words of its film's title, those left out of which no word is
    left; one empty text where none is."""
    texts = rows.set_column(rows.schema.get_field_index("text"), "text", rows["untitled"])
    left = pc.not_equal(texts["text"], "")
    return texts.filter(left) if pc.any(left).as_py() else texts.slice(0, 1)


def _decode_jpeg(data: bytes) -> np.ndarray:
    frame = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if frame is None:
        raise ValueError("a picture of the pack is no JPEG: it is damaged, run `dvc repro`")
    return cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)
