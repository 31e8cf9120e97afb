"""Whisper's files from wherever they can be had: WEIGHTS_DIR, caches, the network.

What counts for their bytes is weights.lock, as for the weights of backbones. Each is kept in the
store under its sha256, where workers on other machines find it. CTranslate2 reads them, which
executes nothing of what is in them.
"""

import shutil
import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.base.files import inside
from stages.base.params import WhisperModel
from stages.base.store import push, sha256
from stages.embedding.records import Source
from stages.embedding.weights import hub
from stages.embedding.weights.lock import (
    FIRST_USE,
    Pin,
    add_pin,
    expected_pin,
    read_lock,
)
from stages.embedding.weights.lock import check as check_pin
from stages.embedding.weights.sources import (
    WeightsConfig,
    downloaded,
    one_at_a_time,
    report_first_use,
)
from stages.embedding.weights.weights_dir import weights_dir
from stages.words.models import WEIGHTS, sources

SPECIFICATION = b"WhisperSpec"  # what CTranslate2 writes at the head of a Whisper model
HEAD = struct.Struct("<IH")  # version of the format, length of the specification's name


def config_of(model: WhisperModel) -> WeightsConfig:
    """Where a model's files may come from: the environment, and the project's folder."""
    return WeightsConfig(f"whisper-{model}", folder=weights_dir())


def at_hand(model: WhisperModel, config: WeightsConfig) -> Mapping[str, str]:
    """Name of each file -> sha256 of its content, in the store; empty where one is not here.

    Nothing is downloaded. Raises BenchmarkError for bytes that are not those of weights.lock.
    """
    found = {source.file: _here(source, config) for source in sources(model)}
    kept = {file: pin.sha256 for file, pin in found.items() if pin}
    return kept if len(kept) == len(found) else {}


def fetch(model: WhisperModel, config: WeightsConfig) -> Mapping[str, str]:
    """The same, downloading what is not here, and pinning all in weights.lock.

    Raises BenchmarkError where a file cannot be had or is not the known one.
    """
    found = {}
    known = read_lock(config.lock)
    for source in sources(model):
        with one_at_a_time(source, config):
            pin = _here(source, config) or _downloaded(source, config)
            _share(pin, config)
        if source.name not in known:
            report_first_use(source, pin, source.name)
        add_pin(config.lock, source.name, pin, config.root / "weights" / "pins.lock")
        found[source.file] = pin.sha256
    return found


def _here(source: Source, config: WeightsConfig) -> Pin | None:
    """A file of this machine, checked and in the store; None where there is none."""
    expected = expected_pin(source, read_lock(config.lock), config.lock)
    if expected.sha256 and (kept := config.store.find_content(expected.sha256)):
        return replace(expected, bytes=kept.stat().st_size)
    path = _in_weights_dir(source, config)
    commit, stated_by = expected.revision, expected.stated_by or FIRST_USE
    if path is None:
        cached = hub.find_cached(source, expected.revision)
        if cached is None:
            return None
        path, commit = cached.path, cached.commit
        stated_by = "hub" if cached.sha256 else stated_by
    found = Pin(commit, path.stat().st_size, sha256(path), stated_by)
    check_pin(source.name, found, expected, str(path), config.lock)
    return _kept(path, source, found, config)


def _in_weights_dir(source: Source, config: WeightsConfig) -> Path | None:
    """The file below WEIGHTS_DIR, where it lies as on the hub: many models call theirs the same."""
    if config.folder is None:
        return None
    path = inside(config.folder, source.name, "WEIGHTS_DIR")
    return path if path.is_file() else None


def _downloaded(source: Source, config: WeightsConfig) -> Pin:
    """A file from the hub, checked and in the store; an interrupted one is resumed."""
    expected = expected_pin(source, read_lock(config.lock), config.lock)
    with downloaded(source, expected, config, source.name) as (part, found):
        return _kept(part, source, found, config)


def _kept(path: Path, source: Source, found: Pin, config: WeightsConfig) -> Pin:
    """Copy a checked file into the store, unless it is there."""
    if source.file == WEIGHTS:
        check_weights(path)
    if not config.store.has_content(found.sha256):
        with config.store.put(config.store.key(found.sha256)) as kept:
            shutil.copyfile(path, kept)
    return found


def _share(pin: Pin, config: WeightsConfig) -> None:
    """Send a file to the shared store, if there is one, for one that was here before it."""
    if (kept := config.store.find_content(pin.sha256)) is not None:
        push(kept, config.root)


def check_weights(path: Path) -> None:
    """Raise BenchmarkError for a file that is no Whisper model in CTranslate2's format."""
    with path.open("rb") as file:
        head = file.read(HEAD.size)
        version, length = HEAD.unpack(head) if len(head) == HEAD.size else (0, 0)
        name = file.read(min(length, 64)).rstrip(b"\0")
    if not 1 <= version <= 100 or name != SPECIFICATION:
        raise BenchmarkError(
            "this is no Whisper model in CTranslate2's format",
            where=str(path),
            found=repr((head + name)[:20]),
            expected=f"a file that names {SPECIFICATION.decode()} at its head",
            do="take model.bin of a repository for faster-whisper, not that of another library",
        )
