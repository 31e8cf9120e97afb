"""The words of a trailer on the page of --plot: a row each along the timeline, and a list below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from stages.commands.predict.output import printable
from stages.commands.predict.word_pieces import CARD_SECONDS
from stages.commands.predict.words import Words, clock

NARROWEST = 2  # pixels of what is over before the drawing begins


@dataclass(frozen=True)
class Span:
    """What is said, or written on one frame."""

    start: float
    """Seconds."""
    end: float
    text: str


def spans_of(words: Words) -> Iterator[tuple[str, list[Span]]]:
    """The rows to draw: a title, and what is said or written when; none for what was not asked."""
    if words.heard is not None:
        yield "said", [Span(each["start"], each["end"], each["text"]) for each in words.heard]
    if words.read is not None:
        frames = groupby(words.read, key=lambda line: (line["frame"], line["time"]))
        texts = [(time, " / ".join(each["text"] for each in found)) for (_, time), found in frames]
        yield "written", [Span(time, time + CARD_SECONDS, text) for time, text in texts]


def drawn_spans(
    spans: Sequence[Span], begin: float, scale: float, top: float, height: float
) -> Iterator[str]:
    """A box for each span, its text cut off at the end and whole in the tooltip.

    begin: seconds at the drawing's left edge; scale: pixels a second.
    """
    for span in spans:
        left = max((span.start - begin) * scale, 0)
        width = max((span.end - begin) * scale - left, NARROWEST)
        text = escape(printable(span.text))
        yield (
            f'<g class="text"><title>{clock(span.start)} {text}</title>'
            f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{height - 2}"/>'
            f'<svg x="{left:.1f}" y="{top}" width="{width:.1f}" height="{height - 2}">'
            f'<text x="3" y="13">{text}</text></svg></g>'
        )


def listed(words: Words) -> str:
    """The same as lists that can be read and searched."""
    parts = []
    for title, spans in spans_of(words):
        items = "".join(
            f"<li><time>{clock(span.start)}</time>{escape(printable(span.text))}</li>"
            for span in spans
        )
        parts.append(f'<h3>{title}</h3><ul class="words">{items or "<li>nothing</li>"}</ul>')
    return "".join(parts)
