"""What a trailer says: the section `words`, of a corpus whose trailers are transcribed or read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from stages.base.params.values import Float, PositiveInt, Share, params_dataclass

if TYPE_CHECKING:
    from stages.base.params.backbones import BackboneParams
    from stages.base.params.matrix import MatrixParams

WhisperModel = Literal[
    "tiny.en",
    "tiny",
    "base.en",
    "base",
    "small.en",
    "small",
    "medium.en",
    "medium",
    "large-v3",
    "large-v3-turbo",
]


@params_dataclass
class SpeechParams:
    """Speech becomes text. The thresholds are Silero's and Whisper's own but for `repeats`."""

    model: WhisperModel = "tiny.en"
    """Names that end in .en know English alone."""
    voice: Annotated[Float, Field(gt=0, lt=1)] = 0.5
    """What is speech is heard: where a voice is at least as probable as this."""
    around_seconds: Annotated[Float, Field(ge=0, le=30)] = 1.0
    """And this much before and after. Music hides where words begin and end."""
    no_speech: Share = 0.6
    """A segment whose probability of no speech is above this is dropped, if it is unsure too."""
    log_probability: Annotated[Float, Field(le=0)] = -1.0
    """A segment is unsure whose mean log-probability of a token is below this."""
    compression: Annotated[Float, Field(ge=1)] = 2.4
    """A segment is dropped whose text zlib makes smaller by more than this factor."""
    repeats: Annotated[PositiveInt, Field(ge=2)] = 3
    """So many segments of the same words, one after another, are all dropped."""


@params_dataclass
class CardsParams:
    """Text on the extracted frames: title cards, credits, signs."""

    confidence: Share = 0.5
    """A line that is read with less is left out."""
    shortest: PositiveInt = 2
    """A line of fewer letters and digits is left out: most of them are none."""
    same_level: Annotated[Float, Field(ge=0, le=255)] = 12.0
    """A frame is not read again of which no block of pixels differs by more than these levels from
    the one read before."""


@params_dataclass
class WordsParams:
    speech: SpeechParams | None = None
    """None: nothing is transcribed."""
    cards: CardsParams | None = None
    """None: nothing is read."""

    def wrong(self) -> str:
        """Why there cannot be such a section, "" where there can."""
        return "" if self.speech or self.cards else "asks for neither speech nor cards"


def mask_errors(matrix: "MatrixParams") -> Iterator[tuple[tuple[str, ...], str, object]]:
    """Backbones that are to hide titles and read none: keys, what is wrong, and what was found."""
    for section in ("backbones", "pretrained"):
        for slug, backbone in getattr(matrix, section).items():
            if backbone.mask_title and backbone.reads != "words":
                message = f"is of backbones that read words, and this one reads {backbone.reads}"
                yield ("matrix", section, slug, "mask_title"), message, True


def unmasked(slug: str, backbones: Mapping[str, "BackboneParams"]) -> str:
    """The backbone that differs from one only in that no title is hidden from it; "" for none."""
    own = backbones[slug]
    if not own.mask_title:
        return ""
    alike = (
        name
        for name, each in backbones.items()
        if not each.mask_title and replace(each, mask_title=True, name=own.name) == own
    )
    return next(alike, "")
