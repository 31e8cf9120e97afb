import io
import json
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import Tensor, nn

from stages.base.errors import BenchmarkError
from stages.embedding.weights.published import read_published

STATE = {"b.weight": torch.arange(6.0).reshape(2, 3), "a.count": torch.tensor(7)}


def read(tmp_path: Path, data: bytes, name: str) -> dict[str, Tensor]:
    path = tmp_path / "as-kept-in-the-store"
    path.write_bytes(data)
    return read_published(path, name)


def refused(tmp_path: Path, data: bytes, name: str) -> str:
    with pytest.raises(BenchmarkError) as error:
        read(tmp_path, data, name)
    assert "as-kept-in-the-store" in str(error.value) and name in str(error.value)
    return str(error.value)


def pickled(value: Any, **options: Any) -> bytes:
    file = io.BytesIO()
    torch.save(value, file, **options)
    return file.getvalue()


def same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> bool:
    return list(found) == list(expected) and all(
        torch.equal(found[name], value) and found[name].dtype == value.dtype
        for name, value in expected.items()
    )


def test_safetensors(tmp_path):
    found = read(tmp_path, save(STATE), "model.safetensors")
    assert same(dict(sorted(found.items())), dict(sorted(STATE.items())))


@pytest.mark.parametrize("name", ["m.pt", "m.pth", "pytorch_model.bin"])
@pytest.mark.parametrize("zipped", [True, False])
def test_checkpoints_of_torch_new_and_old(tmp_path, name, zipped):
    data = pickled(OrderedDict(STATE), _use_new_zipfile_serialization=zipped)
    assert same(read(tmp_path, data, name), STATE)


@pytest.mark.parametrize("key", ["state_dict", "model"])
def test_a_state_dict_under_one_name(tmp_path, key):
    checkpoint = {"epoch": 3, "optimizer": {"state": {0: {"step": 1}}}, key: STATE}
    assert same(read(tmp_path, pickled(checkpoint), "m.pt"), STATE)


def test_parameters_come_as_plain_tensors(tmp_path):
    found = read(tmp_path, pickled({"w": nn.Parameter(torch.ones(2))}), "m.pt")
    assert type(found["w"]) is Tensor and not found["w"].requires_grad


@pytest.mark.parametrize(
    "checkpoint",
    [
        [torch.ones(2)],
        {"weights": STATE},
        {"state_dict": {**STATE, "version": 3}},
        {"state_dict": {"deeper": STATE}},
        {"a": torch.ones(2), "b": None},
        {0: torch.ones(2)},
        {},
        {"state_dict": {}},
        {"w": torch.eye(3).to_sparse()},
        {"w": torch.empty(3, device="meta")},
        {"w": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)},
    ],
)
def test_only_a_dict_of_nothing_but_plain_tensors_is_taken(tmp_path, checkpoint):
    assert "dict of" in refused(tmp_path, pickled(checkpoint), "m.pt")


