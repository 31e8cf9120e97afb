"""Counts as people say them."""


def counted(number: int, noun: str, nouns: str = "") -> str:
    """`1 film`, `2 films`, `3 approaches`, `1,200 films`; nouns: a plural that has no such end."""
    end = "es" if noun.endswith(("ch", "s", "x")) else "s"
    return f"{number:,} {noun if number == 1 else nouns or noun + end}"
