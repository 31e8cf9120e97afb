"""A published file from wherever it can be had: WEIGHTS_DIR, caches, the network.

Whose word counts for its bytes: weights.lock; before there is an entry, the hash that the
publisher states, which is the hub's for every large file at the commit that is downloaded; and
where no publisher states one (GitHub releases, Google's storage), the first download itself. A hash
that was read elsewhere stops nothing.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock
from torch import Tensor

from stages.base.console import progress, say
from stages.base.errors import BenchmarkError
from stages.base.store import ROOT, Store, make_folder, sha256
from stages.embedding.records import TOKENIZER, Record, Source
from stages.embedding.weights import hub
from stages.embedding.weights.download import PAUSES, RemoteFile, download
from stages.embedding.weights.lock import (
    FIRST_USE,
    PUBLISHERS,
    Pin,
    add_pin,
    check,
    expected_pin,
    matches,
    read_lock,
)
from stages.embedding.weights.published import read_published
from stages.embedding.weights.weights_dir import accepted_names, find_file


@dataclass(frozen=True)
class WeightsConfig:
    """Where the weights of one backbone may come from, and where they are kept."""

    slug: str
    """The backbone's name in params.yaml."""
    file: str | None = None
    """A file in `folder` to use instead of the published one."""
    folder: Path | None = None
    """WEIGHTS_DIR."""
    lock: Path = Path("weights.lock")
    root: Path = ROOT
    """The store's folder."""
    pauses: tuple[float, ...] = PAUSES
    """Seconds to wait before each further attempt."""
    schemes: tuple[str, ...] = ("https",)
    """Of addresses that may be downloaded from."""
    pins: bool = True
    """Whether weights.lock keeps what comes for the first time."""

    @property
    def unfinished(self) -> Path:
        """Where files lie while they are downloaded."""
        return self.root / "weights" / "unfinished"

    @property
    def store(self) -> Store:
        """Downloaded files by their hash: a file that two backbones use is downloaded once."""
        return Store("weights", 1, None, self.root)


@dataclass(frozen=True)
class ObtainedFile:
    """A published file that has been read."""

    tensors: dict[str, Tensor]
    name: str
    """Of its entry in weights.lock."""
    pin: Pin
    """The entry that it has or shall have."""

    def add_to_lock(self, config: WeightsConfig) -> None:
        """Write the entry, where it is not there yet and may be."""
        if config.pins:
            add_pin(config.lock, self.name, self.pin, config.root / "weights" / "pins.lock")


def obtain(source: Source, config: WeightsConfig, first: bool = True) -> ObtainedFile:
    """The tensors of a published file, its bytes checked as the module says.

    first: whether it is the model's main file, which a person's own file may replace. Raises
    BenchmarkError. A downloaded file is kept and pinned once it was read as weights, so that it is
    not downloaded again; one that lies on this machine is left for the caller to pin.
    """
    file = config.file if first else None
    path = find_file(config.folder, config.slug, source, file, first)
    if path is not None:
        return _from_weights_dir(path, source, config, own=bool(file))
    with one_at_a_time(source, config):
        expected = expected_pin(source, read_lock(config.lock), config.lock)
        cached = _from_caches(source, expected, config)
        return cached or _from_network(source, expected, config, first)


@contextmanager
def one_at_a_time(source: Source, config: WeightsConfig) -> Iterator[None]:
    """One stage downloads a file, another that needs it waits."""
    make_folder(config.unfinished, config.root)
    with FileLock(config.unfinished / f"{_hashed(source.name)}.lock"):
        yield


@contextmanager
def downloaded(
    source: Source, expected: Pin, config: WeightsConfig, as_name: str
) -> Iterator[tuple[Path, Pin]]:
    """The file from the network with its pin, its bytes checked; removed afterwards, and where an
    error says that it is not what it should be. One that was interrupted is resumed the next time.

    as_name: what it is called in WEIGHTS_DIR, for messages. Raises BenchmarkError.
    """
    remote = _remote_file(source, expected, config, as_name)
    stated = Pin(remote.revision, remote.bytes, remote.sha256, "hub" if remote.sha256 else "")
    check(source.name, stated, expected, remote.url, config.lock, _stated_in(source))
    part = config.unfinished / _hashed(f"{source.name}@{remote.revision}") / "file"
    download(remote, part, progress, config.pauses)
    stated_by = stated.stated_by or expected.stated_by or FIRST_USE
    found = Pin(remote.revision, part.stat().st_size, sha256(part), stated_by)
    try:
        if not matches(found, stated):
            raise BenchmarkError(
                f"{source.name} was damaged on its way",
                where=remote.url,
                found=str(replace(found, stated_by="")),
                expected=str(stated),
                do="run again to download it anew",
            )
        check(source.name, found, expected, remote.url, config.lock, _stated_in(source))
        _check_begin(source, found, remote.url)
        yield part, found
    except BenchmarkError:
        shutil.rmtree(part.parent)
        raise
    shutil.rmtree(part.parent)


def files_of(record: Record, is_asked: bool) -> list[Source]:
    """The published files that a model is made of, its weights first; a tokenizer only where
    prompts are asked."""
    every = filter(None, (record.source, *record.more))
    return [source for source in every if is_asked or source.file != TOKENIZER]


def locate(files: Sequence[Source], config: WeightsConfig, target: Path) -> str:
    """Where a model's weights are on this machine, without downloading anything.

    "yes" if `target` is there already, else the place they would come from, or "" if nowhere here.
    Raises BenchmarkError for a file that params.yaml states and that is not there.
    """
    if target.is_file():
        return "yes"
    found = [_locate(source, config, first=n == 0) for n, source in enumerate(files)]
    return ", ".join(dict.fromkeys(found)) if all(found) else ""


