"""Arrays: NPZ with ids, Parquet, and HDF5, safetensors or zarr with an array a film."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.params import TableParams
from stages.published.refusing import OF_PICKLE
from stages.published.table import Rows, Table

IDS = ("ids", "id", "film_id", "movie_id", "movieId", "itemId")
FEATURES = ("embedding", "embeddings", "features")
GROWTH = 1000  # times its own bytes that an archive may claim to hold
BATCH = 1024  # rows of Parquet in memory at a time


def read_npz(path: Path, record: TableParams) -> Table:
    """Ids (n,), features (n, dimensions) or (n, rows, dimensions), and time (n,) if any."""
    rows = Rows(path, record)
    with _whole(path, "NPZ file"):
        with zipfile.ZipFile(path) as archive:
            claimed = sum(entry.file_size for entry in archive.infolist())
        if claimed > GROWTH * path.stat().st_size:
            raise ValueError(f"it claims to hold {claimed} bytes")
        with np.load(path, allow_pickle=False) as file:
            ids = _array(rows, file, record.id_column, IDS)
            wanted = record.columns if isinstance(record.columns, str) else None
            values = _array(rows, file, wanted, FEATURES)
            time = _array(rows, file, record.time_column, ()) if record.time_column else None
    for name, array in (("ids", ids), ("time", time)):
        if array is not None and (array.ndim != 1 or len(array) != len(values)):
            found, expected = f"{name} {array.shape} beside features {values.shape}", "one a row"
            raise rows.error("arrays of other lengths", name, "", found, expected)
    if ids.dtype.kind not in "UiuS":
        raise rows.error("no film ids", "ids", "", f"an array of {ids.dtype}", "texts or numbers")
    names = np.char.decode(ids, "utf-8") if ids.dtype.kind == "S" else ids
    if values.ndim < 2 or values.dtype.kind not in "fiu":
        found = f"an array of {values.dtype} {values.shape}"
        raise rows.error("no rows of numbers", "features", "", found, "(n, dimensions), numbers")
    for row, film in enumerate(names.tolist()):
        rows.add(f"row {row}", film, values[row], "", None if time is None else time[row])
    return rows.table()


def _array(rows: Rows, file: Any, wanted: str | None, usual: tuple[str, ...]) -> np.ndarray:
    names = [wanted] if wanted else [name for name in usual if name in file.files]
    if not names or names[0] not in file.files:
        expected = wanted or f"an array named {' or '.join(usual[:3])}"
        what = "an array without ids" if usual == IDS else "no such array"
        raise rows.error(what, wanted or usual[0], "", ", ".join(file.files)[:200], expected)
    try:
        return np.asarray(file[names[0]])
    except ValueError as error:
        if "allow_pickle" not in str(error):
            raise
        raise BenchmarkError(
            "a pickle, which runs whatever its author wrote when it is read",
            where=f"{rows.path}: {names[0]}",
            found="an array of Python objects",
            expected="an array of numbers, and one of texts or numbers for the ids",
            do="if you trust its author, read it with allow_pickle=True where it can do no harm, "
            "and save it with np.array(ids, str) and np.stack(features); of a pickled dict: "
            + OF_PICKLE.format(name="features.pkl", stem="features"),
        ) from None


def read_parquet(path: Path, record: TableParams) -> Table:
    """A column a feature, or one of lists; a batch of rows read at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = Rows(path, record)
    with _whole(path, "Parquet file", (pa.ArrowException,)), pq.ParquetFile(path) as file:
        schema = file.schema_arrow
        id_column = record.id_column or next((n for n in IDS if n in schema.names), "")
        times = [record.time_column] if record.time_column else []
        for name in (id_column, *times):
            if schema.names.count(name) != 1:
                found, expected = ", ".join(schema.names)[:200], f"a column {name or IDS[0]!r}"
                raise rows.error("no such column", "header", name, found, expected)
        columns, is_list = _columns(rows, schema, {id_column, *times})
        start = 0
        for batch in file.iter_batches(BATCH, columns=[id_column, *times, *columns]):
            _add_batch(rows, batch, start, id_column, columns, is_list)
            start += batch.num_rows
    return rows.table()


