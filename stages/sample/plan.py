"""The plan of a sample trailer: shots, sound events and their cues, drawn before rendering.

The generative model, which `stages.scoring.ideal_observer` inverts: each shot, and each sound
event, independently draws one genre of the film; with that genre's planted probability it carries
its cue, otherwise with the decoy probability the cue of any of the ten, otherwise it is neutral.
So do cards and the ways in which shots move, where they are asked for. Everything else is
independent of the genres.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from stages.base.genres import GENRES
from stages.base.params import SampleParams
from stages.corpus.reader import Trailer
from stages.sample import cards

FRAME_RATE = 24
SECONDS = (46, 59)
SHOTS = (20, 40)
SHORTEST_SHOT = 12  # frames
FIRST_SHOT_BY = 200  # frame number: the first one that the seed study samples
CARDS = 12  # of a trailer that has words
CARD_FRAMES = 46  # of each; frames are taken some 40 apart
EVENT_EVERY = (1.3, 2.2)  # seconds from one sound event to the next
# Picture cues that exist only over time: a shot repeats the scene of an earlier shot, this one.
# Any single frame is drawn like a neutral shot's, so it cannot give the cue away. They span shots
# rather than lie within one, since frames are sampled further apart than most shots last.
TEMPORAL_CUES: dict[str, Callable[[int], int]] = {
    "Mystery": lambda shot: 0,  # the opening image keeps coming back
    "Thriller": lambda shot: shot - 2,  # cross-cutting between two places
}


@dataclass(frozen=True)
class Shot:
    """One shot."""

    start: int
    """Number of its first frame."""
    frames: int
    """Number of frames."""
    cue: str
    """A genre, or "" if neutral."""
    decoy: bool
    """Whether the cue was drawn without regard to the film's genres."""


@dataclass(frozen=True)
class Sound:
    """One sound event."""

    start: float
    """Seconds into the trailer."""
    end: float
    """Seconds into the trailer."""
    cue: str
    """A genre, or "" if neutral."""
    decoy: bool
    """Whether the cue was drawn without regard to the film's genres."""


@dataclass(frozen=True)
class Motion:
    """How a shot moves."""

    cue: str
    """A genre, or "" if as most do."""
    decoy: bool
    """Whether the cue was drawn without regard to the film's genres."""


@dataclass(frozen=True)
class Card:
    """A word, or the film's title, on the picture."""

    start: int
    """Number of its first frame."""
    frames: int
    """Number of frames."""
    cue: str
    """A genre, or "" if the word is of none."""
    decoy: bool
    """Whether the cue was drawn without regard to the film's genres."""
    word: str
    """"" where it shows the title."""
    left: float
    """Where it begins, from 0 to 1 of the room there is."""
    down: float
    """Likewise, from above."""
    light: float
    """How bright it and its ground are, from 0 to 1."""


@dataclass(frozen=True)
class Plan:
    """One trailer: rating card, shots, title card, and black in every frame between them."""

    key: str
    """Seed of all random streams of its rendering (see `stream`)."""
    title: str
    """Of the film, shown on the title card."""
    year: int | None
    """Of the film, shown on the title card."""
    frames: int
    """Length of the trailer."""
    card_frames: int
    """Frames of the rating card, at the start."""
    title_frames: int
    """Frames of the title card, at the end."""
    shots: tuple[Shot, ...]
    """In order, none overlapping."""
    sounds: tuple[Sound, ...]
    """In order, none overlapping."""
    cards: tuple[Card, ...] = ()
    """In order, none overlapping; over whatever the picture shows."""
    motions: tuple[Motion, ...] = ()
    """Of each shot; none where no way to move is planted."""

    @property
    def seconds(self) -> float:
        return self.frames / FRAME_RATE


