"""Numbers, counts and lists as texts for people."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def number(value: Any, places: int = 2) -> str:
    """A number for people; an en dash where it is undefined."""
    if value is None or pd.isna(value):
        return "–"
    text = f"{float(value):.{places}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", "−")


def plain_number(value: Any) -> str:
    """A number as one writes a setting, without an exponent: `0.00003`, `1`, `100`."""
    text = f"{float(value):.12f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def interval(lo: Any, hi: Any, places: int = 2) -> str:
    """An interval for people, as in `0.36 to 0.47`; empty where it is undefined."""
    if pd.isna(lo) or pd.isna(hi):
        return ""
    return f"{number(lo, places)} to {number(hi, places)}"


def signed(value: Any, places: int = 2) -> str:
    """A difference for people, with its sign."""
    text = number(value, places)
    return text if text.startswith(("−", "–")) or float(text) == 0 else f"+{text}"


def p_value(value: Any) -> str:
    """A p-value for people, as in `p = 0.012` or `p < 0.001`; an en dash where undefined."""
    if pd.isna(value):
        return "p –"
    return "p < 0.001" if value < 0.001 else f"p = {number(value, 3)}"


def in_words(count: int) -> str:
    """A number in words where it is a small one, as in `nine`."""
    return WORDS[count] if count < len(WORDS) else str(count)


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 film`, `2 films`, `3 approaches`; nouns: a plural that has no such end."""
    end = "es" if noun.endswith(("ch", "s", "x")) else "s"
    return f"{number:,} {noun if number == 1 else nouns or noun + end}"


def listed(texts: Sequence[str]) -> str:
    """Texts in a row, as in `a, b and c`."""
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " and " + texts[-1]


def quoted(name: str) -> str:
    """A name in a sentence: in quotation marks where it has commas of its own."""
    return f"“{name}”" if ", " in name else name


def isolate(text: Any) -> str:
    """A text from outside whose right-to-left marks, if it has any, end where it ends."""
    return f"\u2068{text}\u2069"


def of_all(some: int, total: int, noun: str) -> str:
    """`All 23 models beat`, `3 of 23 models beat`, `The only model beats`."""
    if total == 1:
        return f"The only {noun} {'beats' if some else 'does not beat'}"
    if some in (0, total):
        return f"{'All' if some else 'None of the'} {total} {noun}s beat"
    return f"{some} of {total} {noun}s {'beats' if some == 1 else 'beat'}"
