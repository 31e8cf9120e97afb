"""Networks asked in words: their prompts, and the approaches that ask them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from stages.base.params.values import Slug, Text, Window, distinct, params_dataclass

if TYPE_CHECKING:
    from stages.base.params.matrix import MatrixParams

Prompts = Annotated[tuple[Text, ...], Field(min_length=1), distinct()]
FEW_SHOT = "few_shot"
ASKED = ("zero_shot", FEW_SHOT)
"""Heads that take the embeddings of prompts."""


@params_dataclass
class ZeroShotParams:
    """A network asked in words: nothing is trained, no film is learnt from."""

    backbone: Slug
    """One that has `prompts`."""
    window: Window | Literal["all"] | None = None
    """As of an approach."""


def not_asked(matrix: "MatrixParams") -> Iterator[tuple[tuple[str, ...], str, object]]:
    """Keys, message and value of what asks a backbone without prompts, or where none are known."""
    asked = [slug for slug, each in matrix.pretrained.items() if each.prompts]
    expected = f"expected one of matrix.pretrained with prompts: {', '.join(asked) or 'none is'}"
    few = {slug: each for slug, each in matrix.approaches.items() if each.head == FEW_SHOT}
    asking = [("zero_shot", slug, each.backbone) for slug, each in matrix.zero_shot.items()]
    asking += [("approaches", slug, each.backbone) for slug, each in few.items()]
    for section, slug, backbone in asking:
        if backbone not in asked:
            keys = ("matrix", section, slug, "backbone")
            yield keys, f"found {backbone!r}, {expected}", backbone
    for slug, each in few.items():
        place = ("matrix", "approaches", slug)
        if each.context not in ("mean", "each"):
            message = "is not mean or each, whose embeddings can be compared with prompts"
            yield (*place, "context"), message, each.context
        if each.fewer_labels:
            yield (*place, "fewer_labels"), "is not of an approach that starts from prompts", None
    for kind, entries in (("early", matrix.every_early), ("dual", matrix.dual)):
        for slug, joined in entries.items():
            if joined.head == FEW_SHOT:
                held = matrix.with_words.keys(kind, slug)
                message = "starts from prompts of one network"
                yield ("matrix", *held, slug, "head"), message, FEW_SHOT
    for modality, slug in matrix.headline.named.items():
        if slug in few:
            message = f"{slug} starts from prompts: the headline learns from our films alone"
            yield ("matrix", "headline", modality), message, slug
