"""What a head is trained on: the items of every film that an approach may look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from stages.base.errors import BenchmarkError
from stages.base.npz import NpzArray
from stages.base.packs import read_table
from stages.base.params import ALL_WINDOWS, WINDOWS
from stages.fitting.rows import Rows, load_rows, reduce_rows


@dataclass(frozen=True)
class Items:
    """What is scored, one by one: rows of embeddings, or sequences of such rows.

    Rows and index rather than a padded copy: thousands of films fill gigabytes as it is.
    """

    x: Rows
    """(n_rows, *shape), in memory or on disk."""
    film: np.ndarray
    """(n_items,) row of each item's film."""
    index: np.ndarray | None = None
    """(n_items, length), where an item is a sequence: its rows of x in order of time, padded with
    -1. None where an item is a row of x."""
    time: np.ndarray | None = None
    """(n_rows,) float32, of sequences: when each row is, from 0 to 1 over its sequence's span."""
    parts: tuple[int, ...] = ()
    """Sizes of the embeddings that were joined to a row."""
    prompts: np.ndarray | None = None
    """(n_genres, dim), of what starts from a network's prompts: theirs, each of length 1."""

    def __post_init__(self) -> None:
        n_items = len(self.x if self.index is None else self.index)
        if n_items != len(self.film):
            raise ValueError(f"{n_items} items but {len(self.film)} films")


@dataclass(frozen=True)
class View:
    """Which items an approach looks at, and whether one by one, as their mean, or in sequence."""

    context: str
    """each, mean, max, or the name of a context that takes the sequence."""
    middle_frames: int
    """How many frames around the middle count where each is an item of its own."""
    sound_window: str
    """The window of sound that is heard, or ALL_WINDOWS."""
    is_published: bool = False
    """Whether items are rows of published features, of which all are looked at."""

    def mask(self, position: np.ndarray, modality: str, n_frames: int) -> np.ndarray:
        """Which items are looked at, (n_items,) bool.

        position: (n_items,) frame numbers (0..n_frames - 1), indices into WINDOWS, or texts'.
        """
        if self.is_published or modality == "words":
            return np.ones(len(position), bool)
        if modality == "sound":
            heard = WINDOWS if self.sound_window == ALL_WINDOWS else (self.sound_window,)
            return np.isin(position, [WINDOWS.index(window) for window in heard])
        if self.context != "each":
            return np.ones(len(position), bool)
        first = (n_frames - self.middle_frames) // 2
        return (position >= first) & (position < first + self.middle_frames)


@dataclass(frozen=True)
class SharedFrames:
    """Frames that several films share, which an approach is kept from looking at."""

    frames: frozenset[tuple[str, int]]
    """(trailer_id, number of the frame)."""

    def exclude_from(
        self, mask: np.ndarray, trailer_ids: np.ndarray, frames: np.ndarray
    ) -> np.ndarray:
        """`mask` without the shared frames; all three (n_items,).

        A trailer that would be left with no frame keeps all it has: no film is lost.
        """
        pairs = zip(trailer_ids.tolist(), frames.tolist(), strict=True)
        own = mask & ~np.array([pair in self.frames for pair in pairs], bool)
        return np.where(np.isin(trailer_ids, np.unique(trailer_ids[own])), own, mask)


def read_shared_frames(path: Path, min_films: int) -> SharedFrames:
    """Frames that at least `min_films` films share, of the audit's `data/leaks.parquet`."""
    table = read_table(path, columns=["trailer_id", "frame", "films"])
    is_frame = pc.greater_equal(table["frame"], 0)
    table = table.filter(pc.and_(is_frame, pc.greater_equal(table["films"], min_films)))
    names, frames = table["trailer_id"].to_pylist(), table["frame"].to_pylist()
    return SharedFrames(frozenset(zip(names, frames, strict=True)))


def read_items(
    path: Path,
    film_of: dict[str, int],
    view: View,
    modality: str,
    n_frames: int,
    shared: SharedFrames | None = None,
) -> Items:
    """Items of an embedding file.

    film_of: trailer_id -> row of its film, other trailers are left out; n_frames: taken of each
    trailer; shared: frames to leave out.
    """
    with np.load(path) as file:
        names, trailer, position = file["trailer_id"], file["trailer"], file["group"]
        films = np.array([film_of.get(str(name), -1) for name in names], np.int64)
        mask = view.mask(position, modality, n_frames) & (films[trailer] >= 0)
        if shared is not None and modality == "picture":
            mask = shared.exclude_from(mask, names[trailer], position)
        trailer = trailer[mask]
        time = file["time"][mask] if "time" in file else np.zeros(len(trailer), np.float32)
    embedding = NpzArray.locate(path, "embedding")
    if view.context == "each":
        return Items(load_rows(embedding, mask), films[trailer])
    # items of a trailer lie together
    seen, first, counts = np.unique(trailer, return_index=True, return_counts=True)
    if view.context == "mean":
        means = reduce_rows(embedding, mask, first, np.add)
        means /= counts.reshape(-1, *[1] * (means.ndim - 1))
        return Items(means, films[seen])
    if view.context == "max":
        return Items(reduce_rows(embedding, mask, first, np.maximum), films[seen])
    return Items(load_rows(embedding, mask), films[seen], *_sequences(first, counts, time))


