"""All words of a trailer in order of time, what is said and what is written, as a pack.

A line that the frame before shows too is there once. A trailer that was heard or read and has no
words has one text, which is empty: that is known of it, unlike of a trailer that nobody could hear
or look at, which is not in the pack. Where speech is asked for, one without sound says nothing.
Beside each text stands what is left of it where the words of its film's title are hidden, for
backbones that are to have it so.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from stages.base.files import replacing
from stages.base.packs import read_pack, read_table, write_pack
from stages.trailers.media.results import TRAILER
from stages.words.invented import WORDS
from stages.words.titles import without_title

TEXTS = pa.schema(
    [
        TRAILER,
        ("time", pa.float64()),  # seconds
        ("text", pa.string()),
        ("untitled", pa.string()),  # without the words of the film's title
        ("spoken", pa.bool_()),
    ]
)
SILENCE = ("no_audio", "silent", "too_short")
"""Reasons of a trailer in which nothing is said."""
Rows = list[dict[str, Any]]


def texts_of(
    segments: Iterable[Mapping[str, Any]], lines: Iterable[Mapping[str, Any]], title: str
) -> Rows:
    """Rows of TEXTS but for the trailer, in order of time.

    segments, lines: of one trailer, in their order, as the packs of speech and cards have them;
    title: of its film, "" where it is not known.
    """
    found: Rows = [
        {"time": each["start"], "text": each["text"], "spoken": True} for each in segments
    ]
    found += [
        {"time": each["time"], "text": each["text"], "spoken": False} for each in _once(lines)
    ]
    rows = [row | {"untitled": without_title(row["text"], title)} for row in found]
    return sorted(rows, key=lambda row: row["time"])


def _once(lines: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The lines whose words, whatever their case and punctuation, are not on the frame before."""
    last: dict[tuple[str, ...], int] = {}
    for line in lines:
        words = tuple(WORDS.findall(line["text"].casefold()))
        before, last[words] = last.get(words), line["frame"]
        if before is None or line["frame"] > before + 1:
            yield line


def write(
    folder: Path, speech: Path | None, cards: Path | None, titles: Mapping[str, str]
) -> tuple[int, int]:
    """Replace the folder by a pack of all words; how many trailers it has, and how many say
    nothing.

    speech, cards: the folders of these packs, None for one that the corpus does not ask for;
    titles: trailer_id -> its film's.
    """
    heard = _rows(speech, ("ok", *SILENCE)) if speech else {}
    read = _rows(cards, ("ok",)) if cards else {}
    every = {
        trailer: texts_of(heard.get(trailer, ()), read.get(trailer, ()), titles[trailer])
        for trailer in heard.keys() | read.keys()
    }
    write_texts(folder, every)
    return len(every), sum(not rows for rows in every.values())


def write_texts(folder: Path, every: Mapping[str, Rows]) -> None:
    """Replace the folder by a pack. every: trailer_id -> its rows, none where it says nothing."""
    nothing: Rows = [{"time": 0.0, "text": "", "untitled": "", "spoken": False}]

    def load(trailer: str) -> pa.Table:
        rows = every[trailer] or nothing
        return pa.Table.from_pylist([{"trailer_id": trailer, **row} for row in rows], TEXTS)

    with replacing(folder) as new:
        write_pack(new, every, load, TEXTS)


def _rows(pack: Path, known: Sequence[str]) -> dict[str, Sequence[dict[str, Any]]]:
    """By trailer, of those whose outcome has one of the reasons `known`."""
    outcomes = read_table(pack / "outcomes.parquet").to_pylist()
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for table in read_pack(pack):
        for row in table.to_pylist():
            found[row["trailer_id"]].append(row)
    return {
        row["trailer_id"]: found[row["trailer_id"]] for row in outcomes if row["reason"] in known
    }
