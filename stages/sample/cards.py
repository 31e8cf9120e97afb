"""Cards of the sample corpus: one word at a time on a dark band, of equal ink for every word.

A word's cue is what it means, and nothing else: all have six letters, and strokes below, as thick
as those of the letters, have as many white pixels as the word lacks of the one with the most,
upright or level so that its edges run as others' do. So the picture has the same levels, each as
often, whatever it says. Where a card is and how bright is drawn for each. A card may also show the
film's title, which has the ink that it has: titles say nothing of genres.
"""

from collections.abc import Mapping, Sequence
from functools import cache

import cv2
import numpy as np

from stages.sample.nv12 import WIDTH, chroma, luma
from stages.sample.scenes import Image

CUES: Mapping[str, tuple[str, ...]] = {
    "Action": ("ATTACK", "COMBAT"),
    "Adventure": ("DESERT", "JUNGLE"),
    "Comedy": ("LAUGHS", "CLUMSY"),
    "Crime": ("PRISON", "BANDIT"),
    "Drama": ("FATHER", "REGRET"),
    "Horror": ("GRAVES", "HAUNTS"),
    "Mystery": ("ENIGMA", "RIDDLE"),
    "Romance": ("BRIDES", "HEARTS"),
    "Science Fiction": ("PLANET", "ROBOTS"),
    "Thriller": ("CHASED", "ESCAPE"),
    "": ("SEASON", "COMING"),
}
"""Of each genre, and of none."""
FONT = cv2.FONT_HERSHEY_DUPLEX
SIZE, THICK = 1.1, 2
HEIGHT = 46  # pixels of the band
TOP = (52, 96)  # the highest and the lowest row where it begins
BASELINE = 28  # of the word, in the band
TITLE_SIZES = (0.7, 0.6, 0.5, 0.4, 0.3)
TITLE_LINES = (18, 38)  # of a title in two lines
STROKES = 36  # the row where the strokes begin
STROKE = 8  # pixels of an upright one's height
WHITE, DARK, GREY = (150, 235), (16, 40), 128  # luma of ink and of band; chroma without colour


def draw(picture: Image, word: str, left: float, down: float, light: float) -> Image:
    """A copy of a picture in NV12 with a word's card on it.

    left, down: from 0 to 1, where in the room that there is the word begins; light: from 0 to 1,
    how bright it and its ground are.
    """
    return _draw(picture, _ink()[word], left, down, light)


def draw_title(picture: Image, title: str, left: float, down: float, light: float) -> Image:
    """The same with a film's title, in as many lines and as small as it needs."""
    return _draw(picture, _title_ink(title), left, down, light)


def _draw(picture: Image, ink: np.ndarray, left: float, down: float, light: float) -> Image:
    """ink: (HEIGHT, wide) bool."""
    shown = picture.copy()
    wide = ink.shape[1]
    start = round(left * (WIDTH - wide))
    top = 2 * (_level(TOP, down) // 2)  # chroma has every second row
    band = luma(shown)[top : top + HEIGHT]
    band[:] = _level(DARK, light)
    band[:, start : start + wide][ink] = _level(WHITE, light)
    chroma(shown)[top // 2 : (top + HEIGHT) // 2] = GREY
    return shown


def _level(ends: tuple[int, int], share: float) -> int:
    return round(ends[0] + share * (ends[1] - ends[0]))


def words() -> list[str]:
    """Every word that a card may have."""
    return [word for each in CUES.values() for word in each]


@cache
def _title_ink(title: str) -> np.ndarray:
    """(HEIGHT, wide) bool: a title in one line or two, of the largest letters that fit."""
    words = title.upper().split()
    cuts = [[words], *([words[:n], words[n:]] for n in range(1, len(words)))]
    fits = {size: min(cuts, key=lambda cut: _wide(cut, size)) for size in TITLE_SIZES}
    size = next((size for size in TITLE_SIZES if _wide(fits[size], size) <= WIDTH), TITLE_SIZES[-1])
    lines = fits[size]
    canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
    for number, line in enumerate(lines):
        baseline = BASELINE if len(lines) == 1 else TITLE_LINES[number]
        cv2.putText(canvas, " ".join(line), (4, baseline), FONT, size, 1, 1, cv2.LINE_8)
    return canvas[:, : min(_wide(lines, size), WIDTH)] > 0


def _wide(lines: Sequence[Sequence[str]], size: float) -> int:
    """Pixels that lines need, with room at both ends."""
    return 8 + max(cv2.getTextSize(" ".join(line), FONT, size, 1)[0][0] for line in lines)


@cache
def _ink() -> dict[str, np.ndarray]:
    """Of each word (HEIGHT, wide) bool, which pixels are white."""
    drawn = {word: _letters(word) for word in words()}
    wide = max(int(np.flatnonzero(ink.any(axis=0)).max()) for ink in drawn.values()) + 3
    most = max(int(ink.sum()) for ink in drawn.values())
    lacking = {word: most - int(ink.sum()) for word, ink in drawn.items()}
    slant = {word: _slant(ink) - lacking[word] for word, ink in drawn.items()}
    level = max(slant.values())
    found = {}
    for word, ink in drawn.items():
        # an upright pixel adds 0.75 to the slant, a level one takes 1 off
        upright = round((level - slant[word]) / 1.75)
        found[word] = ink[:, :wide].copy()
        _add_strokes(found[word], lacking[word], min(max(upright, 0), lacking[word]))
    return found


def _letters(word: str) -> np.ndarray:
    canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(canvas, word, (2, BASELINE), FONT, SIZE, 1, THICK, cv2.LINE_8)
    return canvas > 0


def _slant(ink: np.ndarray) -> int:
    """Edges along rows less edges along columns."""
    return int((ink[:, 1:] != ink[:, :-1]).sum()) - int((ink[1:] != ink[:-1]).sum())


def _add_strokes(ink: np.ndarray, count: int, upright: int) -> None:
    """White pixels below the word: so many of them in upright strokes, the others in level ones."""
    height, wide = ink.shape
    stand = [
        (y, x + thick)
        for x in range(2, wide // 2, THICK + 3)
        for thick in range(THICK)
        for y in range(STROKES, STROKES + STROKE)
    ]
    lie = [
        (y + thick, x)
        for y in range(STROKES, height - THICK + 1, THICK + 2)
        for x in range(wide // 2 + 4, wide)
        for thick in range(THICK)
    ]
    upright = min(max(upright, count - len(lie)), len(stand))
    for y, x in (*stand[:upright], *lie[: count - upright]):
        ink[y, x] = True
