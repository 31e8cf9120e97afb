"""Counts as people say them, and lists as long as people read them."""

from collections.abc import Iterable
from itertools import islice

LISTED = 100  # of what is wrong in a file, before only their number is said
LONGEST = 500  # characters of one of them


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 film`, `2 films`, `3 approaches`, `1,200 films`; nouns: a plural that has no such end."""
    end = "es" if noun.endswith(("ch", "s", "x")) else "s"
    return f"{number:,} {noun if number == 1 else nouns or noun + end}"


def listed(lines: Iterable[object], total: int) -> list[str]:
    """The first hundred as texts, none of them very long, and how many more of `total` there are.

    An iterator is not asked for more than these.
    """
    shown = [_shortened(str(line)) for line in islice(lines, LISTED)]
    return [*shown, f"and {total - LISTED:,} more"] if total > LISTED else shown


def _shortened(line: str) -> str:
    half = LONGEST // 2
    return line if len(line) <= LONGEST else f"{line[:half]} … {line[-half:]}"
