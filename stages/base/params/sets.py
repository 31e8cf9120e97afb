"""Sets: the matrices of the folder sets/, each in a file, of which one is chosen to run.

A set is what `matrix` in params.yaml holds. `extends: <set>` starts from another set's entries; in
each section the entries of this file are added or replace those of the same name, and a headline
replaces the other headline as a whole. What was sent in belongs to a corpus and to no set. DVC
never reads these files.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from stages.base.errors import BenchmarkError
from stages.base.params.document import Document
from stages.base.params.explaining import explain
from stages.base.params.fusions import DUAL, WithWordsParams
from stages.base.params.matrix import OutsideParams
from stages.base.params.values import params_dataclass
from stages.base.params.yaml12 import block, one_line

HEADLINE, SUBMITTED, OUTSIDE = "headline", "submitted", "outside"
WITH_WORDS = "with_words"
SECTIONS = (
    *("backbones", "pretrained", "joint", OUTSIDE, "approaches", "early", "late", DUAL),
    *("zero_shot", WITH_WORDS, HEADLINE),
)
NESTED: dict[str, Any] = {OUTSIDE: OutsideParams, WITH_WORDS: WithWordsParams}
FOLDER = "sets"  # beside params.yaml
WIDTH = 80  # DVC breaks longer lines when it writes a file


Entries = dict[str, Any]


@params_dataclass
class SetFile:
    """The sections of a set's file, before their entries are checked."""

    extends: str | None = None
    """The set whose entries it starts from."""
    backbones: Entries | None = None
    pretrained: Entries | None = None
    joint: Entries | None = None
    outside: dict[str, Entries] | None = None
    approaches: Entries | None = None
    early: Entries | None = None
    late: Entries | None = None
    dual: Entries | None = None
    zero_shot: Entries | None = None
    with_words: dict[str, Entries] | None = None
    headline: Entries | None = None


@dataclass(frozen=True)
class MatrixSet:
    """A set together with all that it extends."""

    matrix: dict[str, Any]
    """As in params.yaml, not yet checked."""
    files: tuple[Document, ...]
    """Its own file, then those it extends."""

    def place(self, keys: Sequence[str]) -> tuple[str, bool]:
        """`file:line` of the value under `keys`, and whether any of the files has it."""
        for document in self.files:
            where, found = document.place(keys)
            if found:
                return where, True
        return self.files[0].place(keys)


def set_names(folder: Path) -> list[str]:
    """Names of the sets in a folder, in the order of the alphabet."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read_set(folder: Path, name: str, extending: tuple[str, ...] = ()) -> MatrixSet:
    """A set with all that it extends; extending: the sets that extend it.

    Raises BenchmarkError for an unknown set, one that extends itself, and a file that is not a set.
    """
    known = set_names(folder)
    if name not in known:
        raise BenchmarkError(
            "unknown set", found=name, expected=f"one of {', '.join(known)}, the files of {folder}/"
        )
    document = Document.read(folder / f"{name}.yaml", do="correct the file")
    matrix = _validated(document)
    base = matrix.pop("extends", None)
    if base is None:
        optional = (HEADLINE, DUAL, WITH_WORDS)
        empty: dict[str, Any] = {section: {} for section in SECTIONS if section not in optional}
        for section in {OUTSIDE, *matrix} & NESTED.keys():
            matrix[section] = _nested(section, matrix.get(section, {}))
        return MatrixSet(empty | matrix | {SUBMITTED: []}, (document,))
    if base in (name, *extending) or base not in known:
        others = [other for other in known if other not in (name, *extending)]
        raise BenchmarkError(
            "extends itself" if base in (name, *extending) else "extends a set that is not there",
            where=document.place(["extends"])[0],
            found=repr(base),
            expected=f"one of {', '.join(others)}",
        )
    below = read_set(folder, base, (*extending, name))
    merged = dict(below.matrix)
    for section in matrix.keys() & NESTED.keys():
        matrix[section] = _nested(section, merged.get(section, {}), matrix[section])
    for section, entries in matrix.items():
        replaces = section == HEADLINE or section not in merged
        merged[section] = entries if replaces else merged[section] | entries
    return MatrixSet(merged, (document, *below.files))


def _nested(section: str, *every: Mapping[str, Entries]) -> dict[str, Entries]:
    """The entries of a section that has sections, each there: DVC looks for all of them."""
    sections = [each.name for each in fields(NESTED[section])]
    known = {key: entries for each in every for key, entries in each.items()}
    found = {
        name: dict(pair for of in every for pair in of.get(name, {}).items()) for name in sections
    }
    return {**known, **found}


def with_submitted(matrix: Mapping[str, Any], content: Any) -> dict[str, Any]:
    """A set's matrix with what was sent in for the corpus; content: of its params.yaml.

    Where the corpus has words, so does its pipeline, and the sections of fusions with them are
    there, be they empty.
    """
    params = content if isinstance(content, Mapping) else {}
    own = params.get("matrix")
    submitted = own.get(SUBMITTED) if isinstance(own, Mapping) else None
    found = dict(matrix) | {SUBMITTED: [] if submitted is None else submitted}
    if params.get("words") and WITH_WORDS not in found:
        found[WITH_WORDS] = _nested(WITH_WORDS)
    return found


def reads_of(matrix: Mapping[str, Any]) -> set[str]:
    """What the backbones of a set's matrix, not yet checked, look at: frames, clips, words, …"""
    sections = ("backbones", "pretrained", "joint")
    entries = [entry for section in sections for entry in matrix[section].values()]
    return {str(each.get("reads")) for each in entries if isinstance(each, Mapping)}


