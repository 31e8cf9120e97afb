"""Join the embeddings of all trailers into one file, one trailer in memory at a time."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy

from stages.base.files import replacing


def write_embeddings(
    entries: dict[str, Path], path: Path, more: Mapping[str, np.ndarray] | None = None
) -> None:
    """Join the trailers' entries, sorted by id, into one file, the bytes that np.savez gives.

    Arrays: trailer_id (n_trailers,) str; trailer (n_items,) int32, index into trailer_id;
    group (n_items,) int16, as of `preparing.Prepared`; time (n_items,) float32, s;
    embedding (n_items, *shape). more: further arrays, which stand before the last.
    """
    trailer_ids = sorted(entries)
    paths = [entries[trailer_id] for trailer_id in trailer_ids]
    group, time = (list(_arrays(paths, name)) for name in ("group", "time"))
    counts = [len(part) for part in group]
    with replacing(path) as new, ZipFile(new, "w") as archive:
        for name, array in (
            ("trailer_id", np.array(trailer_ids)),
            ("trailer", np.repeat(np.arange(len(counts), dtype=np.int32), counts)),
            ("group", np.concatenate(group)),
            ("time", np.concatenate(time)),
            *(more or {}).items(),
        ):
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                npy.write_array(file, array)
        with archive.open("embedding.npy", "w", force_zip64=True) as file:
            first = next(_arrays(paths, "embedding"))
            header = npy.header_data_from_array_1_0(first)
            npy.write_array_header_1_0(file, header | {"shape": (sum(counts), *first.shape[1:])})
            for part in _arrays(paths, "embedding"):
                if (part.dtype, part.shape[1:]) != (first.dtype, first.shape[1:]):
                    raise ValueError(f"embeddings of one backbone differ: {part.dtype}{part.shape}")
                file.write(np.ascontiguousarray(part).data)


def _arrays(paths: Sequence[Path], name: str) -> Iterator[np.ndarray]:
    for path in paths:
        with np.load(path) as entry:
            yield entry[name]
