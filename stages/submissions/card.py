"""The card of a submission: what its author states of it, since the scores cannot tell.

All of it is text to show, never a path, an address to open or a formula.
"""

import unicodedata
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from stages.base.errors import BenchmarkError
from stages.base.params.document import Document
from stages.base.params.explaining import explain
from stages.base.params.values import params_dataclass
from stages.submissions.files import check_file

MAX_BYTES = 20_000
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode: nothing that a reader would see


def _one_line(text: str) -> str:
    if not text.strip():
        raise ValueError("an empty text, expected a few words, or – where there is nothing to say")
    if hidden := [c for c in text if unicodedata.category(c) in HIDDEN]:
        raise ValueError(f"has {hidden[0]!a}, expected one line of printable text")
    return text.strip()


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("no day, expected one such as 2026-11-29") from None


Line = Annotated[str, Field(max_length=300), AfterValidator(_one_line)]
Day = Annotated[str, Field(max_length=10), AfterValidator(_day)]
LooksAt = Literal["picture", "sound", "words", "both", "picture_words", "sound_words", "all"]
Scale = Literal["probability", "any"]
LearntFrom = Literal["our_folds", "elsewhere"]


@params_dataclass
class Card:
    who: Line
    """Who made the system."""
    looks_at: LooksAt
    """What of a trailer it looks at, hears or reads: one of the three, or a union of them."""
    scale: Scale
    """probability: every score is one, from 0 to 1. any: a higher score means more likely."""
    learnt_from: LearntFrom
    """our_folds: of our films, each scored by models that saw none of its fold. elsewhere: from no
    genre of any of our films."""
    trained_on: Line
    """All data that it, or a network in it, was trained on."""
    our_films_among_it: Literal["yes", "no", "unknown"]
    """Whether films of this corpus are in the data that networks in it were trained on before."""
    paper: Line
    """Title, DOI or address; – for none."""
    licence: Line
    """Of the scores."""
    date: Day
    """When the scores were made."""

    def facts(self) -> dict[str, str]:
        """Every field by its name."""
        return asdict(self)


def read_card(path: Path) -> Card:
    """Read a card. Raises BenchmarkError that names every bad field, with its line."""
    check_file(path, MAX_BYTES, "write the card: docs/submit.md has one to copy")
    document = Document.read(path, do="write the card: docs/submit.md has one to copy")
    try:
        return TypeAdapter(Card).validate_python(document.content)
    except ValidationError as error:
        lines = [_printable(line) for line in explain(error, Card, document.place)]
    raise BenchmarkError(
        "\n".join(lines), do="correct the card; docs/submit.md explains its fields"
    )


def _printable(line: str) -> str:
    """A line whose keys and values, as somebody wrote them, move no terminal."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
