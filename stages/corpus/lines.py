"""Lines of text as a catalogue has them: fields separated by tabs, and what is wrong with them."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# spaces of all kinds and invisible marks; no tabs, which separate the columns
BLANKS = " \u00a0\u00ad\u1680\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
BLANKS += "".join(map(chr, range(0x2000, 0x2010)))
INVISIBLE = "\u00ad\u200b\u2060\ufeff"  # within a word they only join or break lines


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with one line."""

    line: int
    """From 1."""
    message: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}: found {self.found}, expected {self.expected}"


def split_rows(data: bytes, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    """Line number and stripped fields of every line but blanks and comments.

    A line that is not UTF-8 is appended to `problems`.
    """
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            shown = f"byte {raw[error.start]:#04x} at column {error.start + 1}"
            problems.append(Problem(number, "not UTF-8", shown, "text saved as UTF-8"))
            continue
        if not line.strip() or line.startswith("#"):
            continue
        yield number, [strip_blanks(field) for field in line.split("\t")]


def strip_blanks(field: str) -> str:
    """A field without the blanks, visible or not, at its ends."""
    return field.strip(BLANKS)


def character_problems(number: int, row: list[str]) -> Iterator[Problem]:
    """Characters in a row's fields that cannot be shown."""
    text = "".join(row)
    if control := [c for c in text if unicodedata.category(c) == "Cc"]:
        yield Problem(number, "control character", repr(control[0]), "printable text")
    if invisible := [c for c in text if c in INVISIBLE]:
        yield Problem(number, "invisible character", ascii(invisible[0]), "text without it")
