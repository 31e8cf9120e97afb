"""Weights that Keras saved (`save_weights`, .h5): the layers' weights in the model's order.

Layout: the root's attribute `layer_names` lists the layers, each a group whose attribute
`weight_names` lists its data sets by their path below the group (Keras 2, `hdf5_format`).
The library that reads HDF5 crashes or loops for ever on some damaged files (seen), so it works
in a process of its own, within bounds.
"""

import gzip
import io
import multiprocessing
import resource
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np

SECONDS = 30  # of CPU time: the largest known file takes one
MEMORY = 1_000_000_000  # bytes, beside those of the weights
MAX_NAMES = 10_000
NUMBERS = "fiu"  # kinds of numpy types


def read_keras(path: Path, limit: int) -> dict[str, np.ndarray]:
    """Arrays by "<layer>/<weight>", in order, Keras layout; layers without weights are left out.

    path: the file, may be compressed by gzip. limit: bytes that all arrays together may take.
    Raises ValueError for any other file, and for one that points outside itself.
    """
    bounds = (SECONDS, MEMORY + 4 * limit)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=_limit_resources, initargs=bounds) as pool:
        try:
            return pool.submit(read_arrays, path, limit).result()
        except BrokenProcessPool:
            raise ValueError(f"reading it crashed, or took over {SECONDS} seconds") from None


def read_arrays(path: Path, limit: int) -> dict[str, np.ndarray]:
    """The same in this process, without bounds."""
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        source = io.BytesIO(_decompress(file, max(limit, 1_000_000))) if compressed else file
        try:
            with h5py.File(source, "r") as weights:
                return dict(_weights(weights, limit))
        except ValueError:
            raise
        except Exception as error:  # the library raises anything on a damaged file
            raise ValueError(f"not a whole HDF5 file: {error}") from None


def _limit_resources(seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pages = Path("/proc/self/statm")  # the libraries reserve more with more cores
    if pages.is_file():
        memory += int(pages.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _decompress(file: BinaryIO, limit: int) -> bytes:
    try:
        with gzip.open(file) as packed:
            data = packed.read(limit + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"not a whole gzip file: {error}") from None
    if len(data) > limit:
        raise ValueError(f"it decompresses to more than {limit} bytes, which no weights do")
    return data


def _weights(file: h5py.File, limit: int) -> Iterator[tuple[str, np.ndarray]]:
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
            yield name, np.asarray(data[()])


def _names(group: Any, attribute: str) -> list[str]:
    if not isinstance(group, h5py.Group) or attribute not in group.attrs:
        raise ValueError(f"not written by Keras' save_weights: no attribute {attribute}")
    stated = np.ravel(group.attrs[attribute])
    found = [name.decode() if isinstance(name, bytes) else str(name) for name in stated.tolist()]
    named = stated.dtype.kind in "SUO" or not found  # an empty list is written as floats
    if not named or len(found) > MAX_NAMES or len(set(found)) < len(found):
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
