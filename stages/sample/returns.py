"""The two picture cues that exist only over time: a shot that shows an earlier shot's scene again.

Any single frame of theirs is drawn exactly as a neutral shot's: one cannot tell them by it. They
lie between shots rather than within one, since frames are taken further apart than most shots last.
"""

from collections.abc import Callable, Sequence

OVER_TIME: dict[str, Callable[[int], int]] = {
    "Mystery": lambda number: 0,  # an image that keeps coming back: the one that it all began with
    "Thriller": lambda number: number - 2,  # cross-cutting: there, here, and there again
}


def shown_again(number: int, cue: str) -> int | None:
    """The earlier shot that shot `number` goes back to, or None if its cue is none over time.

    Nothing lies before the first shots: there such a cue shows as nothing.
    """
    earlier = OVER_TIME[cue](number) if cue in OVER_TIME else number
    return earlier if 0 <= earlier < number else None


def scenes_shown(cues: Sequence[str]) -> list[int]:
    """For each shot of a trailer, the number of the shot whose scene it shows: mostly its own."""
    shown: list[int] = []
    for number, cue in enumerate(cues):
        earlier = shown_again(number, cue)
        shown.append(number if earlier is None else shown[earlier])
    return shown
