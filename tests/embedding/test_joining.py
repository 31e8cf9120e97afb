"""One file of many entries, against numpy's own way to write it."""

import numpy as np
import pytest

from stages.embedding.joining import write_embeddings


def entry(path, items, shape, dtype=np.float16):
    random = np.random.default_rng(items)
    np.savez(
        path,
        group=np.arange(items, dtype=np.int16),
        time=random.random(items).astype(np.float32),
        embedding=random.random((items, *shape)).astype(dtype),
    )
    return path


@pytest.mark.parametrize("shape", [(7,), (3, 4, 5)])
def test_the_bytes_that_numpy_gives(tmp_path, shape):
    entries = {name: entry(tmp_path / f"{name}.npz", n, shape) for name, n in (("b", 1), ("a", 3))}
    write_embeddings(entries, tmp_path / "out/joined.npz")
    a, b = (np.load(entries[name]) for name in "ab")
    np.savez(
        tmp_path / "numpy.npz",
        trailer_id=np.array(["a", "b"]),
        trailer=np.array([0, 0, 0, 1], np.int32),
        group=np.concatenate([a["group"], b["group"]]),
        time=np.concatenate([a["time"], b["time"]]),
        embedding=np.concatenate([a["embedding"], b["embedding"]]),
    )
    assert (tmp_path / "out/joined.npz").read_bytes() == (tmp_path / "numpy.npz").read_bytes()


def test_entries_that_do_not_fit_together_are_refused(tmp_path):
    entries = {"a": entry(tmp_path / "a.npz", 2, (3,)), "b": entry(tmp_path / "b.npz", 2, (4,))}
    with pytest.raises(ValueError, match="differ"):
        write_embeddings(entries, tmp_path / "joined.npz")
