"""Hides the words of a film's own title in what its trailer says and shows.

A trailer names its film, on a card and often aloud, and what names a film may tell its genres to
whoever has heard of it. The words are those of the title without accents and case. Function words
stay, since they are in all texts, and so do single letters; but not between two words that are
hidden ("LORD OF THE RINGS"), where they are the title's. Words that a reader has run together
("THETINKITE") are hidden too, and one that a sign parts ("SPIDER-MAN") or a single space ("SPI
DER"). A function word is no part of one, so that "a part" is not taken for "Apart". What is hidden
leaves MARK; a text of which nothing is left but the title's function words and letters is left out.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import combinations

from stages.words.invented import WORDS

MARK = "…"
PARTED = re.compile(rf"{WORDS.pattern}(?:[-‐‑–'’.·]{WORDS.pattern})*")
"""A word, or several with one sign and no space between every two."""
BETWEEN = re.compile(rf"{MARK}((?: {WORDS.pattern})+) (?={MARK})")
"""Words between two that are hidden, with single spaces."""
STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that no mark is taken from, as readers of English write them."""
FUNCTION_WORDS = frozenset(
    WORDS.findall(
        """
        a an the this that these those some any no every each all both either neither such
        i me my mine myself you your yours he him his she her hers it its we us our ours they them
        their theirs who whom whose which what
        and or nor but if than then because while when where why how as so too not only
        of in on at to from by for with without into onto out off over under up down about after
        before between through during against upon within along across behind beyond near until
        since per
        am is are was were be been being do does did done have has had having will would shall
        should can could may might must
        """
    )
)
"""Of English, the language of most catalogues' titles."""


def folded(word: str) -> str:
    """A word without case and accents."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(STROKES))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def title_words(title: str) -> frozenset[str]:
    """The words of a title that are hidden, and what they are when they are run together.

    Empty of a title that is of function words alone.
    """
    return frozenset("".join(run) for run in _runs(title) if any(map(_is_own, run)))


def _runs(title: str) -> Iterator[list[str]]:
    words = [folded(word) for word in WORDS.findall(unicodedata.normalize("NFC", title))]
    return (words[a:b] for a, b in combinations(range(len(words) + 1), 2))


def _is_own(word: str) -> bool:
    return len(word) > 1 and word not in FUNCTION_WORDS


def without_title(text: str, title: str) -> str:
    """A text without the words of a title: "" where at most its function words and letters are
    left."""
    hidden = title_words(title)
    whole = unicodedata.normalize("NFC", text)  # an accent of its own would part a word
    shown = _joined(PARTED.sub(lambda found: _masked(found[0], hidden), whole), hidden)
    if shown == whole:
        return text
    rest = {"".join(run) for run in _runs(title)} - hidden
    shown = BETWEEN.sub(lambda found: f"{MARK} " if _words(found[1]) <= rest else found[0], shown)
    return shown if _words(shown) - rest else ""


def _words(text: str) -> set[str]:
    return {folded(word) for word in WORDS.findall(text)}


def _joined(text: str, hidden: frozenset[str]) -> str:
    """The text with MARK for every two neighbours, a single space between them, that are one hidden
    word together; neither is a function word, nor parted by a sign."""
    shown, at, last = "", 0, None
    for word in PARTED.finditer(text):
        if (
            last is not None
            and text[last.end() : word.start()] == " "
            and folded(last[0] + word[0]) in hidden
            and not {folded(last[0]), folded(word[0])} & FUNCTION_WORDS
        ):
            shown += text[at : last.start()] + MARK
            at, last = word.end(), None
        else:
            last = word
    return shown + text[at:]


def _masked(parts: str, hidden: frozenset[str]) -> str:
    """Words with a sign between every two, where those that are hidden, or hidden together, leave
    MARK."""
    words = [*WORDS.finditer(parts)]
    letters = [folded(word[0]) for word in words]
    longest = max(map(len, hidden), default=0)  # letters, and so words
    shown, at, number = "", 0, 0
    while number < len(words):
        for end in range(min(number + longest, len(words)), number, -1):
            if "".join(letters[number:end]) in hidden:
                shown += parts[at : words[number].start()] + MARK
                at = words[end - 1].end()
                number = end - 1
                break
        number += 1
    return shown + parts[at:]
