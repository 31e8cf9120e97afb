"""Pydantic's errors as lines with file, line number, what was found and what was expected."""

import difflib
from collections.abc import Callable, Sequence
from types import NoneType, UnionType
from typing import get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stages.base.counting import listed
from stages.base.params.budgets import BUDGETS

INCONSISTENT = "inconsistent"  # type of errors between sections; their messages say what was found
Place = Callable[[Sequence[str]], tuple[str, bool]]
"""`file:line` of the value under some keys, or of its nearest parent, and whether it exists."""


def explain(error: ValidationError, schema: type, place: Place) -> list[str]:
    """A line for each error, up to a hundred, and how many more there are.

    schema: the dataclass that the file was checked against.
    """
    lines = (_line(detail, schema, place) for detail in error.errors(include_url=False))
    return listed(lines, error.error_count())


def _line(detail: ErrorDetails, schema: type, place: Place) -> str:
    loc = [str(part) for part in detail["loc"] if part != "[key]"]
    keys = [key for place, key in enumerate(loc) if place != 3 or key not in BUDGETS]
    where, present = place(keys)
    message, found = detail["msg"].removeprefix("Value error, "), detail["input"]
    if detail["type"] == "unexpected_keyword_argument":
        message = "unknown parameter" + _known(loc, schema)
    elif detail["type"] == "missing":
        message = "missing"
    elif detail["type"] in ("dataclass_type", "dict_type"):
        message = "should be a mapping" + (f" (found: {found!r})" if keys else "")
    elif detail["type"] != INCONSISTENT and present and isinstance(found, str | int | float):
        message += f" (found: {found!r})"
    return ": ".join([where, *([".".join(keys)] if keys else []), message])


def _known(keys: Sequence[str], schema: type) -> str:
    """Of the names that are known where an unknown one was found: the nearest, or all."""
    kind: object = schema
    for key in keys[:-1]:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif key in BUDGETS:
            kind = BUDGETS[key]
        else:
            kind = getattr(kind, "__dataclass_fields__", {})[key].type
        if isinstance(kind, UnionType):  # a section that may be missing
            kind = next(each for each in get_args(kind) if each is not NoneType)
    names = set(getattr(kind, "__dataclass_fields__", {}))
    close = difflib.get_close_matches(keys[-1], names, n=1)
    return f", did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(names))}"
