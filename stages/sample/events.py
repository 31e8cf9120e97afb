"""The log of a sample trailer's shots and sounds, and which of them an approach was given.

Only for evaluation: no approach may read it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stages.base.genres import GENRES
from stages.corpus.reader import Trailer
from stages.sample.plan import FRAME_RATE, Plan

NEUTRAL = len(GENRES)  # the last column of a row of counts


@dataclass(frozen=True)
class Event:
    """One shot, sound or card."""

    trailer_id: str
    film_id: str
    modality: str
    """"picture", "sound" or "words"."""
    event: int
    """Its number among the trailer's shots, sounds or cards."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    cue: str
    """A genre, or "" if neutral."""
    decoy: bool
    """Whether the cue was drawn without regard to the film's genres."""


def list_events(trailer: Trailer, plan: Plan) -> list[Event]:
    """Every shot of the plan, then every sound, then every card."""
    owner = trailer.trailer_id, trailer.film_id
    shots = [
        Event(
            *owner,
            "picture",
            number,
            round(shot.start / FRAME_RATE, 6),
            round((shot.start + shot.frames) / FRAME_RATE, 6),
            shot.cue,
            shot.decoy,
        )
        for number, shot in enumerate(plan.shots)
    ]
    sounds = [
        Event(*owner, "sound", number, sound.start, sound.end, sound.cue, sound.decoy)
        for number, sound in enumerate(plan.sounds)
    ]
    words = [
        Event(
            *owner,
            "words",
            number,
            round(card.start / FRAME_RATE, 6),
            round((card.start + card.frames) / FRAME_RATE, 6),
            card.cue,
            card.decoy,
        )
        for number, card in enumerate(plan.cards)
    ]
    return shots + sounds + words


def count_seen(
    events: Iterable[Event], times: Sequence[float], modality: str = "picture"
) -> NDArray[np.int64]:
    """Cues of the shots that contain at least one frame at `times` (s), each shot counted once.

    modality: "words" for cards instead. Returns (11,): one count per genre, in the order of GENRES,
    then neutral ones.
    """
    slack = 0.5 / FRAME_RATE  # a frame's time and a shot's boundary are rounded separately
    return _count(
        event.cue
        for event in events
        if event.modality == modality
        and any(event.start - slack <= time < event.end - slack for time in times)
    )


def count_heard(events: Iterable[Event], start: float, end: float) -> NDArray[np.int64]:
    """Cues of the sounds of which at least half lies between `start` and `end` (s).

    Returns (11,): one count per genre, in the order of GENRES, then neutral sounds.
    """
    return _count(
        event.cue
        for event in events
        if event.modality == "sound"
        and min(event.end, end) - max(event.start, start) >= (event.end - event.start) / 2
    )


def _count(cues: Iterable[str]) -> NDArray[np.int64]:
    columns = [GENRES.index(cue) if cue else NEUTRAL for cue in cues]
    return np.bincount(columns, minlength=NEUTRAL + 1).astype(np.int64)
