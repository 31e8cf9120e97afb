"""Hides the words of a film's own title in what its trailer says and shows.

A trailer names its film, on a card and often aloud, and what names a film may tell its genres to
whoever has heard of it. The words are those of the title without accents and case. Function words
stay, since they are in all texts, and so do single letters. Words that a reader has run together
("THETINKITE") are hidden too, and one that a sign parts ("SPIDER-MAN"). What is hidden leaves MARK;
a text of which nothing else is left is left out.
"""

import re
import unicodedata
from itertools import combinations

from stages.words.invented import WORDS

MARK = "…"
PARTED = re.compile(rf"{WORDS.pattern}(?:[-‐‑–'’.·]{WORDS.pattern})*")
"""A word, or several with one sign and no space between every two."""
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
    words = [folded(word) for word in WORDS.findall(unicodedata.normalize("NFC", title))]
    own = {word for word in words if len(word) > 1 and word not in FUNCTION_WORDS}
    runs = (words[a:b] for a, b in combinations(range(len(words) + 1), 2) if b - a > 1)
    return frozenset(own | {"".join(run) for run in runs if own & {*run}})


def without_title(text: str, title: str) -> str:
    """A text without the words of a title: "" where nothing with a letter or digit is left."""
    hidden = title_words(title)
    whole = unicodedata.normalize("NFC", text)  # an accent of its own would part a word
    shown = PARTED.sub(lambda found: _masked(found[0], hidden), whole)
    if shown == whole:
        return text
    return shown if WORDS.search(shown) else ""


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
