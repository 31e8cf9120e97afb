"""Parts of arrays of an .npz file, read from where they lie, however large the arrays are."""

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

LOCAL_HEADER = struct.Struct("<26xHH")  # of a zip's member: lengths of its name and extra field


@dataclass(frozen=True)
class Stored:
    """An array that lies in a file: where, of what, and how much of it."""

    path: Path
    offset: int
    dtype: np.dtype
    shape: tuple[int, ...]

    @property
    def row_bytes(self) -> int:
        """Size of one row."""
        return self.dtype.itemsize * int(np.prod(self.shape[1:], dtype=np.int64))

    def span(self, start: int, stop: int) -> np.ndarray:
        """Rows from start to stop, read."""
        shape = (stop - start, *self.shape[1:])
        begin, count = self.offset + start * self.row_bytes, int(np.prod(shape, dtype=np.int64))
        return np.fromfile(self.path, self.dtype, count, offset=begin).reshape(shape)

    def rows(self, numbers: np.ndarray) -> np.ndarray:
        """Some rows, read one by one, in the order given."""
        found = np.empty((len(numbers), *self.shape[1:]), self.dtype)
        with self.path.open("rb") as file:
            for row, number in zip(found.reshape(len(numbers), -1), numbers.tolist(), strict=True):
                file.seek(self.offset + number * self.row_bytes)
                row[:] = np.frombuffer(file.read(self.row_bytes), self.dtype)
        return found

    def mapped(self) -> np.ndarray:
        """All of it as memory that the system fills from the file, and takes back, as it sees fit.

        Read-only. An array without numbers cannot be mapped and is read.
        """
        if 0 in self.shape:
            return np.empty(self.shape, self.dtype)
        return np.memmap(self.path, self.dtype, "r", self.offset, self.shape)


def stored(path: Path, name: str) -> Stored:
    """Where an array of an .npz lies. Raises ValueError if it is compressed or in columns."""
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(f"{name}.npy")
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} in {path} is compressed and cannot be read in parts")
    with path.open("rb") as file:
        file.seek(member.header_offset)
        file.seek(sum(LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))), 1)
        first = npy.read_magic(file) == (1, 0)
        read = npy.read_array_header_1_0 if first else npy.read_array_header_2_0
        shape, in_columns, dtype = read(file)
        if in_columns and len(shape) > 1:
            raise ValueError(f"{name} in {path} lies in columns and cannot be read in parts")
        return Stored(path, file.tell(), dtype, shape)
