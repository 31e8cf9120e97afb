"""A table's file from FEATURES_DIR, from an earlier download, or from its address."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from stages.base.console import progress, say
from stages.base.errors import BenchmarkError
from stages.base.files import inside, replacing
from stages.base.params import TableParams
from stages.base.store import ROOT, Store, make_folder, sha256
from stages.embedding.weights.download import PAUSES, RemoteFile, download

VARIABLE = "FEATURES_DIR"


@dataclass(frozen=True)
class Places:
    """Where tables may come from."""

    folder: Path | None
    """FEATURES_DIR."""
    root: Path = ROOT
    """The store's folder, which keeps what was downloaded."""
    pauses: tuple[float, ...] = PAUSES
    """Seconds to wait before each further attempt."""
    schemes: tuple[str, ...] = ("https",)
    """Of addresses that may be downloaded from."""

    @property
    def store(self) -> Store:
        """Downloaded files by their hash."""
        return Store("features", 1, None, self.root)


def features_dir() -> Path | None:
    """The folder that the environment names, None where it names none."""
    folder = os.environ.get(VARIABLE)
    return Path(folder) if folder else None


def fetch(name: str, record: TableParams, places: Places, target: Path) -> None:
    """Put a table's file, or its folder, at `target`, its bytes those that its record states.

    Raises BenchmarkError where they are others, and where it can be had nowhere.
    """
    source = _in_folder(name, record, places)
    if source is None and record.sha256:
        source = places.store.find_content(record.sha256)
    if source is None:
        source = _from_network(name, record, places)
    with replacing(target) as new:
        if source.is_dir():
            shutil.copytree(source, new, symlinks=True)
        else:
            shutil.copyfile(source, new)
        found = digest(new)
        if record.sha256 and found != record.sha256:
            raise BenchmarkError(
                f"these are not the bytes of table {name}",
                where=str(source),
                found=f"sha256 {found}",
                expected=f"sha256 {record.sha256}",
                do="get the file again; if you trust this one, correct its sha256 in the "
                "parameters of the corpus",
            )
    if not record.sha256:
        say(f"note: {source} has sha256 {found}; state it as features.{name}.sha256 to hold to it")


def locate(name: str, record: TableParams, places: Places) -> str:
    """Where a table's file would come from, in words; "" if it must be downloaded.

    Raises BenchmarkError where it can be had nowhere.
    """
    if _in_folder(name, record, places):
        return f"in {VARIABLE}"
    if record.sha256 and places.store.find_content(record.sha256):
        return "downloaded before"
    _address(name, record)
    return ""


def digest(path: Path) -> str:
    """sha256 of a file; of a folder that of the lines `<sha256>  <name>`, sorted by name, as
    `sha256sum` writes them for its files."""
    if not path.is_dir():
        return sha256(path)
    files = sorted(each for each in path.rglob("*") if not each.is_dir() or each.is_symlink())
    if odd := [each for each in files if each.is_symlink() or not each.is_file()]:
        raise BenchmarkError(
            "a table's folder holds plain files alone", where=str(odd[0]), found="a link or device"
        )
    lines = (f"{sha256(each)}  {each.relative_to(path).as_posix()}\n" for each in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _in_folder(name: str, record: TableParams, places: Places) -> Path | None:
    folder = places.folder
    if folder is None:
        return None
    if not folder.is_dir():
        raise BenchmarkError(
            "is not a folder",
            where=VARIABLE,
            found=str(folder),
            do=f"set it to the folder that holds {record.file}",
        )
    path = inside(folder, record.file, VARIABLE)
    if path.exists():
        return path
    if record.url is None:
        raise BenchmarkError(
            f"table {name} is not there", where=str(path), do=_advice(name, record)
        )
    return None


def _from_network(name: str, record: TableParams, places: Places) -> Path:
    url = _address(name, record)
    unfinished = places.root / "features" / "unfinished"
    make_folder(unfinished, places.root)
    part = unfinished / hashlib.sha256(url.encode()).hexdigest()[:32] / "file"
    remote = RemoteFile(
        record.file,
        url,
        _advice(name, record),
        schemes=places.schemes,
        immutable=bool(record.sha256),
    )
    download(remote, part, progress, places.pauses)
    found = sha256(part)
    if record.sha256 and found != record.sha256:
        shutil.rmtree(part.parent)
        raise BenchmarkError(
            f"these are not the bytes of table {name}",
            where=url,
            found=f"sha256 {found}",
            expected=f"sha256 {record.sha256}",
            do="run again to download it anew; if you trust the new file, correct its sha256",
        )
    with places.store.put(places.store.key(found)) as kept:
        part.replace(kept)
    shutil.rmtree(part.parent)
    path = places.store.find_content(found)
    assert path is not None
    return path


def _address(name: str, record: TableParams) -> str:
    """Raises BenchmarkError where none is known."""
    if record.url is None:
        raise BenchmarkError(f"table {name} is not on this machine", do=_advice(name, record))
    return record.url


def _advice(name: str, record: TableParams) -> str:
    where = f"from {record.url} " if record.url else f"(see {record.paper}) "
    return (
        f"get {record.file} {where}and set {VARIABLE} to the folder that holds it, then run the "
        "same command again"
    )
