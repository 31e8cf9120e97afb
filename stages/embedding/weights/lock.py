"""weights.lock: which bytes a published file had when it first came; no others are let in after."""

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from stages.base.errors import BenchmarkError
from stages.base.files import write
from stages.embedding.records import Source


@dataclass(frozen=True)
class Pin:
    """What is known of a file; what is not known is empty."""

    revision: str = ""  # commit of the hub repository
    bytes: int = 0
    sha256: str = ""

    def __str__(self) -> str:
        parts = [f"sha256 {self.sha256}"] if self.sha256 else []
        parts += [f"{self.bytes} bytes"] if self.bytes else []
        parts += [f"revision {self.revision}"] if self.revision else []
        return ", ".join(parts) or "nothing"


def read_lock(path: Path) -> dict[str, Pin]:
    """Every entry of weights.lock by the file's name; none where it does not exist yet."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        pins = {name: Pin(**entry) for name, entry in entries.items()}
        if not all(map(_is_whole, pins.values())):
            raise ValueError("an entry's value is not what it should be")
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise BenchmarkError(
            "cannot be read",
            where=str(path),
            found=str(error),
            expected='{"<file>": {"bytes": <number>, "revision": "<commit>", "sha256": "<hash>"}}',
            do="take the committed one back (`git checkout weights.lock`)",
        ) from None
    return pins


def known(source: Source, pins: dict[str, Pin], path: Path) -> Pin:
    """What is known of a published file before it comes: from its record, and from weights.lock.

    Raises BenchmarkError where the two say different things.
    """
    stated = Pin(source.revision, 0, source.sha256)
    pinned = pins.get(source.name, Pin())
    if not fits(stated, pinned):
        raise BenchmarkError(
            f"the record of {source.name} and its entry say different things",
            where=str(path),
            found=str(pinned),
            expected=f"{stated} (stated in {source.stated_in or 'the record'})",
            do=f"if you trust the record, remove the entry from {path.name} and run again",
        )
    return Pin(pinned.revision or stated.revision, pinned.bytes, pinned.sha256 or stated.sha256)


def fits(found: Pin, expected: Pin) -> bool:
    """Whether a file can be the known one; what is unknown of either is not compared."""
    pairs = zip(vars(found).values(), vars(expected).values(), strict=True)
    return all(one == other for one, other in pairs if one and other)


def check(
    name: str, found: Pin, expected: Pin, where: str, path: Path, stated: str = "", also: str = ""
) -> None:
    """Refuse a file that is not the known one.

    name: its entry in the weights.lock at `path`. stated: where its hash is stated beside that.
    also: what else a person could do.
    """
    if fits(found, expected):
        return
    short = 0 < found.bytes < expected.bytes
    do = f"if you trust the new file, remove its entry from {path.name}"
    if stated:
        do = f"fetch it again; if you trust the new file, correct its record (stated in {stated})"
        do += f" and remove its entry from {path.name}"
    raise BenchmarkError(
        f"this file is cut short: {name}" if short else f"these are other bytes than {name} has",
        where=where,
        found=str(found),
        expected=str(expected),
        do=f"{do}; {also}" if also else do,
    )


def pin(path: Path, name: str, found: Pin, guard: Path) -> None:
    """Write what came into weights.lock, as its first user; raises BenchmarkError on other bytes.

    guard: a lock file outside the repository's tracked files, so that two stages can pin at once.
    """
    guard.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(guard):
        pins = read_lock(path)
        before = pins.get(name, Pin())
        check(name, found, before, name, path)
        pins[name] = Pin(before.revision or found.revision, found.bytes, found.sha256)
        if pins[name] == before:
            return
        entries = {name: asdict(entry) for name, entry in pins.items()}
        write(json.dumps(entries, indent=2, sort_keys=True) + "\n", path)


def _is_whole(entry: Pin) -> bool:
    return (
        type(entry.bytes) is int
        and entry.bytes > 0
        and isinstance(entry.revision, str)
        and isinstance(entry.sha256, str)
        and re.fullmatch("[0-9a-f]{64}", entry.sha256) is not None
    )