def stream(key: str, *names: object) -> np.random.Generator:
    """An independent random stream for each name under one key."""
    digest = sha256("\t".join([key, *map(str, names)]).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def plan_trailer(trailer: Trailer, params: SampleParams) -> Plan:
    """Draw a trailer's plan, which depends on its row and the parameters only."""
    key = f"{params.seed}\t{trailer.film_id}\t{trailer.url}"
    timing = stream(key, "timing")
    frames = int(timing.integers(SECONDS[0] * FRAME_RATE, SECONDS[1] * FRAME_RATE + 1))
    card_frames = int(timing.integers(FIRST_SHOT_BY - 20, FIRST_SHOT_BY - 8))
    title_frames = int(timing.integers(60, 85))
    spans = _shot_spans(timing, card_frames, frames - title_frames)
    times = _sound_times(timing, frames / FRAME_RATE)
    seen = _draw_cues(
        stream(key, "picture cues"),
        trailer.genres,
        params.picture,
        params.picture_decoy,
        len(spans),
    )
    heard = _draw_cues(
        stream(key, "sound cues"), trailer.genres, params.sound, params.sound_decoy, len(times)
    )
    return Plan(
        key=key,
        title=trailer.title,
        year=trailer.year,
        frames=frames,
        card_frames=card_frames,
        title_frames=title_frames,
        shots=tuple(Shot(*span, *cue) for span, cue in zip(spans, seen, strict=True)),
        sounds=tuple(Sound(*time, *cue) for time, cue in zip(times, heard, strict=True)),
        cards=_cards(key, trailer.genres, params, frames - title_frames),
        motions=_motions(key, trailer.genres, params, len(spans)),
    )


def _motions(
    key: str, genres: Sequence[str], params: SampleParams, shots: int
) -> tuple[Motion, ...]:
    if params.motion is None:
        return ()
    rng = stream(key, "motion cues")
    cues = _draw_cues(rng, genres, params.motion, params.motion_decoy, shots)
    return tuple(Motion(*cue) for cue in cues)


def _cards(key: str, genres: Sequence[str], params: SampleParams, end: int) -> tuple[Card, ...]:
    """The cards of a trailer, one in each of CARDS equal stretches up to frame `end`."""
    if params.words is None:
        return ()
    rng = stream(key, "cards")
    room = (end - FIRST_SHOT_BY) // CARDS
    cues = _draw_cues(stream(key, "word cues"), genres, params.words, params.words_decoy, CARDS)
    titled = stream(key, "title cards").random(CARDS) < params.title_cards
    found = []
    for number, (cue, decoy) in enumerate(cues):
        start = FIRST_SHOT_BY + number * room + int(rng.integers(room - CARD_FRAMES))
        word = str(rng.choice(cards.CUES[cue]))
        place = rng.random(3).tolist()
        said = ("", False, "") if titled[number] else (cue, decoy, word)
        found.append(Card(start, CARD_FRAMES, *said, *place))
    return tuple(found)


def _shot_spans(rng: np.random.Generator, begin: int, end: int) -> list[tuple[int, int]]:
    """(start, frames) of the shots between two frames, with black before the first, after the last
    and at two to four cuts."""
    shots = int(rng.integers(SHOTS[0], SHOTS[1] + 1))
    black = np.zeros(shots + 1, int)
    dips = rng.choice(np.arange(1, shots), int(rng.integers(2, 5)), replace=False)
    black[dips] = rng.integers(4, 10, len(dips))
    black[[0, -1]] = rng.integers(6, 9), rng.integers(6, 13)
    spare = end - begin - int(black.sum()) - shots * SHORTEST_SHOT
    edges = np.cumsum(rng.dirichlet(np.full(shots, 2.0)))[:-1] * spare
    lengths = SHORTEST_SHOT + np.diff(np.round(edges), prepend=0, append=spare).astype(int)
    starts = begin + np.cumsum(black[:-1]) + np.cumsum(lengths) - lengths
    return [(int(start), int(length)) for start, length in zip(starts, lengths, strict=True)]


def _sound_times(rng: np.random.Generator, seconds: float) -> list[tuple[float, float]]:
    """(start, end) of sound events over the whole trailer, in order, none overlapping."""
    times: list[tuple[float, float]] = []
    start = float(rng.uniform(0.2, 0.8))
    while True:
        step = float(rng.uniform(*EVENT_EVERY))
        end = start + step * float(rng.uniform(0.8, 0.97))
        if end > seconds:
            return times
        times.append((round(start, 4), round(end, 4)))
        start += step


def _draw_cues(
    rng: np.random.Generator,
    genres: Sequence[str],
    planted: Mapping[str, float],
    decoy: float,
    events: int,
) -> list[tuple[str, bool]]:
    """(cue, whether it is a decoy) of each event, by the model in the module's docstring."""
    cues = []
    for which, is_planted, is_decoy, any_genre in rng.random((events, 4)):
        genre = genres[int(which * len(genres))]
        if is_planted < planted[genre]:
            cues.append((genre, False))
        elif is_decoy < decoy:
            cues.append((GENRES[int(any_genre * len(GENRES))], True))
        else:
            cues.append(("", False))
    return cues


def earlier_scene(shot: int, cue: str) -> int | None:
    """The earlier shot whose scene shot number `shot` repeats; None without a temporal cue.

    The first shots have nothing to repeat: there such a cue does not show.
    """
    earlier = TEMPORAL_CUES[cue](shot) if cue in TEMPORAL_CUES else shot
    return earlier if 0 <= earlier < shot else None


def scene_numbers(cues: Sequence[str]) -> list[int]:
    """For each shot of a trailer, the number of the shot whose scene it shows: usually its own."""
    scenes: list[int] = []
    for shot, cue in enumerate(cues):
        earlier = earlier_scene(shot, cue)
        scenes.append(shot if earlier is None else scenes[earlier])
    return scenes
