"""Frames that several films share, which an approach may be kept from looking at."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from stages.base.packs import read_table


@dataclass(frozen=True)
class Hidden:
    """(trailer_id, number of the frame) of every frame to leave out."""

    frames: frozenset[tuple[str, int]]

    def without(self, keep: np.ndarray, names: np.ndarray, group: np.ndarray) -> np.ndarray:
        """`keep`, (n_items,) bool, less what is hidden; names: trailer ids, group: frame numbers.

        A trailer of which nothing would be left keeps what it has: no film is lost.
        """
        pairs = zip(names.tolist(), group.tolist(), strict=True)
        seen = keep & ~np.array([pair in self.frames for pair in pairs], bool)
        return np.where(np.isin(names, np.unique(names[seen])), seen, keep)


def read_hidden(path: Path, films: int) -> Hidden:
    """Frames that at least `films` films share, of the audit's `data/leaks.parquet`."""
    table = read_table(path, columns=["trailer_id", "frame", "films"])
    shared = pc.and_(pc.greater_equal(table["frame"], 0), pc.greater_equal(table["films"], films))
    table = table.filter(shared)
    names, frames = table["trailer_id"].to_pylist(), table["frame"].to_pylist()
    return Hidden(frozenset(zip(names, frames, strict=True)))
