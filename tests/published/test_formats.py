"""Each format there and back, and what each says of three bad twins."""

import json

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import save_file

from stages.base.errors import BenchmarkError
from stages.published.reading import read_table
from tests.published import made_tables as made
from tests.published.made_tables import IDS, VALUES, record

LIST = {"id_column": "itemId", "columns": "embedding"}
GOOD = [
    ("t.csv", made.csv_columns, {}),
    ("t.tsv", lambda path: made.csv_columns(path, "\t"), {"columns": ["a", "b", "c"]}),
    ("list.csv", made.csv_list, LIST),
    ("t.json", made.json_file, {}),
    ("folder", made.json_folder, {}),
    ("t.npz", made.npz, {}),
    ("t.parquet", made.parquet, {"columns": "[abc]"}),
    ("list.parquet", made.parquet_list, {"columns": "embedding"}),
    ("t.h5", made.hdf5, {}),
    ("t.safetensors", made.safetensors, {}),
]


@pytest.mark.parametrize(("file", "write", "about"), GOOD, ids=[name for name, _, _ in GOOD])
def test_there_and_back(tmp_path, file, write, about):
    write(tmp_path / file)
    found = read_table(tmp_path / file, record(file, dimensions=3, **about))
    read = dict(zip(found.ids, found.values, strict=True))
    assert sorted(read) == sorted(IDS)
    assert all(np.array_equal(read[film], row) for film, row in zip(IDS, VALUES, strict=True))
    assert found.values.dtype == np.float32 and found.n_rows == 3


def csv_text(text):
    return lambda path: path.write_text(text)


def json_of(content):
    return lambda path: path.write_text(json.dumps(content))


def npz_of(**arrays):
    return lambda path: np.savez(path, **arrays)


def parquet_of(**columns):
    return lambda path: pq.write_table(pa.table(columns), path)


def hdf5_of(**datasets):
    def write(path):
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name] = values

    return write


def tensors_of(**tensors):
    return lambda path: save_file({n: np.array(v, np.float32) for n, v in tensors.items()}, path)


def files_of(**files):
    def write(path):
        path.mkdir()
        for name, text in files.items():
            (path / f"{name}.json").write_text(text)

    return write


TWO, TEXTS = np.ones((2, 3)), np.array([["a", "b"]] * 2)
BAD = [
    ("t.csv", {}, csv_text("film,a,b\n1,2,3\n2,4,oops\n"), ("line 3, column b", "'oops'")),
    ("t.csv", {}, csv_text("film,a,b\n1,2,3\n2,4\n"), ("line 3", "2 columns", "3, as the header")),
    ("t.csv", {}, csv_text("film,a,b\n1,2,3\n,4,5\n"), ("line 3", "an id")),
    ("t.csv", {"id_column": "id"}, csv_text("film,a\n1,2\n"), ("line 1, column id", "film, a")),
    ("t.tsv", {}, csv_text("film\ta\tb\n1\t2\t3_0\n"), ("line 2, column b", "'3_0'")),
    ("t.tsv", {"columns": "x*"}, csv_text("film\ta\n1\t2\n"), ("line 1", "columns of features")),
    ("t.tsv", {"dimensions": 4}, csv_text("film\ta\n1\t2\n"), ("line 2", "1 numbers", "4")),
    ("l.csv", LIST, csv_text('itemId,embedding\n1,"1,2"\n2,"1,z"\n'), ("line 3", "place 1", "'z'")),
    ("l.csv", LIST, csv_text('itemId,embedding\n1,"1,2"\n2,"1"\n'), ("line 3", "1 numbers", "2")),
    ("l.csv", LIST, csv_text('itemId,embedding\n1,""\n'), ("line 2", "embedding", "a list")),
    ("t.json", {}, json_of({"a": [1, 2], "b": [1, "2"]}), ("film 'b'", "column 1", "'2'")),
    ("t.json", {}, json_of({"a": [1, 2], "b": [1]}), ("film 'b'", "1 numbers", "2")),
    ("t.json", {}, json_of([[1, 2], [3, 4]]), ("no list says which film", "a list of 2")),
    ("d", {}, files_of(a="[1, 2]", b="[1, true]"), ("b.json", "column 1", "True")),
    ("d", {}, files_of(a="[1, 2]", b="[1]"), ("b.json", "1 numbers", "2")),
    ("d", {}, files_of(a="[1, 2"), ("a.json", "not a whole JSON file")),
    ("t.npz", {}, npz_of(embedding=TWO), ("an array without ids", "found: embedding")),
    ("t.npz", {}, npz_of(ids=["1"], embedding=TWO), ("ids (1,)", "(2, 3)", "one a row")),
    ("t.npz", {}, npz_of(ids=["1", "2"], embedding=TEXTS), ("features", "<U1 (2, 2)")),
    ("t.npz", {}, npz_of(ids=["1", ""], embedding=TWO), ("row 1", "an id")),
    ("t.parquet", {}, parquet_of(a=[1.0]), ("header", "found: a", "ids")),
    ("t.parquet", {}, parquet_of(id=["1"], a=["x"]), ("header, column a", "string", "numbers")),
    ("p.parquet", {}, parquet_of(id=["1", "2"], v=[[1.0, 2.0], [1.0]]), ("row 1, column v", "2")),
    ("t.h5", {}, hdf5_of(a=[1.0, 2.0], b=[1.0]), ("dataset b", "1 numbers", "2")),
    ("t.h5", {}, hdf5_of(a=b"text"), ("dataset a", "numbers")),
    ("t.h5", {"columns": "films"}, hdf5_of(a=[1.0]), ("films", "nothing", "a group")),
    ("t.safetensors", {}, tensors_of(a=[1, 2], b=[1]), ("tensor b", "1 numbers", "2")),
    ("t.safetensors", {}, tensors_of(a=[[[1.0]]]), ("tensor a", "(1, 1, 1)")),
    ("t.safetensors", {}, csv_text("nothing"), ("not a whole safetensors file",)),
    ("t.npz", {}, csv_text("nothing"), ("not a whole NPZ file",)),
    ("t.parquet", {}, csv_text("nothing"), ("not a whole Parquet file",)),
    ("t.h5", {}, csv_text("nothing"), ("not a whole HDF5 file",)),
]


@pytest.mark.parametrize(("file", "about", "write", "said"), BAD)
def test_a_bad_twin_is_told_where_and_what(tmp_path, file, about, write, said):
    write(tmp_path / file)
    with pytest.raises(BenchmarkError) as error:
        read_table(tmp_path / file, record(file, **about))
    text = str(error.value)
    assert file.partition(".")[0] in text.splitlines()[0]
    for part in said:
        assert part in text, text
