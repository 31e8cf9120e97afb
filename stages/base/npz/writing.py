"""An .npz file written a part at a time."""

import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy


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