def _sequences(
    first: np.ndarray, counts: np.ndarray, time: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each trailer's rows in order of time, and when each is, as a share of what is looked at.

    A share, not seconds: trailers last from half a minute to four, frames are taken at equal
    shares of them, and an ending is an ending at whatever second it comes.
    """
    number = np.repeat(np.arange(len(counts)), counts)
    index = np.full((len(counts), counts.max(initial=0)), -1, np.int32)
    index[number, np.arange(len(time)) - first[number]] = np.lexsort((time, number))
    begin, end = np.minimum.reduceat(time, first), np.maximum.reduceat(time, first)
    span = np.where(end > begin, end - begin, 1)
    return index, ((time - begin[number]) / span[number]).astype(np.float32)


def film_means(items: Items, n_films: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each film's items, (n_films, *shape) float32, and which have any, (n_films,).

    Of a number that some items do not know, the mean of those that do.
    """
    counts = np.bincount(items.film, minlength=n_films)
    sums = np.zeros((n_films, *items.x.shape[1:]), np.float32)
    known: np.ndarray = counts.reshape(-1, *[1] * (items.x.ndim - 1))
    order = np.argsort(items.film, kind="stable")
    first = np.cumsum(counts) - counts
    for number in range(counts.max(initial=0)):  # each film's first item, then its second
        films = np.flatnonzero(counts > number)
        rows = items.x[order[first[films] + number]]
        if (unknown := np.isnan(rows)).any():
            known = np.array(np.broadcast_to(known, sums.shape))
            known[films] -= unknown
            rows = np.where(unknown, 0, rows)
        sums[films] += rows
    mean = sums / np.maximum(known, 1)
    if known.shape == mean.shape:
        mean[(known == 0) & (counts > 0)[:, None]] = np.nan
    return mean, counts > 0


def join(parts: Sequence[Items], n_films: int) -> Items:
    """Early fusion: one item for each film that all have, its mean embeddings side by side."""
    means, has = zip(*(film_means(part, n_films) for part in parts), strict=True)
    films = np.flatnonzero(np.logical_and.reduce(has))
    joined = np.concatenate([mean[films] for mean in means], axis=1)
    return Items(joined, films, parts=tuple(mean.shape[1] for mean in means))


def side_by_side(frames: Items, clips: Items) -> Items:
    """Tokens of two backbones in one sequence, of each film that has both; of a film with several
    trailers the first with the first, and so on.

    A row is -1 for a frame or 1 for a clip, the frame's embedding, the clip's; what it has not is
    NaN, which counts for nothing. Times are each backbone's own. Both: sequences, of embeddings.
    """
    for each in (frames, clips):
        if each.x.ndim != 2:
            raise wrong_shape("context dual", each.x.shape[1:], 1)
    assert frames.index is not None and clips.index is not None
    assert frames.time is not None and clips.time is not None
    of_frames, of_clips = frames.x.shape[1], clips.x.shape[1]
    x = np.full((len(frames.x) + len(clips.x), 1 + of_frames + of_clips), np.nan, np.float32)
    x[: len(frames.x), 0], x[len(frames.x) :, 0] = -1, 1
    x[: len(frames.x), 1 : 1 + of_frames] = frames.x[:]
    x[len(frames.x) :, 1 + of_frames :] = clips.x[:]
    both = [np.stack([each.film, _which(each.film)], axis=1) for each in (frames, clips)]
    pairs = [[tuple(row) for row in rows.tolist()] for rows in both]
    place = {pair: number for number, pair in enumerate(pairs[1])}
    one = np.array([number for number, pair in enumerate(pairs[0]) if pair in place], np.int64)
    other = np.array([place[pairs[0][number]] for number in one], np.int64)
    later = np.where(clips.index < 0, -1, clips.index + len(frames.x))
    index = np.concatenate([frames.index[one], later[other]], axis=1)
    return Items(x, frames.film[one], index, np.concatenate([frames.time, clips.time]))


def _which(film: np.ndarray) -> np.ndarray:
    """Which of its film's items each is, from 0, (n_items,)."""
    order = np.argsort(film, kind="stable")
    rank = np.empty(len(film), np.int64)
    rank[order] = np.arange(len(film)) - np.searchsorted(film[order], film[order])
    return rank


def wrong_shape(what: str, shape: tuple[int, ...], dims: int) -> BenchmarkError:
    """The error for items that a head or context cannot take; dims: how many it takes."""
    return BenchmarkError(
        f"{what} does not fit this backbone",
        found=f"items of shape {tuple(shape)}",
        expected=f"{dims}-dimensional items",
        do="linear, knn and mlp, attention and temporal take embeddings (colour, mfcc), conv takes "
        "maps (pixels, spectrogram); change it under approaches in params.yaml",
    )
