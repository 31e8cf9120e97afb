"""Why some files are refused, and the line that makes of each one that is read."""

from pathlib import Path, PurePosixPath

from stages.base.errors import BenchmarkError
from stages.base.params.features import REFUSED

PICKLE = b"\x80"  # of every pickle since protocol 2
TORCH = b"PK\x03\x04"  # a zip, as torch.save and np.savez write
NPY = b"\x93NUMPY"
OF_PICKLE = (
    "python -c \"import pickle, numpy as np; d = pickle.load(open('{name}', 'rb')); "
    "np.savez('{stem}.npz', ids=np.array(list(d), str), embedding=np.array(list(d.values())))\""
)
OF_TORCH = (
    "python -c \"import torch, numpy as np; d = torch.load('{name}', weights_only=True); "
    "np.savez('{stem}.npz', ids=np.array(list(d), str), "
    'embedding=np.stack([v.numpy() for v in d.values()]))"'
)
OF_ARRAY = (
    "python -c \"import numpy as np; np.savez('{stem}.npz', "
    "ids=np.array(open('ids.txt').read().split()), embedding=np.load('{name}'))\""
)


def refuse_unreadable(path: Path, name: str) -> None:
    """Raise BenchmarkError for a pickle, which would run what its author wrote, and for an array
    that says of no row whose it is.

    path: the file or folder; name: what its record calls it.
    """
    if path.is_dir():
        return
    suffix = PurePosixPath(name).suffix.lower()
    with path.open("rb") as file:
        first = file.read(6)
    if suffix == ".npy" or first == NPY:
        raise BenchmarkError(
            "an array without ids",
            where=name,
            expected="a file that says which film each row is of: another's order is a guess",
            do=f"put the ids, in the order of the rows, in ids.txt: {_line(OF_ARRAY, name)}",
        )
    if suffix in REFUSED or first[:1] == PICKLE:
        line = OF_TORCH if suffix in (".pt", ".pth") or first[:4] == TORCH else OF_PICKLE
        raise BenchmarkError(
            "a pickle, which runs whatever its author wrote when it is read",
            where=name,
            expected="CSV, TSV, JSON, NPZ, Parquet, HDF5, safetensors or zarr",
            do="if you trust its author, convert it where it can do no harm: " + _line(line, name),
        )


def _line(template: str, name: str) -> str:
    """The line for a file, whose name is text to show: one with odd characters is left out."""
    safe = PurePosixPath(name).name
    if not all(c.isalnum() or c in "._-" for c in safe):
        safe = "features" + PurePosixPath(name).suffix
    return template.format(name=safe, stem=PurePosixPath(safe).stem)
