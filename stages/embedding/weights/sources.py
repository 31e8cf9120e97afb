"""A published file from wherever it can be had: the person's folder, caches, the network."""

import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock
from torch import Tensor

from stages.base.errors import BenchmarkError
from stages.base.store import ROOT, Store, sha256
from stages.embedding.records import Source
from stages.embedding.weights import repository
from stages.embedding.weights.download import PAUSES, Remote, Watch, download
from stages.embedding.weights.lock import Pin, check, fits, known, pin, read_lock
from stages.embedding.weights.placed import names, placed
from stages.embedding.weights.published import read_published


def _unwatched(pieces: Iterable[bytes], label: str, total: int) -> Iterable[bytes]:
    return pieces


@dataclass(frozen=True)
class Means:
    """What obtaining the weights of one backbone may use."""

    slug: str
    file: str | None = None  # a file of the person's own, in `folder`
    folder: Path | None = None  # WEIGHTS_DIR
    lock: Path = Path("weights.lock")
    root: Path = ROOT
    watch: Watch = _unwatched
    pauses: tuple[float, ...] = PAUSES
    schemes: tuple[str, ...] = ("https",)

    @property
    def store(self) -> Store:
        """What came over the network, by its hash: two backbones of one file fetch it once."""
        return Store("weights", 1, None, self.root)


def folder_of_the_person() -> Path | None:
    """WEIGHTS_DIR of the environment."""
    folder = os.environ.get("WEIGHTS_DIR")
    return Path(folder) if folder else None


@dataclass(frozen=True)
class Obtained:
    """The tensors of a file, and the entry of weights.lock that its bytes have or shall have."""

    tensors: dict[str, Tensor]
    name: str
    pin: Pin

    def keep(self, means: Means) -> None:
        """Write the entry, where it is not there yet."""
        pin(means.lock, self.name, self.pin, means.root / "weights" / "pins.lock")


def obtain(source: Source, means: Means, first: bool = True) -> Obtained:
    """The tensors of a published file, its bytes held against weights.lock.

    first: whether it is the model's main file, which a file of the person's may stand for.
    Raises BenchmarkError. What was fetched is kept and pinned once it was read as weights, so that
    it is not fetched again; what lies on this machine is left for the caller to pin.
    """
    file = means.file if first else None
    path = placed(means.folder, means.slug, source, file, first)
    if path is not None:
        return _placed(path, source, means, own=bool(file))
    unfinished = means.root / "weights" / "unfinished"
    unfinished.mkdir(parents=True, exist_ok=True)
    name = _short(source.name)
    with FileLock(unfinished / f"{name}.lock"):  # one stage fetches, another of the file waits
        expected = known(source, read_lock(means.lock), means.lock)
        found = _kept(source, expected, means)
        return found if found is not None else _fetched(source, expected, unfinished, means, first)


def _placed(path: Path, source: Source, means: Means, own: bool) -> Obtained:
    """A file of the person's: the published one where that is known, else pinned as their own.

    own: they said that it is to be used in place of the published one.
    """
    pins = read_lock(means.lock)
    expected = known(source, pins, means.lock)
    found = Pin("", path.stat().st_size, sha256(path))
    published = bool(expected.sha256) and fits(found, expected)
    if expected.sha256 and not own:
        stated = source.sha256 and source.stated_in
        also = f"or state it under matrix.pretrained.{means.slug}.file, to use it as your own"
        check(source.name, found, expected, str(path), means.lock, stated, also)
    name = source.name
    if published:
        found = replace(found, revision=expected.revision)
    else:
        name = f"{means.slug}:{means.file if own else path.name}"
        check(name, found, pins.get(name, Pin()), str(path), means.lock)
    return Obtained(read_published(path, path.name), name, found)


def _kept(source: Source, expected: Pin, means: Means) -> Obtained | None:
    """The file from our store or from the hub's cache, None where neither has it."""
    if expected.sha256 and (path := means.store.find(means.store.key(expected.sha256))):
        found = replace(expected, bytes=path.stat().st_size)
        return Obtained(read_published(path, source.file), source.name, found)
    if source.hub and (cached := repository.cached(source, expected.revision)):
        path, commit = cached
        found = Pin(commit, path.stat().st_size, sha256(path))
        if fits(found, expected):  # a damaged cache is passed over
            return Obtained(read_published(path, source.file), source.name, found)
    return None


def _fetched(
    source: Source, expected: Pin, unfinished: Path, means: Means, first: bool
) -> Obtained:
    """The file from the network, kept in the store; what has come of it waits in `unfinished`."""
    remote = _remote(source, expected, means, first)
    stated = source.sha256 and source.stated_in
    promised = Pin(remote.revision, remote.bytes, remote.sha256)
    check(source.name, promised, expected, remote.url, means.lock, stated)
    part = unfinished / _short(f"{source.name}@{remote.revision}") / "file"
    download(remote, part, means.watch, means.pauses)
    found = Pin(remote.revision, part.stat().st_size, sha256(part))
    try:
        if not fits(found, promised):
            raise BenchmarkError(
                f"{source.name} was damaged on its way",
                where=remote.url,
                found=str(found),
                expected=str(promised),
                do="run again to fetch it anew",
            )
        check(source.name, found, expected, remote.url, means.lock, stated)
        obtained = Obtained(read_published(part, source.file), source.name, found)
        with means.store.put(means.store.key(found.sha256)) as kept:
            part.replace(kept)
    except BenchmarkError:
        shutil.rmtree(part.parent)
        raise
    shutil.rmtree(part.parent)
    obtained.keep(means)
    return obtained


def _remote(source: Source, expected: Pin, means: Means, first: bool) -> Remote:
    url = repository.address(source, expected.revision)
    otherwise = (
        f"fetch {url} on another machine and set WEIGHTS_DIR to the folder where it lies, "
        f"as {names(means.slug, source, first)[0]}"
    )
    if repository.offline():
        raise BenchmarkError(
            f"{source.name} is not on this machine, and HF_HUB_OFFLINE allows no network",
            do=f"unset it; or {otherwise}",
        )
    if source.hub:
        return repository.ask(source, expected.revision, otherwise, means.pauses)
    return Remote(
        source.name, source.url, otherwise, schemes=means.schemes, fixed=bool(expected.sha256)
    )


def _short(name: str) -> str:
    """A name that is safe as a file's."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
