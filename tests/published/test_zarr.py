"""Zarr, an extra that the tests have; and what is said where it is not installed."""

import builtins

import numpy as np
import pytest
import zarr

from stages.base.errors import BenchmarkError
from stages.published.reading import read_table
from tests.published.made_tables import IDS, VALUES, record


def write(path, arrays):
    group = zarr.open_group(str(path), mode="w")
    for name, values in arrays.items():
        group.create_array(name, data=np.asarray(values))


def test_there_and_back(tmp_path):
    write(tmp_path / "t.zarr", dict(zip(IDS, VALUES, strict=True)))
    found = read_table(tmp_path / "t.zarr", record("t.zarr"))
    read = dict(zip(found.ids, found.values, strict=True))
    assert all(np.array_equal(read[film], row) for film, row in zip(IDS, VALUES, strict=True))


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"a": [1.0, 2.0], "b": [1.0]}, ("array b", "1 numbers", "2")),
        ({"a": [[[1.0]]]}, ("array a", "(1, 1, 1)")),
        ({"a": [True, False]}, ("array a", "numbers")),
    ],
)
def test_a_bad_twin_is_told_where_and_what(tmp_path, arrays, said):
    write(tmp_path / "t.zarr", arrays)
    with pytest.raises(BenchmarkError) as error:
        read_table(tmp_path / "t.zarr", record("t.zarr"))
    assert all(part in str(error.value) for part in ("t.zarr", *said))


def test_without_the_extra_it_is_said_how_to_install_it(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *rest):
        if name == "zarr":
            raise ImportError(name)
        return real(name, *rest)

    (tmp_path / "t.zarr").mkdir()
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(BenchmarkError, match=r"zarr is not installed(.|\n)*install"):
        read_table(tmp_path / "t.zarr", record("t.zarr"))
