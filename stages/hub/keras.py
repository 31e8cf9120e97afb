"""Weights that Keras saved (`save_weights`, .h5): the layers' weights in the model's order.

Layout: the root's attribute `layer_names` lists the layers, each a group whose attribute
`weight_names` lists its data sets by their path below the group (Keras 2, `hdf5_format`).
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
import torch
from torch import Tensor

MOST_NAMES = 10_000
NUMBERS = "fiu"  # kinds of numpy types


def read_keras(path: Path, limit: int) -> dict[str, Tensor]:
    """Tensors by "<layer>/<weight>", in order, Keras layout; layers without weights are left out.

    limit: bytes that all tensors together may take. Raises ValueError for what is no such file,
    or for one that points outside itself.
    """
    with path.open("rb") as file:
        return _read(file, limit)


def read_gzipped(path: Path, limit: int) -> dict[str, Tensor]:
    """The same of a file that was compressed as a whole."""
    limit = max(limit, 1_000_000)
    try:
        with gzip.open(path) as file:
            data = file.read(limit + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"not a whole gzip file: {error}") from None
    if len(data) > limit:
        raise ValueError(f"it unpacks to more than {limit} bytes, which no weights do")
    return _read(io.BytesIO(data), limit)


def _read(source: BinaryIO, limit: int) -> dict[str, Tensor]:
    try:
        with h5py.File(source, "r") as file:
            return dict(_weights(file, limit))
    except ValueError:
        raise
    except Exception as error:  # what the library raises on a damaged file has no end
        raise ValueError(f"not a whole HDF5 file: {error}") from None


def _weights(file: h5py.File, limit: int) -> Iterator[tuple[str, Tensor]]:
    left = limit
    for layer in _names(file, "layer_names"):
        group = _member(file, layer)
        for weight in _names(group, "weight_names"):
            name = f"{layer}/{weight}"
            data = _member(group, weight)
            _check(data, name)
            left -= data.size * data.dtype.itemsize
            if left < 0:
                raise ValueError(f"{name} claims far more bytes than the file has")
            yield name, as_tensor(name, np.asarray(data[()]))


def _names(group: Any, attribute: str) -> list[str]:
    if not isinstance(group, h5py.Group) or attribute not in group.attrs:
        raise ValueError(f"not written by Keras' save_weights: no attribute {attribute}")
    stated = np.ravel(group.attrs[attribute])
    found = [name.decode() if isinstance(name, bytes) else str(name) for name in stated.tolist()]
    named = stated.dtype.kind in "SUO" or not found  # an empty list is written as floats
    if not named or len(found) > MOST_NAMES or len(set(found)) < len(found):
        raise ValueError(f"its attribute {attribute} is no list of names")
    return found


def _member(group: h5py.Group, path: str) -> Any:
    """What lies at a path below a group; never what a link leads to, in this file or another."""
    found: Any = group
    for part in path.split("/"):
        own = isinstance(found, h5py.Group) and part not in ("", ".", "..")
        if not own or not isinstance(found.get(part, getlink=True), h5py.HardLink):
            raise ValueError(f"{path} is missing, or a link: only the file's own data is read")
        found = found[part]
    return found


def _check(data: Any, name: str) -> None:
    """Refuse what is not plain numbers that lie in this very file."""
    if not isinstance(data, h5py.Dataset) or data.is_virtual or data.external:
        raise ValueError(f"{name} is no data of this file's own")
    if data.shape is None or data.dtype.kind not in NUMBERS:
        raise ValueError(f"{name} is of type {data.dtype}, not plain numbers")


def as_tensor(name: str, values: np.ndarray) -> Tensor:
    """An array of plain numbers as a tensor of its own; raises ValueError for any other."""
    if values.dtype.kind not in NUMBERS or values.dtype.itemsize > 8:
        raise ValueError(f"{name} is of type {values.dtype}, not plain numbers")
    return torch.from_numpy(np.array(values, values.dtype.newbyteorder("="), order="C"))
