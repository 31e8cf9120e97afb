"""What a head is trained on: the items of every film that an approach may look at."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.params import WINDOWS


@dataclass(frozen=True)
class Items:
    """x: (n_items, *shape), a row a frame, window or trailer; film: (n_items,) row of its film."""

    x: np.ndarray
    film: np.ndarray

    def __post_init__(self) -> None:
        if len(self.x) != len(self.film):
            raise ValueError(f"{len(self.x)} items but {len(self.film)} films")


@dataclass(frozen=True)
class View:
    """Which items an approach looks at, and whether one by one or as their mean."""

    context: str  # "each" or "mean"
    middle_frames: int
    sound_window: str

    def keep(self, group: np.ndarray, modality: str, count: int) -> np.ndarray:
        """Mask over items; group: frame numbers (0..count - 1), or indices into WINDOWS."""
        if modality == "sound":
            return group == WINDOWS.index(self.sound_window)
        if self.context != "each":
            return np.ones(len(group), bool)
        first = (count - self.middle_frames) // 2
        return (group >= first) & (group < first + self.middle_frames)


def read_items(
    path: Path, film_of: dict[str, int], view: View, modality: str, frames: int
) -> Items:
    """Items of an embedding file. film_of: trailer_id -> row of its film; others are left out."""
    with np.load(path) as file:
        names, trailer, group = file["trailer_id"], file["trailer"], file["group"]
        films = np.array([film_of.get(str(name), -1) for name in names], np.int64)
        keep = view.keep(group, modality, frames) & (films[trailer] >= 0)
        x, trailer = file["embedding"][keep], trailer[keep]
    if view.context == "each":
        return Items(x, films[trailer])
    # sums over runs: items of a trailer lie together
    seen, first, counts = np.unique(trailer, return_index=True, return_counts=True)
    means = np.add.reduceat(x.astype(np.float32), first, axis=0)
    means /= counts.reshape(-1, *[1] * (x.ndim - 1))
    return Items(means, films[seen])


def film_means(items: Items, n_films: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean of each film's items, (n_films, *shape) float32, and which have any, (n_films,)."""
    counts = np.bincount(items.film, minlength=n_films)
    sums = np.zeros((n_films, *items.x.shape[1:]), np.float32)
    np.add.at(sums, items.film, items.x)
    return sums / np.maximum(counts, 1).reshape(-1, *[1] * (items.x.ndim - 1)), counts > 0


def join(a: Items, b: Items, n_films: int) -> Items:
    """Early fusion: one item a film that has both, its mean embeddings side by side."""
    (mean_a, has_a), (mean_b, has_b) = film_means(a, n_films), film_means(b, n_films)
    both = np.flatnonzero(has_a & has_b)
    return Items(np.concatenate([mean_a[both], mean_b[both]], axis=1), both)
