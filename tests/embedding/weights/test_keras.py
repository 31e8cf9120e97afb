"""Files as Keras' save_weights writes them (hdf5_format, Keras 2), and hostile ones."""

import ctypes
import gzip
import io
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

from stages.base.errors import BenchmarkError
from stages.embedding.weights import keras
from stages.embedding.weights.published import read_published

KERNEL = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
LAYERS: dict[str, dict[str, np.ndarray]] = {
    "input_1": {},
    "conv_b": {"conv_b/kernel:0": KERNEL, "conv_b/bias:0": np.ones(5, np.float32)},
    "activation": {},
    "norm_a": {f"norm_a/{name}:0": np.full(5, i, np.float32) for i, name in enumerate("gbmv")},
}


def written(
    layers: dict[str, dict[str, Any]], change: Callable[[h5py.File], Any] = lambda file: None
) -> bytes:
    """The file, after `change` had its way with it."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in layers]
        for layer, weights in layers.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in weights]
            for name, values in weights.items():
                group.create_dataset(name, data=values)
        change(file)
    return memory.getvalue()


def read(tmp_path: Path, data: bytes) -> dict[str, np.ndarray]:
    path = tmp_path / "kept"
    path.write_bytes(data)
    return keras.read_arrays(path, 4 * len(data))


def refused(tmp_path: Path, change: Callable[[h5py.File], None]) -> str:
    with pytest.raises(ValueError) as error:
        read(tmp_path, written(LAYERS, change))
    return str(error.value)


def replace(change: Callable[[h5py.Group], Any]) -> Callable[[h5py.File], None]:
    """Do something in place of the weight conv_b/bias:0."""

    def changed(file: h5py.File) -> None:
        del file["conv_b"]["conv_b/bias:0"]
        change(file["conv_b"])

    return changed


@pytest.mark.parametrize("name", ["m.h5", "m.h5.gz"])
def test_weights_come_in_the_order_of_the_model_not_of_the_alphabet(tmp_path, name):
    data, path = written(LAYERS), tmp_path / "kept"
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    found = read_published(path, name)
    assert list(found) == [
        "conv_b/conv_b/kernel:0",
        "conv_b/conv_b/bias:0",
        *(f"norm_a/norm_a/{name}:0" for name in "gbmv"),
    ]
    assert torch.equal(found["conv_b/conv_b/kernel:0"], torch.from_numpy(KERNEL))
    assert [found[f"norm_a/norm_a/{name}:0"][0].item() for name in "gbmv"] == [0, 1, 2, 3]


def test_layers_in_groups_and_names_as_text(tmp_path):
    layers = {"layer1/conv": {"layer1/conv/kernel:0": KERNEL}}

    def as_text(file: h5py.File) -> None:
        file.attrs["layer_names"] = ["layer1/conv"]

    found = read(tmp_path, written(layers, as_text))
    assert list(found) == ["layer1/conv/layer1/conv/kernel:0"]


@pytest.mark.parametrize("dtype", ["<f8", ">f4", "<f2", "<i8", "u1"])
def test_numbers_of_any_plain_type(tmp_path, dtype):
    values = np.arange(3).astype(dtype)
    found = read(tmp_path, written({"a": {"a/w:0": values, "a/count:0": np.array(2, dtype)}}))
    assert found["a/a/w:0"].tolist() == [0, 1, 2] and found["a/a/count:0"].shape == ()


def test_packed_data_is_read_as_long_as_it_is_plausible(tmp_path):
    noise = np.random.default_rng(0).standard_normal((100, 100)).astype(np.float32)

    def packed(group: h5py.Group) -> None:
        group.create_dataset("conv_b/bias:0", data=noise, compression="gzip", chunks=(10, 10))

    found = read(tmp_path, written(LAYERS, replace(packed)))
    assert np.array_equal(found["conv_b/conv_b/bias:0"], noise)


def external(group: h5py.Group) -> None:
    group.create_dataset(
        "conv_b/bias:0", (5,), "f4", external=[("/etc/passwd", 0, h5py.h5f.UNLIMITED)]
    )


def virtual(group: h5py.Group) -> None:
    layout = h5py.VirtualLayout((5,), "f4")
    layout[:] = h5py.VirtualSource("elsewhere.h5", "x", (5,))
    group.create_virtual_dataset("conv_b/bias:0", layout)


def linked(link: Any) -> Callable[[h5py.Group], None]:
    return lambda group: group.__setitem__("conv_b/bias:0", link)


@pytest.mark.parametrize(
    "change",
    [
        replace(linked(h5py.ExternalLink("elsewhere.h5", "/x"))),
        replace(linked(h5py.SoftLink("/conv_b/conv_b/kernel:0"))),
        replace(external),
        replace(virtual),
        replace(lambda group: group.create_group("conv_b/bias:0")),
        replace(lambda group: None),
    ],
)
def test_only_the_files_own_data_is_read(tmp_path, change):
    message = refused(tmp_path, change)
    assert "conv_b/bias:0" in message and "own" in message


def test_a_layer_that_is_a_link_is_not_followed(tmp_path):
    def change(file: h5py.File) -> None:
        file.move("conv_b", "moved")
        file["conv_b"] = h5py.ExternalLink("elsewhere.h5", "/conv_b")

    assert "conv_b is missing, or a link" in refused(tmp_path, change)


@pytest.mark.parametrize("name", ["/conv_b", "../conv_b", "./conv_b", "conv_b//conv_b", ""])
def test_names_that_wander_through_the_file(tmp_path, name):
    def change(file: h5py.File) -> None:
        file.attrs["layer_names"] = [name]

    assert "missing, or a link" in refused(tmp_path, change)


@pytest.mark.parametrize(
    "dtype", [h5py.string_dtype(), "S5", h5py.vlen_dtype(np.int32), np.dtype("c8"), "?"]
)
def test_data_that_is_not_plain_numbers(tmp_path, dtype):
    change = replace(lambda group: group.create_dataset("conv_b/bias:0", (5,), dtype))
    assert "not plain numbers" in refused(tmp_path, change)


def test_data_of_no_shape(tmp_path):
    change = replace(lambda group: group.create_dataset("conv_b/bias:0", data=h5py.Empty("f4")))
    assert "not plain numbers" in refused(tmp_path, change)


@pytest.mark.parametrize("shape", [(2**40,), (2**20, 2**20), (10**9,)])
def test_absurd_shapes_are_refused_before_anything_is_allocated(tmp_path, shape):
    change = replace(lambda group: group.create_dataset("conv_b/bias:0", shape, "f4", chunks=True))
    assert "far more bytes than the file has" in refused(tmp_path, change)


def test_many_plausible_weights_that_are_not_together(tmp_path):
    def change(file: h5py.File) -> None:
        group = file["conv_b"]
        group["large"] = np.zeros((100, 100), np.float32)
        names = [f"w{i}" for i in range(100)]
        for name in names:
            group[name] = group["large"]  # one data set, a hundred hard links
        group.attrs["weight_names"] = names

    assert "far more bytes than the file has" in refused(tmp_path, change)


@pytest.mark.parametrize("attribute", ["layer_names", "weight_names"])
@pytest.mark.parametrize("value", [None, 3.0, np.ones(3), ["conv_b", "conv_b"], np.void(b"x")])
def test_lists_of_names_that_are_none(tmp_path, attribute, value):
    def change(file: h5py.File) -> None:
        group = file if attribute == "layer_names" else file["conv_b"]
        if value is None:
            del group.attrs[attribute]
        else:
            group.attrs[attribute] = value

    assert attribute in refused(tmp_path, change)


def test_a_file_cut_short_anywhere(tmp_path):
    data = written(LAYERS)
    for length in (1, 8, 100, len(data) // 2, len(data) - 1):
        with pytest.raises(ValueError, match="not a whole HDF5 file"):
            read(tmp_path, data[:length])
    packed = gzip.compress(data)
    for length in (10, len(packed) // 2, len(packed) - 1):
        with pytest.raises(ValueError, match="not a whole gzip file"):
            read(tmp_path, packed[:length])


def test_a_gzip_that_unpacks_to_far_more_than_weights_do(tmp_path):
    with pytest.raises(ValueError, match="decompresses to more than"):
        read(tmp_path, gzip.compress(bytes(50_000_000)))


def test_a_file_on_which_the_library_never_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(keras, "SECONDS", 1)
    data = bytearray(written(LAYERS))
    size = data.index(b"GCOL") + 24  # of the first text on the heap: this one makes no progress
    data[size : size + 8] = struct.pack("<q", -16)
    path = tmp_path / "kept"
    path.write_bytes(data)
    with pytest.raises(BenchmarkError, match=r"m\.h5 cannot(.|\n)*took over 1 seconds"):
        read_published(path, "m.h5")


def test_a_library_that_crashes_takes_nothing_with_it(monkeypatch):
    monkeypatch.setattr(keras, "read_arrays", ctypes.string_at)  # of address 1: a real crash
    with pytest.raises(ValueError, match="crashed"):
        keras.read_keras(1, 1)  # type: ignore[arg-type]


def test_damaged_bytes_end_in_weights_or_in_one_error(tmp_path, monkeypatch):
    monkeypatch.setattr(keras, "SECONDS", 1)
    data, path = written(LAYERS), tmp_path / "kept"
    rng = np.random.default_rng(0)
    for _ in range(8):
        damaged = bytearray(data)
        for place in rng.integers(0, len(data), 30):
            damaged[place] = rng.integers(0, 256)
        path.write_bytes(damaged)
        with suppress(ValueError):
            assert keras.read_keras(path, 4 * len(data))
