"""Sets: the matrices of the folder sets/, each in a file, of which one is chosen to run.

A set is what `matrix` in params.yaml holds. `extends: <set>` takes another one's entries, section
by section, and adds those that stand here or puts them in the place of that one's; a headline
replaces the other headline as a whole. DVC never reads these files.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.base.errors import BenchmarkError
from stages.base.params.document import Document
from stages.base.params.yaml12 import block, one_line

HEADLINE = "headline"
SECTIONS = ("backbones", "pretrained", "approaches", "early", "late", HEADLINE)
FOLDER = "sets"  # beside params.yaml
WIDTH = 80  # DVC breaks longer lines when it writes a file


@dataclass(frozen=True)
class Set:
    """matrix: as in params.yaml, yet unchecked; files: its own, then those it extends."""

    matrix: dict[str, Any]
    files: tuple[Document, ...]

    def place(self, keys: Sequence[str]) -> tuple[str, bool]:
        """File and line of what stands under `keys`, and whether it does anywhere."""
        for document in self.files:
            line, found = document.line(keys)
            if found:
                return f"{document.path}:{line}", True
        return f"{self.files[0].path}:{self.files[0].line(keys)[0]}", False


def set_names(folder: Path) -> list[str]:
    """Names of the sets in a folder, in the order of the alphabet."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read_set(folder: Path, name: str, within: tuple[str, ...] = ()) -> Set:
    """A set with all that it extends; within: the sets that extend it.

    Raises BenchmarkError for an unknown set, one that extends itself, and what is no set at all.
    """
    known = set_names(folder)
    if name not in known:
        raise BenchmarkError(
            "unknown set", found=name, expected=f"one of {', '.join(known)}, the files of {folder}/"
        )
    document = Document.read(folder / f"{name}.yaml", do="mend the file")
    content = document.content if isinstance(document.content, Mapping) else {}
    base = content.get("extends")
    if base is None:
        empty: dict[str, Any] = {section: {} for section in SECTIONS if section != HEADLINE}
        return Set(empty | _checked(document, content), (document,))
    if base in (name, *within) or base not in known:
        others = [other for other in known if other not in (name, *within)]
        raise BenchmarkError(
            "extends itself" if base in (name, *within) else "extends a set that is not there",
            where=f"{document.path}:{document.line(['extends'])[0]}",
            found=repr(base),
            expected=f"one of {', '.join(others)}",
        )
    below = read_set(folder, base, (*within, name))
    matrix = _checked(document, content)
    merged = dict(below.matrix)
    for section, entries in matrix.items():
        alone = section == HEADLINE or section not in merged
        merged[section] = entries if alone else merged[section] | entries
    return Set(merged, (document, *below.files))


def unheld(matrix: Any, folder: Path) -> list[str]:
    """The entries of a matrix, however it looks, that no set of the folder holds so, as YAML."""
    known: dict[str, list[Any]] = {}
    for name in set_names(folder):
        with suppress(BenchmarkError):
            for section, entries in read_set(folder, name).matrix.items():
                known.setdefault(section, []).extend(_entries(section, entries))
    return [
        one_line({section: dict([entry])}).strip()[1:-1]
        for section, entries in (matrix.items() if isinstance(matrix, Mapping) else ())
        for entry in _entries(section, entries)
        if entry not in known.get(section, [])
    ]


def _entries(section: str, entries: Any) -> list[tuple[Any, Any]]:
    """A section's (slug, entry) pairs; a headline is one, being replaced as a whole."""
    if section == HEADLINE or not isinstance(entries, Mapping):
        return [(section, entries)]
    return list(entries.items())


def section_text(matrix: Mapping[str, Any]) -> str:
    """A matrix as it stands in params.yaml: an entry a line, or a value a line where it is long.

    As DVC would write it, so that `-S` leaves alone what it does not change.
    """
    lines = ["matrix:\n"]
    for section, entries in matrix.items():
        whole = f"  {section}: {one_line(entries)}"
        if section == HEADLINE or not entries:
            lines.append(whole if _fits(whole) else f"  {section}:\n{block(entries, 4)}")
            continue
        lines.append(f"  {section}:\n")
        for slug, entry in entries.items():
            line = f"    {slug}: {one_line(entry)}"
            lines.append(line if _fits(line) else f"    {slug}:\n{block(entry, 6)}")
    return "".join(lines)


def _fits(line: str) -> bool:
    return len(line) <= WIDTH + 1 and "[" not in line  # DVC writes a list on lines of its own


def _checked(document: Document, content: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of a set's file, each a mapping. BenchmarkError for anything else."""
    matrix = {name: {} if value is None else value for name, value in content.items()}
    matrix.pop("extends", None)
    wrong = [
        f"{document.path}:{document.line([str(name)])[0]}: {name}: "
        + ("is no section of a set" if name not in SECTIONS else "is no mapping")
        for name, value in matrix.items()
        if name not in SECTIONS or not isinstance(value, Mapping)
    ]
    if wrong or not content:
        raise BenchmarkError(
            "\n".join(wrong) or f"{document.path}: is no set",
            expected=f"mappings named {', '.join(SECTIONS)}, and `extends: <set>`",
            do="mend the lines named above",
        )
    return {name: dict(value) for name, value in matrix.items()}
