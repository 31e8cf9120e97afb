"""The log of a sample trailer: its shots, sounds, cards and how its shots move; and which of these
an approach was given.

Only for evaluation: no approach may read it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stages.base.genres import GENRES
from stages.corpus.reader import Trailer
from stages.sample.plan import FRAME_RATE, Plan

NEUTRAL = len(GENRES)  # the last column of a row of counts


@dataclass(frozen=True)
class Event:
    """One shot, sound, card, or the way in which a shot moves."""

    trailer_id: str
    film_id: str
    modality: str
    """"picture", "sound", "words", or "motion", a part of the picture."""
    event: int
    """Its number among the trailer's shots, sounds or cards; of a motion its shot's."""
    start: float
    """Seconds."""
    end: float
    """Seconds."""
    cue: str
    """A genre, or "" if neutral."""
    decoy: bool
    """Whether the cue was drawn without regard to the film's genres."""


def list_events(trailer: Trailer, plan: Plan) -> list[Event]:
    """Every shot of the plan, then every sound, then every card with a word, then every motion.

    A card with the film's title says nothing of its genres and is none of what is drawn by them.
    """
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
        if card.word
    ]
    moves = [
        replace(shot, modality="motion", cue=motion.cue, decoy=motion.decoy)
        for shot, motion in zip(shots, plan.motions, strict=bool(plan.motions))
    ]
    return shots + sounds + words + moves


def count_seen(
    events: Iterable[Event], times: Sequence[float], modality: str = "picture"
) -> NDArray[np.int64]:
    """Cues of the shots that contain at least one frame at `times` (s), each shot counted once.

    modality: "words" for cards instead. Returns (11,): one count per genre, in the order of GENRES,
    then neutral ones.
    """
    return _count(
        event.cue for event in events if event.modality == modality and _within(event, times)
    )


def count_moving(events: Iterable[Event], clips: Iterable[Sequence[float]]) -> NDArray[np.int64]:
    """Motions of the shots of which a clip has two pictures or more: one alone does not move.

    clips: of each the times of its pictures, in s. Returns (11,): one count per genre, in the order
    of GENRES, then neutral ones.
    """
    runs = [*clips]
    return _count(
        event.cue
        for event in events
        if event.modality == "motion" and any(_within(event, times) > 1 for times in runs)
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


def _within(event: Event, times: Sequence[float]) -> int:
    """How many pictures an event has of those at `times` (s)."""
    slack = 0.5 / FRAME_RATE  # a frame's time and a shot's boundary are rounded separately
    return sum(event.start - slack <= time < event.end - slack for time in times)


def _count(cues: Iterable[str]) -> NDArray[np.int64]:
    columns = [GENRES.index(cue) if cue else NEUTRAL for cue in cues]
    return np.bincount(columns, minlength=NEUTRAL + 1).astype(np.int64)