def _columns(rows: Rows, schema: Any, others: set[str]) -> tuple[list[str], bool]:
    import pyarrow as pa

    wanted = rows.record.columns
    if isinstance(wanted, tuple):
        found = list(wanted)
    else:
        left = [name for name in schema.names if name not in others]
        found = [name for name in left if fnmatchcase(name, wanted or "*")]
    if not found or (missing := [name for name in found if name not in schema.names]):
        shown, asked = ", ".join(schema.names)[:200], wanted if found else wanted or "*"
        column = missing[0] if found else ""
        raise rows.error("no column of features", "header", column, shown, f"columns {asked}")
    types = {name: schema.field(name).type for name in found}
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    if len(found) == 1 and any(is_list(types[found[0]]) for is_list in lists):
        return found, True
    for name, kind in types.items():
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
            raise rows.error("not a column of numbers", "header", name, str(kind), "numbers")
    return found, False


def _add_batch(
    rows: Rows, batch: Any, start: int, id_column: str, columns: list[str], is_list: bool
) -> None:
    films = batch.column(id_column).to_pylist()
    name = rows.record.time_column
    times = batch.column(name).to_pylist() if name else [None] * len(films)
    if is_list:
        values: Any = batch.column(columns[0]).to_pylist()
    else:
        each = [batch.column(c).to_numpy(zero_copy_only=False) for c in columns]
        values = np.stack(each, axis=1).astype(np.float64)
    for row, film in enumerate(films):
        column = columns[0] if is_list else ""
        rows.add(f"row {start + row}", film, values[row], column, times[row])


def read_hdf5(path: Path, record: TableParams) -> Table:
    """A dataset a film, (dimensions,) or (rows, dimensions), at the top or in one group."""
    import h5py

    rows = Rows(path, record)
    with _whole(path, "HDF5 file"), h5py.File(path, "r") as file:
        group = file
        if isinstance(wanted := record.columns, str):
            group = _own(rows, file, wanted)
            if not isinstance(group, h5py.Group):
                raise rows.error("not a group", wanted, "", str(group), "a group of datasets")
        for name in sorted(group):
            found = _own(rows, group, name)
            if not isinstance(found, h5py.Dataset) or found.external or found.is_virtual:
                raise rows.error("not a film's dataset", name, "", str(found), "a dataset an id")
            rows.add(f"dataset {name}", name, _asked(found))
    return rows.table()


def _own(rows: Rows, group: Any, name: str) -> Any:
    """What a group holds itself: a soft or an external link leads elsewhere."""
    import h5py

    if not isinstance(link := group.get(name, getlink=True), h5py.HardLink):
        found = "nothing" if link is None else f"a {type(link).__name__}"
        raise rows.error("not in this file", name, "", found, "a group or a dataset")
    return group[name]


def read_safetensors(path: Path, record: TableParams) -> Table:
    """A tensor a film, (dimensions,) or (rows, dimensions)."""
    from safetensors import SafetensorError, safe_open

    rows = Rows(path, record)
    with (
        _whole(path, "safetensors file", (SafetensorError, TypeError)),
        safe_open(path, "np") as file,
    ):
        for name in sorted(file.keys()):
            rows.add(f"tensor {name}", name, file.get_tensor(name))
    return rows.table()


def read_zarr(path: Path, record: TableParams) -> Table:
    """An array a film, (dimensions,) or (rows, dimensions). Needs zarr, an extra."""
    try:
        import zarr
    except ImportError:
        raise BenchmarkError(
            "zarr is not installed",
            where=str(path),
            do="python requirements/install.py core zarr, or convert the table to another format",
        ) from None
    rows = Rows(path, record)
    with _whole(path, "zarr group", (KeyError, TypeError)):
        group = zarr.open_group(str(path), mode="r")
        for name in sorted(group.array_keys()):
            rows.add(f"array {name}", name, _asked(group[name]))
    return rows.table()


def _asked(array: Any) -> np.ndarray:
    """The array of a dataset: of text or objects only its kind, so that nothing is decoded."""
    return np.asarray(array[()]) if array.dtype.kind in "fiu" else np.empty(array.shape, "S1")


@contextmanager
def _whole(path: Path, kind: str, errors: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """What a library says of a damaged file, as a BenchmarkError."""
    damaged: tuple[type[Exception], ...] = (ValueError, OSError, EOFError, zipfile.BadZipFile)
    damaged += errors
    try:
        yield
    except damaged as error:
        found = " ".join(str(error).split())[:300]
        raise BenchmarkError(f"not a whole {kind}", where=str(path), found=found) from None


Reader = Callable[[Path, TableParams], Table]
READERS: dict[str, Reader] = {
    "npz": read_npz,
    "parquet": read_parquet,
    "hdf5": read_hdf5,
    "safetensors": read_safetensors,
    "zarr": read_zarr,
}
