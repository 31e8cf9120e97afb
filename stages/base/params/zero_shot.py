"""Networks asked in words: their prompts, and the approaches that ask them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from stages.base.params.values import Slug, Text, Window, distinct, params_dataclass

if TYPE_CHECKING:
    from stages.base.params.matrix import MatrixParams

Prompts = Annotated[tuple[Text, ...], Field(min_length=1), distinct()]


@params_dataclass
class ZeroShotParams:
    """A network asked in words: nothing is trained, no film is learnt from."""

    backbone: Slug
    """One that has `prompts`."""
    window: Window | Literal["all"] | None = None
    """As of an approach."""


def not_asked(matrix: "MatrixParams") -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Keys, message and value of each approach that asks a backbone without prompts."""
    asked = [slug for slug, each in matrix.pretrained.items() if each.prompts]
    expected = f"expected one of matrix.pretrained with prompts: {', '.join(asked) or 'none is'}"
    for slug, each in matrix.zero_shot.items():
        if each.backbone not in asked:
            keys = ("matrix", "zero_shot", slug, "backbone")
            yield keys, f"found {each.backbone!r}, {expected}", each.backbone
