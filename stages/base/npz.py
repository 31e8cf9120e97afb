"""Large .npz files: written a part at a time, and read in parts.

`np.savez` stores arrays uncompressed, one after the other, so a row has a known place in the file.
"""

import math
import struct
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy

LOCAL_HEADER = struct.Struct("<26xHH")  # of a zip's member: lengths of its name and extra field


@dataclass(frozen=True)
class NpzArray:
    """An array of an .npz file, of which only what is asked for is read."""

    path: Path
    offset: int
    """Byte of the file at which its numbers begin."""
    dtype: np.dtype
    shape: tuple[int, ...]

    @classmethod
    def locate(cls, path: Path, name: str) -> "NpzArray":
        """Find an array in its file. Raises ValueError if it is compressed or in columns."""
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(f"{name}.npy")
        if member.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{name} in {path} is compressed and cannot be read in parts")
        with path.open("rb") as file:
            file.seek(member.header_offset)
            file.seek(sum(LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))), 1)
            first = npy.read_magic(file) == (1, 0)
            read = npy.read_array_header_1_0 if first else npy.read_array_header_2_0
            shape, fortran_order, dtype = read(file)
            if fortran_order and len(shape) > 1:
                raise ValueError(f"{name} in {path} lies in columns and cannot be read in parts")
            return cls(path, file.tell(), dtype, shape)

    @property
    def row_bytes(self) -> int:
        """Size of one row."""
        return self.dtype.itemsize * int(np.prod(self.shape[1:], dtype=np.int64))

    def read(self, start: int, stop: int) -> np.ndarray:
        """Rows from start to stop."""
        shape = (stop - start, *self.shape[1:])
        begin, count = self.offset + start * self.row_bytes, int(np.prod(shape, dtype=np.int64))
        return np.fromfile(self.path, self.dtype, count, offset=begin).reshape(shape)

    def take(self, rows: np.ndarray) -> np.ndarray:
        """Some rows, by their numbers and in that order; read one by one."""
        found = np.empty((len(rows), *self.shape[1:]), self.dtype)
        with self.path.open("rb") as file:
            for target, row in zip(found.reshape(len(rows), -1), rows.tolist(), strict=True):
                file.seek(self.offset + row * self.row_bytes)
                target[:] = np.frombuffer(file.read(self.row_bytes), self.dtype)
        return found

    def memmap(self) -> np.ndarray:
        """All of it as read-only mapped memory; an empty array cannot be mapped and is made."""
        if 0 in self.shape:
            return np.empty(self.shape, self.dtype)
        return np.memmap(self.path, self.dtype, "r", self.offset, self.shape)


def check_npz(path: Path, arrays: Mapping[str, tuple[Any, tuple[int | str, ...]]]) -> None:
    """Raise ValueError unless a file holds these arrays and no others, each of it whole.

    arrays: name -> dtype and shape, in which a letter stands for one length, the same in all. Only
    headers are read, so that a file which claims more than it has costs nothing.
    """
    with zipfile.ZipFile(path) as archive:
        names = sorted(archive.namelist())
    if names != sorted(f"{name}.npy" for name in arrays):
        raise ValueError(f"it has {', '.join(names)[:100] or 'nothing'}")
    lengths: dict[str, int] = {}
    for name, (dtype, shape) in arrays.items():
        found = NpzArray.locate(path, name)
        wanted = tuple(
            lengths.setdefault(length, size) if isinstance(length, str) else length
            for length, size in zip(shape, found.shape, strict=False)
        )
        if found.dtype != np.dtype(dtype) or found.shape != wanted or len(shape) != len(wanted):
            raise ValueError(f"{name} is {found.dtype} {found.shape}")
        size = found.dtype.itemsize * math.prod(found.shape)
        if min(found.shape) < 0 or found.offset + size > path.stat().st_size:
            raise ValueError(f"{name} claims {size} bytes, which are not there")


def write_npz(
    file: BinaryIO | Path,
    name: str,
    shape: tuple[int, ...],
    dtype: np.dtype | type,
    parts: Iterable[np.ndarray],
    others: Mapping[str, np.ndarray],
) -> None:
    """As `np.savez` would, one large array as its parts come, then the others.

    `others` may be filled while the parts come. Raises ValueError if they do not add up to `shape`.
    """
    dtype = np.dtype(dtype)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
            header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
            npy.write_array_header_1_0(member, header)
            left = int(np.prod(shape, dtype=np.int64))
            for part in parts:
                member.write(np.ascontiguousarray(part, dtype).data.cast("B") if part.size else b"")
                left -= part.size
        if left:
            raise ValueError(f"{left} numbers of {name} are missing")
        for other, array in others.items():
            with archive.open(f"{other}.npy", "w", force_zip64=True) as member:
                npy.write_array(member, np.asanyarray(array), allow_pickle=False)