def unsaved_entries(matrix: Any, folder: Path) -> list[str]:
    """The entries of a matrix, valid or not, that are in no set of the folder, as YAML."""
    known: dict[str, list[Any]] = {}
    for name in set_names(folder):
        with suppress(BenchmarkError):
            for section, entries in read_set(folder, name).matrix.items():
                known.setdefault(section, []).extend(_entries(section, entries))
    return [
        one_line({section: dict([entry])}).strip()[1:-1]
        for section, entries in (matrix.items() if isinstance(matrix, Mapping) else ())
        for entry in _entries(section, entries)
        if section != SUBMITTED and entry not in known.get(section, [])
    ]


def _entries(section: str, entries: Any) -> list[tuple[Any, Any]]:
    """A section's (slug, entry) pairs; a headline is one, being replaced as a whole."""
    if section == HEADLINE or not isinstance(entries, Mapping):
        return [(section, entries)]
    if section in NESTED:
        return [
            (name, {slug: entry})
            for name, theirs in entries.items()
            for slug, entry in (theirs.items() if isinstance(theirs, Mapping) else ())
        ]
    return list(entries.items())


def matrix_text(matrix: Mapping[str, Any]) -> str:
    """The text of a matrix in params.yaml: a line for each entry, or for each value of a long one.

    As DVC would write it, so that `-S` leaves alone what it does not change.
    """
    lines = ["matrix:\n"]
    for section, entries in matrix.items():
        whole = f"  {section}: {one_line(entries)}"
        if section in (HEADLINE, SUBMITTED, *NESTED) or not entries:
            lines.append(whole if _fits_on_line(whole) else f"  {section}:\n{block(entries, 4)}")
            continue
        lines.append(f"  {section}:\n")
        for slug, entry in entries.items():
            line = f"    {slug}: {one_line(entry)}"
            lines.append(line if _fits_on_line(line) else f"    {slug}:\n{block(entry, 6)}")
    return "".join(lines)


def _fits_on_line(line: str) -> bool:
    return len(line) <= WIDTH + 1 and not re.search(r"\[(?!\])", line)  # DVC writes lists in lines


def _validated(document: Document) -> dict[str, Any]:
    """What a set's file says, an empty section as {}. BenchmarkError for what is not a set."""
    try:
        TypeAdapter(SetFile).validate_python(document.content)
    except ValidationError as error:
        raise BenchmarkError(
            "\n".join(explain(error, SetFile, document.place)),
            expected=f"mappings named {', '.join(SECTIONS)}, and `extends: <set>`",
            do="correct the lines named above",
        ) from None
    return {name: {} if value is None else value for name, value in document.content.items()}
