"""Genres, titles, years and videos as their publishers write them, and as a catalogue does."""

import re
from collections import Counter
from collections.abc import Iterable

from stages.base.genres import GENRES
from stages.collecting.rows import DAMAGED, NO_GENRE, UnusableError

RENAMED = {"Sci-Fi": "Science Fiction"}
# each publisher's genres that are none of the ten
MOVIELENS = frozenset(  # https://files.grouplens.org/datasets/movielens/ml-20m-README.html
    [
        *("Animation", "Children", "Children's", "Documentary", "Fantasy", "Film-Noir", "IMAX"),
        *("Musical", "War", "Western", "(no genres listed)"),
    ]
)
IMDB = frozenset(
    [
        *("Adult", "Animation", "Biography", "Documentary", "Family", "Fantasy", "Film-Noir"),
        *("Game-Show", "History", "Music", "Musical", "News", "Reality-TV", "Short", "Sport"),
        *("Talk-Show", "War", "Western"),
    ]
)
TMDB = frozenset(  # https://developer.themoviedb.org/reference/genre-movie-list
    [
        *("Animation", "Documentary", "Family", "Fantasy", "History", "Music", "TV Movie"),
        *("War", "Western"),
    ]
)
ARTICLES = frozenset(  # English, French, German, Spanish, Italian, Portuguese, Dutch, Nordic, ...
    [
        *("the", "a", "an", "le", "la", "les", "l'", "un", "une", "des", "der", "die", "das"),
        *("den", "dem", "ein", "eine", "el", "los", "las", "lo", "una", "il", "i", "gli", "uno"),
        *("un'", "o", "os", "as", "um", "uma", "de", "het", "een", "det", "en", "ett", "et", "az"),
    ]
)
ARTICLE_BEHIND = re.compile(r"(?P<title>.*\S), (?P<article>[^\s,()]+'?)")
YEAR = re.compile(
    r"(?P<title>.*\S)\s*\((?P<kind>[^()\d]*\s)?(?P<year>\d{4})(?:[-–] ?(?:\d{4})?)?\)"
)
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
WATCH = "https://www.youtube.com/watch?v="


def choose_genres(
    names: Iterable[str], others: frozenset[str], left_out: Counter[str]
) -> tuple[str, ...]:
    """Those of the ten, in their order; the publisher's `others` are counted in `left_out`.

    Raises UnusableError for a name that the publisher does not have, or if none of the ten is left.
    """
    named = [RENAMED.get(name, name) for name in names]
    if unknown := [name for name in named if name not in GENRES and name not in others]:
        raise UnusableError(DAMAGED, f"genre {unknown[0]!r}, which this source does not have")
    left_out.update({name for name in named if name in others})
    chosen = tuple(genre for genre in GENRES if genre in named)
    if not chosen:
        raise UnusableError(NO_GENRE, ", ".join(named) or "no genre")
    return chosen


def title_and_year(text: str, mend: bool = True) -> tuple[str, int | None]:
    """`Matrix, The (1999)` -> The Matrix, 1999; the year is None where none stands at the end.

    Of a span of years, (1975-1979), the first counts; words before it, (TV Movie 1971), are no part
    of the title. mend: put articles in front, in alternative titles too. Raises UnusableError
    for an empty one.
    """
    text = " ".join(text.split())
    found = YEAR.fullmatch(text)
    title = found["title"] if found else text
    if not title:
        raise UnusableError(DAMAGED, "no title")
    return mend_articles(title) if mend else title, int(found["year"]) if found else None


def mend_articles(title: str) -> str:
    """`Boat, The (Boot, Das)` -> The Boat (Das Boot)."""
    pieces = _pieces(title)
    if len(pieces) > 1 and not pieces[-1].startswith("("):  # Centipede II (Full Sequence), The
        return _article_in_front(title)
    return "".join(_mend_piece(piece) for piece in pieces)


def youtube_address(video: str) -> str:
    """The address of a video; raises UnusableError if this is no id of YouTube's."""
    if not YOUTUBE_ID.fullmatch(video):
        wanted = "expected 11 letters, digits, - or _"
        raise UnusableError(DAMAGED, f"video {video!r}, {wanted}")
    return WATCH + video


def check_number(text: str, name: str) -> str:
    """The same id; raises UnusableError if it is no whole number."""
    if not (text.isascii() and text.isdigit()):
        raise UnusableError(DAMAGED, f"{name} {text!r}, expected a number")
    return text


def check_imdb_id(text: str) -> str:
    """The same id; raises UnusableError if it is not `tt` and seven digits or more."""
    if not re.fullmatch(r"tt[0-9]{7,10}", text):
        raise UnusableError(DAMAGED, f"IMDb id {text!r}, expected tt and seven digits or more")
    return text


def _pieces(title: str) -> list[str]:
    """The title cut before and after each outermost pair of parentheses; whole if none match."""
    pieces, depth = [""], 0
    for character in title:
        if character == "(" and depth == 0:
            pieces.append("")
        pieces[-1] += character
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return [title]
        if character == ")" and depth == 0:
            pieces.append("")
    return [piece for piece in pieces if piece] if depth == 0 else [title]


def _mend_piece(piece: str) -> str:
    if not piece.startswith("("):
        end = piece[len(piece.rstrip()) :]
        return _article_in_front(piece.rstrip()) + end
    inside, also = piece[1:-1], "a.k.a. "
    prefix = also if inside.startswith(also) else ""
    return f"({prefix}{_article_in_front(inside.removeprefix(prefix))})"


def _article_in_front(title: str) -> str:
    found = ARTICLE_BEHIND.fullmatch(title)
    if found is None or found["article"].casefold() not in ARTICLES:
        return title
    if found["title"].casefold().startswith(f"{found['article'].casefold()}, "):
        return title  # Die, Mommie, Die
    article = found["article"][0].upper() + found["article"][1:]
    return article + ("" if article.endswith("'") else " ") + found["title"]
