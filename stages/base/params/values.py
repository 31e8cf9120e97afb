"""What a value of params.yaml may be: constrained types, and the decorator of a section."""

from itertools import pairwise
from math import isfinite
from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict
from pydantic.dataclasses import dataclass

from stages.base.genres import GENRES

Section = TypeVar("Section")


def _known_genre(genre: str) -> str:
    if genre not in GENRES:
        raise ValueError(f"unknown genre; known: {', '.join(GENRES)}")
    return genre


def _integral(value: Any) -> Any:
    """A whole number written as 1e4 is one, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("an empty text; write nothing after the colon where there is none")
    return text


def _all_finite(value: Any) -> Any:
    """The options of a family, whose names only it knows: no number in them is infinite."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"has {value}, expected a finite number")
    children = value.values() if isinstance(value, dict) else value
    for child in children if isinstance(value, dict | list) else ():
        _all_finite(child)
    return value


def distinct(tolerance: float = 0) -> AfterValidator:
    """A list whose values differ, numbers by more than `tolerance`."""

    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        for later, value in enumerate(values):
            same = [
                earlier
                for earlier in values[:later]
                if earlier == value or (tolerance and abs(earlier - value) <= tolerance)
            ]
            if same:
                by = f" by more than {tolerance:g}" if tolerance else ""
                raise ValueError(f"has {value!r} beside {same[0]!r}; its values must differ{by}")
        return values

    return AfterValidator(check)


def rising() -> AfterValidator:
    """A list whose values rise."""

    def check(values: tuple[float, ...]) -> tuple[float, ...]:
        for before, value in pairwise(values):
            if value <= before:
                raise ValueError(f"has {value:g} after {before:g}; its values must rise")
        return values

    return AfterValidator(check)


def one_or_more() -> BeforeValidator:
    """A list, or a single value in place of a list of one."""
    return BeforeValidator(lambda value: value if isinstance(value, list | tuple) else (value,))


# scalars are strict: "5" or true is an error, not a number; and no number is infinite
Bool = Annotated[bool, Strict()]
Int = Annotated[int, Strict(), BeforeValidator(_integral)]
Float = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Slug = Annotated[str, Field(pattern="^[a-z0-9_]+$")]
Text = Annotated[str, AfterValidator(_not_blank)]
Options = Annotated[dict[str, Any], AfterValidator(_all_finite)]
Share = Annotated[Float, Field(ge=0, le=1)]
PositiveInt = Annotated[Int, Field(ge=1, le=10**9)]
NonNegativeInt = Annotated[Int, Field(ge=0, le=10**9)]
Seed = Annotated[Int, Field(ge=0, lt=2**32)]  # as NumPy's RandomState, and so scikit-learn, takes
Byte = Annotated[Int, Field(ge=0, le=255)]
Positive = Annotated[Float, Field(gt=0)]
NonNegative = Annotated[Float, Field(ge=0)]
Genre = Annotated[str, AfterValidator(_known_genre)]
Window = Literal["start", "middle", "end"]
WINDOWS: tuple[Window, ...] = get_args(Window)
ALL_WINDOWS = "all"


@dataclass_transform(kw_only_default=True, frozen_default=True)
def params_dataclass(cls: type[Section]) -> type[Section]:
    """A frozen dataclass whose values pydantic checks; an unknown name is an error."""
    checked = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))(cls)
    return cast(type[Section], checked)
