"""Parts of arrays, read from the files that np.savez writes and written as it would."""

from pathlib import Path

import numpy as np
import pytest

from stages.base.npz import NpzArray, write_npz

EMBEDDING = np.arange(60, dtype=np.float32).reshape(10, 2, 3)


def test_rows_are_read_from_where_they_lie(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", name=np.array(["ä", "b"]), embedding=EMBEDDING)
    found = NpzArray.locate(tmp_path / "x.npz", "embedding")
    assert found.shape == (10, 2, 3) and found.dtype == np.float32
    np.testing.assert_array_equal(found.read(3, 5), EMBEDDING[3:5])
    rows = np.array([7, 0, 7])
    np.testing.assert_array_equal(found.take(rows), EMBEDDING[rows])
    mapped = found.memmap()
    np.testing.assert_array_equal(mapped, EMBEDDING)
    with pytest.raises(ValueError, match="read-only"):
        mapped[0] = 1
    assert NpzArray.locate(tmp_path / "x.npz", "name").read(0, 1).tolist() == ["ä"]


def test_an_array_without_rows(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", embedding=EMBEDDING[:0])
    assert NpzArray.locate(tmp_path / "x.npz", "embedding").memmap().shape == (0, 2, 3)


def test_what_cannot_be_read_in_parts_is_refused(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "small.npz", embedding=EMBEDDING)
    np.savez(tmp_path / "columns.npz", embedding=np.asfortranarray(EMBEDDING))
    for name in ("small", "columns"):
        with pytest.raises(ValueError, match="cannot be read in parts"):
            NpzArray.locate(tmp_path / f"{name}.npz", "embedding")


def test_parts_make_the_bytes_that_the_whole_makes(tmp_path: Path) -> None:
    others = {"trailer_id": np.array(["a", "b"]), "time": np.arange(3.0)}
    np.savez(tmp_path / "whole.npz", allow_pickle=False, embedding=EMBEDDING, **others)
    parts = (EMBEDDING[start : start + 4] for start in range(0, 10, 4))
    write_npz(tmp_path / "parts.npz", "embedding", (10, 2, 3), np.float32, parts, others)
    assert (tmp_path / "parts.npz").read_bytes() == (tmp_path / "whole.npz").read_bytes()
    with pytest.raises(ValueError, match="6 numbers of embedding are missing"):
        write_npz(tmp_path / "short.npz", "embedding", (10, 2, 3), np.float32, [EMBEDDING[:9]], {})
