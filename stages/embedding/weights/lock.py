"""weights.lock: the bytes of each published file, and who states them; no others are used after."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from stages.base.errors import BenchmarkError
from stages.base.files import write
from stages.embedding.records import Source

FIRST_USE = "first use"
PUBLISHERS = ("hub", "publisher's page")


@dataclass(frozen=True)
class Pin:
    """What is known of a file; what is not known is empty."""

    revision: str = ""
    """Commit of the hub repository."""
    bytes: int = 0
    """Size of the file."""
    sha256: str = ""
    """Hash of the file."""
    stated_by: str = ""
    """Who states the hash: one of PUBLISHERS, or FIRST_USE: nobody, so it is that of the file as
    it first came."""

    def __str__(self) -> str:
        by = f" (stated by the {self.stated_by})" if self.stated_by in PUBLISHERS else ""
        parts = [f"sha256 {self.sha256}{by}"] if self.sha256 else []
        parts += [f"{self.bytes} bytes"] if self.bytes else []
        parts += [f"revision {self.revision}"] if self.revision else []
        return ", ".join(parts) or "nothing"


def read_lock(path: Path) -> dict[str, Pin]:
    """Every entry of weights.lock by the file's name; none where it does not exist yet."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        pins = {name: Pin(**{"stated_by": FIRST_USE} | entry) for name, entry in entries.items()}
        if not all(map(_is_valid, pins.values())):
            raise ValueError("an entry's value is not what it should be")
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise BenchmarkError(
            "cannot be read",
            where=str(path),
            found=str(error),
            expected='{"<file>": {"bytes": <number>, "revision": "<commit>", "sha256": "<hash>", '
            f'"stated_by": "{FIRST_USE}" or "<publisher>"}}}}',
            do="restore the committed one (`git checkout weights.lock`)",
        ) from None
    return pins


def expected_pin(source: Source, pins: dict[str, Pin], path: Path) -> Pin:
    """What a published file must be: by weights.lock, and by its record as far as that binds.

    A hash that was read elsewhere binds nobody. Raises BenchmarkError where the two differ.
    """
    stated = Pin(source.revision)
    if not source.is_hint:
        stated = Pin(source.revision, 0, source.sha256, source.stated_by)
    pinned = pins.get(source.name, Pin())
    if not matches(stated, pinned):
        raise BenchmarkError(
            f"the record of {source.name} and its entry differ",
            where=str(path),
            found=str(pinned),
            expected=f"{stated} (stated in {source.stated_in or 'the record'})",
            do=f"if you trust the record, remove the entry from {path.name} and run again",
        )
    return Pin(
        pinned.revision or stated.revision,
        pinned.bytes,
        pinned.sha256 or stated.sha256,
        _stated_by(pinned, stated),
    )


def matches(found: Pin, expected: Pin) -> bool:
    """Whether revision, size and hash agree; what either does not know is not compared."""
    return all(
        one == other
        for one, other in (
            (found.revision, expected.revision),
            (found.bytes, expected.bytes),
            (found.sha256, expected.sha256),
        )
        if one and other
    )


def check(
    name: str, found: Pin, expected: Pin, where: str, path: Path, stated: str = "", also: str = ""
) -> None:
    """Raise BenchmarkError for a file that is not the expected one.

    name: its entry in the weights.lock at `path`. stated: where its hash is stated beside that.
    also: what else a person could do.
    """
    if matches(found, expected):
        return
    short = 0 < found.bytes < expected.bytes
    do = f"if you trust the new file, remove its entry from {path.name}"
    if stated:
        do = f"download it again; if you trust the new file, correct its record (see {stated})"
        do += f" and remove its entry from {path.name}"
    raise BenchmarkError(
        f"this file is cut short: {name}" if short else f"these are not the known bytes of {name}",
        where=where,
        found=str(found),
        expected=str(expected),
        do=f"{do}; {also}" if also else do,
    )


def add_pin(path: Path, name: str, found: Pin, guard: Path) -> None:
    """Write a file's entry into weights.lock; raises BenchmarkError where it has other bytes.

    What is known better by now is added to an entry: its revision, a publisher who states the hash.
    guard: a lock file outside the repository's tracked files, so that two stages can pin at once.
    """
    guard.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(guard):
        pins = read_lock(path)
        before = pins.get(name, Pin())
        check(name, found, before, name, path)
        revision = before.revision or found.revision
        pins[name] = Pin(revision, found.bytes, found.sha256, _stated_by(before, found))
        if pins[name] == before:
            return
        entries = {name: asdict(entry) for name, entry in pins.items()}
        write(json.dumps(entries, indent=2, sort_keys=True) + "\n", path)


def _stated_by(*pins: Pin) -> str:
    """A publisher where one of them has one; FIRST_USE where only a hash is known."""
    by_publisher = (pin.stated_by for pin in pins if pin.stated_by in PUBLISHERS)
    return next(by_publisher, FIRST_USE if any(pin.sha256 for pin in pins) else "")


def _is_valid(entry: Pin) -> bool:
    return (
        type(entry.bytes) is int
        and entry.bytes > 0
        and isinstance(entry.revision, str)
        and isinstance(entry.sha256, str)
        and re.fullmatch("[0-9a-f]{64}", entry.sha256) is not None
        and entry.stated_by in (*PUBLISHERS, FIRST_USE)
    )
