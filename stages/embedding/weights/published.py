"""Published files as tensors, by the suffix of their name. Nothing in a file is ever executed."""

import json
import pickle
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from stages.base.errors import BenchmarkError
from stages.embedding.records import TOKENIZER
from stages.embedding.weights.keras import NUMBERS, read_keras

# A file's tensors may take this many times its own bytes (two names for one tensor, compression):
# a small file that claims to hold terabytes is refused before anything is allocated for it.
GROWTH = 4
NESTED = ("state_dict", "model")  # under which a checkpoint may carry its tensors


def read_published(path: Path, name: str) -> dict[str, Tensor]:
    """The tensors of a file by name, in the order of the file, on the CPU.

    name: the published name, whose suffix says what the file is. Raises BenchmarkError for a file
    that is damaged, of another kind, or that holds more than tensors.
    """
    suffix = suffix_of(name)
    if not suffix:
        raise BenchmarkError(
            "weights of this kind cannot be read",
            where=name,
            expected=f"a file that ends in {', '.join(SUFFIXES)}",
        )
    try:
        tensors = READERS[suffix](path, GROWTH * path.stat().st_size)
    except ValueError as error:
        raise BenchmarkError(
            f"{name} cannot be read as weights", where=str(path), found=str(error)
        ) from None
    if not tensors:
        raise BenchmarkError(f"{name} holds no tensors", where=str(path))
    return tensors


def suffix_of(name: str) -> str:
    """The suffix that says what a file is, "" where none does."""
    return next((suffix for suffix in READERS if name.endswith(suffix)), "")


def _safetensors(path: Path, limit: int) -> dict[str, Tensor]:
    try:
        return dict(load_file(path))
    except (SafetensorError, KeyError) as error:
        raise ValueError(f"not a whole safetensors file: {error}") from None


def _pickle(path: Path, limit: int) -> dict[str, Tensor]:
    """A checkpoint of torch, read by its unpickler for weights alone."""
    _check_archive(path, limit)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(f"no pickle is executed here, and {_reason(error)}") from None
    except Exception as error:  # a hostile or damaged pickle may raise anything
        raise ValueError(f"not a whole checkpoint of torch: {_first_line(error)}") from None
    tensors = _state_dict(loaded)
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    if size > limit:
        raise ValueError(f"it claims {size} bytes of tensors, far more than the file has")
    return tensors


def _arrays(path: Path, limit: int) -> dict[str, Tensor]:
    """Arrays of numpy (np.savez), never objects."""
    _check_archive(path, limit)
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: _tensor(name, file[name]) for name in file.files}
    except Exception as error:  # a hostile or damaged file may raise anything
        raise ValueError(f"not a whole file of numpy arrays: {_first_line(error)}") from None


def _keras(path: Path, limit: int) -> dict[str, Tensor]:
    return {name: _tensor(name, values) for name, values in read_keras(path, limit).items()}


def _tokenizer(path: Path, limit: int) -> dict[str, Tensor]:
    """The bytes of a tokenizer, which is no network: its rules are data, read by `tokenizers`."""
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not a whole JSON file: {error}") from None
    if not isinstance(content, dict) or "model" not in content:
        raise ValueError("it is no tokenizer: it has no `model`")
    return {TOKENIZER: torch.from_numpy(np.fromfile(path, np.uint8))}


def _text(path: Path, limit: int) -> dict[str, Tensor]:
    """Text, such as a vocabulary, as its UTF-8 bytes."""
    text = path.read_bytes()
    try:
        text.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error}") from None
    return {"text": torch.from_numpy(np.frombuffer(text, np.uint8).copy())} if text else {}


def _tensor(name: str, values: np.ndarray) -> Tensor:
    """An array of plain numbers as a tensor of its own; raises ValueError for any other."""
    if values.dtype.kind not in NUMBERS or values.dtype.itemsize > 8:
        raise ValueError(f"{name} is of type {values.dtype}, not plain numbers")
    return torch.from_numpy(np.array(values, values.dtype.newbyteorder("="), order="C"))


def _check_archive(path: Path, limit: int) -> None:
    """Refuse an archive that claims to hold far more than it has."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            claimed = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ValueError(f"its archive is damaged: {error}") from None
    if claimed > limit:
        raise ValueError(f"its archive claims {claimed} bytes, far more than the file has")


def _state_dict(loaded: object) -> dict[str, Tensor]:
    """The dict of tensors that a checkpoint is, or has under one of the usual names."""
    if not isinstance(loaded, dict):
        raise ValueError(f"it holds a {type(loaded).__name__}, not a dict of tensors")
    for candidate in (loaded, *(loaded.get(name) for name in NESTED)):
        if isinstance(candidate, dict) and candidate:
            tensors = dict(_tensors(candidate))
            if len(tensors) == len(candidate):
                return tensors
    keys = ", ".join(str(key)[:40] for key in list(loaded)[:10])
    raise ValueError(f"no dict of nothing but tensors, at its top or under {NESTED}: it has {keys}")


def _tensors(candidate: Mapping[Any, Any]) -> Iterator[tuple[str, Tensor]]:
    """The entries that are named, dense tensors."""
    for name, value in candidate.items():
        if isinstance(name, str) and type(value) in (Tensor, nn.Parameter):
            plain = value.layout == torch.strided and not value.is_quantized
            if plain and value.device.type == "cpu" and not value.is_nested:
                yield name, value.detach()


def _reason(error: Exception) -> str:
    found = re.search(r"GLOBAL ([\w.]+)", str(error))
    return f"this one asks to run {found[1]}" if found else f"this one is refused: {error}"[:300]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


READERS: dict[str, Callable[[Path, int], dict[str, Tensor]]] = {
    ".safetensors": _safetensors,
    ".pt": _pickle,
    ".pth": _pickle,
    ".bin": _pickle,
    ".npz": _arrays,
    ".h5": _keras,
    ".h5.gz": _keras,
    ".json": _tokenizer,
    ".txt": _text,
}
SUFFIXES = tuple(suffix for suffix in READERS if suffix not in (".json", ".txt"))  # of weights