class Harm:
    """Unpickling this makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["m.pt", "m.pth", "m.bin"])
@pytest.mark.parametrize("form", ["zip", "old", "bare"])
def test_a_pickle_that_would_do_something_does_nothing_and_says_why(tmp_path, name, form):
    mark = tmp_path / "harm"
    value = {"x": Harm(mark), **STATE}
    data = (
        pickle.dumps(value, protocol=2)
        if form == "bare"
        else pickled(value, _use_new_zipfile_serialization=form == "zip")
    )
    message = refused(tmp_path, data, name)
    assert not mark.exists()
    assert "no pickle is executed here" in message and "mkdir" in message


def test_a_whole_pickled_model_is_refused(tmp_path):
    assert "torch.nn.modules.linear.Linear" in refused(tmp_path, pickled(nn.Linear(2, 2)), "m.pt")


def test_objects_that_only_pickle_can_bring_are_refused(tmp_path):
    assert "no pickle is executed" in refused(tmp_path, pickled({"w": np.ones(2)}), "m.pt")


@pytest.mark.parametrize("name", ["m.safetensors", "m.pt", "m.h5", "m.h5.gz", "m.npz"])
@pytest.mark.parametrize("data", [b"", b"\0", b"not weights at all" * 100, b"<html></html>"])
def test_what_is_no_weights_at_all(tmp_path, name, data):
    assert "cannot be read as weights" in refused(tmp_path, data, name)


def test_a_file_of_unknown_kind_is_not_opened(tmp_path):
    with pytest.raises(BenchmarkError, match=r"model\.msgpack: weights of this kind"):
        read_published(tmp_path / "not-even-there", "model.msgpack")


@pytest.mark.parametrize("name", ["m.safetensors", "m.pt", "m.npz"])
def test_a_file_cut_short_anywhere(tmp_path, name):
    whole = {"m.safetensors": save(STATE), "m.pt": pickled(STATE), "m.npz": arrays(w=np.ones(9))}
    data = whole[name]
    for length in sorted({1, 7, 8, 9, len(data) // 2, len(data) - 1}):
        refused(tmp_path, data[:length], name)


def header(entries: Any, data: bytes = b"") -> bytes:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + data


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2**62) + b"{}",
        header(b"{"),
        header(b"\xff\xfe"),
        header([]),
        header({"w": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}),
        header({"w": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 4]}}, b"1234"),
        header({"w": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}, b"1234"),
        header({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}, b"1234"),
        header({"w": {"dtype": "EVIL", "shape": [1], "data_offsets": [0, 4]}}, b"1234"),
        header({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"12345678"),
        header({"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"),
    ],
)
def test_a_hostile_header_of_safetensors(tmp_path, data):
    assert "not a whole safetensors file" in refused(tmp_path, data, "m.safetensors")


def test_safetensors_of_nothing(tmp_path):
    assert "holds no tensors" in refused(tmp_path, save({}), "m.safetensors")


def test_a_tensor_that_claims_more_than_the_file_has(tmp_path):
    vast = torch.ones(1).expand(2**40)  # four bytes, seen as four terabytes
    assert "claims 4398046511104 bytes" in refused(tmp_path, pickled({"w": vast}), "m.pt")


def test_one_tensor_under_two_names_is_fine(tmp_path):
    shared = torch.arange(1000.0)
    assert len(read(tmp_path, pickled({"in": shared, "out": shared}), "m.pt")) == 2


def bomb(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(20_000_000))
    return file.getvalue()


def test_an_archive_that_unpacks_to_far_more_than_it_is(tmp_path):
    assert "claims 20000000 bytes" in refused(tmp_path, bomb("archive/data.pkl"), "m.pt")
    assert "claims 20000000 bytes" in refused(tmp_path, bomb("w.npy"), "m.npz")


def arrays(**values: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **values)
    return file.getvalue()


def test_arrays_of_numpy(tmp_path):
    values = {"pca_means": np.arange(3.0), "big_endian": np.arange(3, dtype=">i4")}
    found = read(tmp_path, arrays(**values), "pca.npz")
    assert list(found) == list(values) and found["pca_means"].dtype == torch.float64
    assert found["big_endian"].tolist() == [0, 1, 2]


def test_objects_in_an_archive_of_numpy_are_refused(tmp_path):
    mark = tmp_path / "harm"
    data = arrays(x=np.array([Harm(mark)], dtype=object))
    assert "not a whole file of numpy arrays" in refused(tmp_path, data, "m.npz")
    assert "not plain numbers" in refused(tmp_path, arrays(x=np.array(["text"])), "m.npz")
    assert not mark.exists()


def test_an_array_of_numpy_that_claims_more_than_it_has(tmp_path):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        text = b"{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000,)}\n"
        archive.writestr("w.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text)
    refused(tmp_path, file.getvalue(), "m.npz")
