"""What a head is trained on: the items of every film that an approach may look at."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.base.npz import NpzArray
from stages.base.params import ALL_WINDOWS, WINDOWS
from stages.fitting.masking import Hidden
from stages.fitting.rows import Rows, held, reduced


@dataclass(frozen=True)
class Items:
    """What is scored, one by one.

    x: (n_rows, *shape), in memory or on disk; film: (n_items,) row of an item's film. An item is a
    row of x, or where `index` (n_items, length) is given the sequence of rows it names, in the
    order of their time, -1 after the last; then time: (n_rows,) float32, share of the sequence's
    span from 0 to 1.
    parts: sizes of the embeddings that were joined to a row.

    Rows and index rather than a padded copy: thousands of films fill gigabytes as it is.
    """

    x: Rows
    film: np.ndarray
    index: np.ndarray | None = None
    time: np.ndarray | None = None
    parts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        n_items = len(self.x if self.index is None else self.index)
        if n_items != len(self.film):
            raise ValueError(f"{n_items} items but {len(self.film)} films")


@dataclass(frozen=True)
class View:
    """Which items an approach looks at, and whether one by one, as their mean, or in sequence."""

    context: str
    middle_frames: int
    sound_window: str

    def keep(self, group: np.ndarray, modality: str, count: int) -> np.ndarray:
        """Mask over items; group: frame numbers (0..count - 1), or indices into WINDOWS."""
        if modality == "sound":
            heard = WINDOWS if self.sound_window == ALL_WINDOWS else (self.sound_window,)
            return np.isin(group, [WINDOWS.index(window) for window in heard])
        if self.context != "each":
            return np.ones(len(group), bool)
        first = (count - self.middle_frames) // 2
        return (group >= first) & (group < first + self.middle_frames)


def read_items(
    path: Path,
    film_of: dict[str, int],
    view: View,
    modality: str,
    frames: int,
    hidden: Hidden | None = None,
) -> Items:
    """Items of an embedding file. film_of: trailer_id -> row of its film; others are left out."""
    with np.load(path) as file:
        names, trailer, group = file["trailer_id"], file["trailer"], file["group"]
        films = np.array([film_of.get(str(name), -1) for name in names], np.int64)
        keep = view.keep(group, modality, frames) & (films[trailer] >= 0)
        if hidden is not None and modality == "picture":
            keep = hidden.without(keep, names[trailer], group)
        trailer = trailer[keep]
        time = file["time"][keep] if "time" in file else np.zeros(len(trailer), np.float32)
    embedding = NpzArray.locate(path, "embedding")
    if view.context == "each":
        return Items(held(embedding, keep), films[trailer])
    # items of a trailer lie together
    seen, first, counts = np.unique(trailer, return_index=True, return_counts=True)
    if view.context == "mean":
        means = reduced(embedding, keep, first, np.add)
        means /= counts.reshape(-1, *[1] * (means.ndim - 1))
        return Items(means, films[seen])
    if view.context == "max":
        return Items(reduced(embedding, keep, first, np.maximum), films[seen])
    return Items(held(embedding, keep), films[seen], *_sequences(first, counts, time))


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
    """Mean of each film's items, (n_films, *shape) float32, and which have any, (n_films,)."""
    counts = np.bincount(items.film, minlength=n_films)
    sums = np.zeros((n_films, *items.x.shape[1:]), np.float32)
    order = np.argsort(items.film, kind="stable")
    first = np.cumsum(counts) - counts
    for number in range(counts.max(initial=0)):  # each film's first item, then its second
        films = np.flatnonzero(counts > number)
        sums[films] += items.x[order[first[films] + number]]
    return sums / np.maximum(counts, 1).reshape(-1, *[1] * (items.x.ndim - 1)), counts > 0


def join(a: Items, b: Items, n_films: int) -> Items:
    """Early fusion: one item a film that has both, its mean embeddings side by side."""
    (mean_a, has_a), (mean_b, has_b) = film_means(a, n_films), film_means(b, n_films)
    both = np.flatnonzero(has_a & has_b)
    joined = np.concatenate([mean_a[both], mean_b[both]], axis=1)
    return Items(joined, both, parts=(mean_a.shape[1], mean_b.shape[1]))
