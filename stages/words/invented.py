"""Which segments Whisper made up: on music and noise it writes signs, loops and thanks.

A segment is dropped as
- no words: its text has no letter and no digit, such as notes of music;
- no speech: nobody speaks, as Whisper itself says, and it is unsure of what it wrote (its own rule,
  Radford et al. 2022, arXiv 2212.04356, section 4.5);
- a loop: zlib makes its text smaller by more than a factor (Whisper's sign of one, same section);
- repeated: the same words, whatever their case and punctuation, come in so many segments in a row.
"""

import re
import zlib
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from stages.base.counting import counted
from stages.base.params import SpeechParams

WORDS = re.compile(r"[^\W_]+")


def reasons(segments: Sequence[dict[str, Any]], params: SpeechParams) -> list[str]:
    """Why each segment is dropped, "" for one that stays.

    segments: in their order, with text, log_probability and no_speech.
    """
    said = [tuple(WORDS.findall(each["text"].casefold())) for each in segments]
    runs = [len(list(run)) for _, run in groupby(filter(None, said))]
    in_a_row = iter([length for length in runs for _ in range(length)])
    found = []
    for segment, words in zip(segments, said, strict=True):
        times = next(in_a_row) if words else 0
        unsure = segment["log_probability"] < params.log_probability
        if not words:
            found.append("no words")
        elif segment["no_speech"] > params.no_speech and unsure:
            found.append("no speech")
        elif compression(segment["text"]) > params.compression:
            found.append("loop")
        else:
            found.append("repeated" if times >= params.repeats else "")
    return found


def compression(text: str) -> float:
    """By what factor zlib makes a text smaller, below 1 if it does not."""
    coded = text.encode()
    return len(coded) / len(zlib.compress(coded))


def spoken(
    segments: Sequence[dict[str, Any]], params: SpeechParams
) -> tuple[list[dict[str, Any]], str]:
    """The segments that stay, and a note on those that do not."""
    why = reasons(segments, params)
    kept = [segment for segment, reason in zip(segments, why, strict=True) if not reason]
    dropped = [reason for reason in why if reason]
    parts = [f"{reason} {dropped.count(reason)}" for reason in sorted(set(dropped))]
    note = f"{counted(len(dropped), 'segment')} dropped: {', '.join(parts)}" if parts else ""
    return kept, note