def _locate(source: Source, config: WeightsConfig, first: bool) -> str:
    if find_file(config.folder, config.slug, source, config.file if first else None, first):
        return "in WEIGHTS_DIR"
    expected = expected_pin(source, read_lock(config.lock), config.lock)
    if expected.sha256 and config.store.find_content(expected.sha256):
        return "downloaded before"
    cached = source.hub and hub.find_cached(source, expected.revision)
    return "in the hub's cache" if cached else ""


def _from_weights_dir(path: Path, source: Source, config: WeightsConfig, own: bool) -> ObtainedFile:
    """A file in WEIGHTS_DIR: the published one if its bytes are, otherwise pinned as the person's.

    own: params.yaml states that it is to be used instead of the published one.
    """
    pins = read_lock(config.lock)
    expected = expected_pin(source, pins, config.lock)
    found = Pin("", path.stat().st_size, sha256(path), FIRST_USE)
    if expected.sha256 and not own:
        also = f"or state it under matrix.pretrained.{config.slug}.file, to use it as your own"
        check(source.name, found, expected, str(path), config.lock, _stated_in(source), also)
    if expected.sha256 and matches(found, expected):
        found = replace(found, revision=expected.revision, stated_by=expected.stated_by)
        return ObtainedFile(read_published(path, path.name), source.name, found)
    if not own:
        _check_begin(source, found, str(path))
    name = f"{config.slug}:{config.file if own else path.name}"
    check(name, found, pins.get(name, Pin()), str(path), config.lock)
    if not own and name not in pins:
        report_first_use(source, found, str(path), config.pins)
    return ObtainedFile(read_published(path, path.name), name, found)


def _from_caches(source: Source, expected: Pin, config: WeightsConfig) -> ObtainedFile | None:
    """The file from our store or from the hub's cache, None where neither has it."""
    store = config.store
    if expected.sha256 and (path := store.find_content(expected.sha256)):
        found = replace(expected, bytes=path.stat().st_size)
        return ObtainedFile(read_published(path, source.file), source.name, found)
    cached = hub.find_cached(source, expected.revision) if source.hub else None
    if cached is None:
        return None
    stated_by = "hub" if cached.sha256 else expected.stated_by or FIRST_USE
    found = Pin(cached.commit, cached.path.stat().st_size, sha256(cached.path), stated_by)
    damaged = bool(cached.sha256) and cached.sha256 != found.sha256
    if damaged or not matches(found, expected):
        return None
    if not expected.sha256:
        report_first_use(source, found, str(cached.path), config.pins)
    return ObtainedFile(read_published(cached.path, source.file), source.name, found)


def _from_network(
    source: Source, expected: Pin, config: WeightsConfig, first: bool
) -> ObtainedFile:
    """The file from the network, kept in the store."""
    as_name = accepted_names(config.slug, source, first)[0]
    with downloaded(source, expected, config, as_name) as (part, found):
        obtained = ObtainedFile(read_published(part, source.file), source.name, found)
        with config.store.put(config.store.key(found.sha256)) as kept:
            part.replace(kept)
    if not expected.sha256:
        report_first_use(source, found, hub.download_url(source, found.revision), config.pins)
    obtained.add_to_lock(config)
    return obtained


def _remote_file(source: Source, expected: Pin, config: WeightsConfig, as_name: str) -> RemoteFile:
    url = hub.download_url(source, expected.revision)
    advice = (
        f"download {url} on another machine and set WEIGHTS_DIR to the folder where it lies, "
        f"as {as_name}"
    )
    if hub.is_offline():
        raise BenchmarkError(
            f"{source.name} is not on this machine, and HF_HUB_OFFLINE allows no network",
            do=f"unset it; or {advice}",
        )
    if source.hub:
        return hub.file_metadata(source, expected.revision, advice, config.pauses)
    immutable = bool(expected.sha256)
    return RemoteFile(source.name, source.url, advice, schemes=config.schemes, immutable=immutable)


def _check_begin(source: Source, found: Pin, where: str) -> None:
    """Raise BenchmarkError for a file whose hash does not begin as its publisher states."""
    if not found.sha256.startswith(source.begins):
        raise BenchmarkError(
            f"these are not the known bytes of {source.name}",
            where=where,
            found=f"sha256 {found.sha256}",
            expected=f"one that begins with {source.begins}, as its publisher states",
            do="download it again",
        )


def report_first_use(source: Source, found: Pin, where: str, pins: bool = True) -> None:
    """Say where a file that came for the first time has no publisher's hash, or another hint's."""
    is_stated = found.stated_by in PUBLISHERS
    differs = source.is_hint and found.sha256 != source.sha256
    if is_stated and not differs:
        return
    if is_stated:
        text = f", as the {found.stated_by} states"
    else:
        text = "; no hash by its publisher is known"
        text += ", so weights.lock keeps this one" if pins else ""
    if differs:
        text += f". Its record has {source.sha256}, read elsewhere ({source.stated_in})"
    say(f"note: {where} has sha256 {found.sha256}{text}")


def _stated_in(source: Source) -> str:
    """The document that states a hash which binds, "" where none does."""
    return source.stated_in if source.sha256 and not source.is_hint else ""


def _hashed(name: str) -> str:
    """A name that is safe as a file's."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
