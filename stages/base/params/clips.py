"""Clips: the section `clips`, of a corpus whose trailers are looked at in motion."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from stages.base.params.fusions import DUAL
from stages.base.params.sections import FramesParams
from stages.base.params.values import Bool, Int, params_dataclass

if TYPE_CHECKING:
    from stages.base.params.schema import Params

Errors = Iterator[tuple[tuple[str, ...], str, object]]
CLIP_PICTURES = 16  # of a clip, as networks of video take them
CLIP_RATE = 8  # pictures a second


@params_dataclass
class ClipsParams:
    """Pictures in a row, which show what moves."""

    count: Annotated[Int, Field(ge=1, le=1000)]
    """Clips taken from a trailer, evenly spaced."""
    within_shots: Bool = False
    """Move each to where no cut is in it."""


@dataclass(frozen=True)
class ClipsRecipe:
    """What decides a trailer's clips."""

    clips: ClipsParams
    frames: FramesParams
    """Where the first may be, and how pictures are kept."""

    @classmethod
    def of(cls, clips: ClipsParams, frames: FramesParams) -> "ClipsRecipe":
        """Clips beside frames; what concerns frames alone counts for nothing."""
        return cls(clips, replace(frames, count=1, nearest_key_frame=False))


def clip_errors(params: "Params") -> Errors:
    """What does not fit together of clips and the rest: keys, what is wrong, and what was found."""
    if params.clips and not params.download.keep_videos:
        message = "clips are taken from videos that are kept: expected true"
        yield ("download", "keep_videos"), message, False
    matrix, slugs = params.matrix, set()
    for section in ("backbones", "pretrained"):
        for slug, backbone in getattr(matrix, section).items():
            if backbone.reads == "clips":
                slugs.add(slug)
                if params.clips is None:
                    place = ("matrix", section, slug, "reads")
                    yield place, "needs a section `clips: {count: 8}`", "clips"
    for name, approach in matrix.approaches.items():
        if approach.context == "each" and approach.backbone in slugs:
            place = ("matrix", "approaches", name, "context")
            yield place, "is of single frames, and this backbone reads clips", "each"
        if approach.context == DUAL:
            place = ("matrix", "approaches", name, "context")
            yield place, "takes two backbones: it is an entry under matrix.dual", DUAL
    yield from _dual_errors(params, slugs)
    if slugs and params.training.mask_shared:
        message = f"leaves out single frames, and {min(slugs)} reads clips: expected 0"
        yield ("training", "mask_shared"), message, params.training.mask_shared


def _dual_errors(params: "Params", of_clips: set[str]) -> Errors:
    matrix, training = params.matrix, params.training
    backbones = {**matrix.backbones, **matrix.pretrained}
    of_frames = {slug for slug, each in backbones.items() if each.reads == "frames"}
    for slug, dual in matrix.dual.items():
        keys = ("matrix", "dual", slug)
        for part, known in (("frames", of_frames), ("clips", of_clips)):
            if (found := getattr(dual, part)) not in known:
                expected = ", ".join(sorted(known)) or "none that the matrix has"
                message = f"reads no {part}: expected a backbone that does, one of {expected}"
                yield (*keys, part), message, found
    if matrix.dual and DUAL not in training.contexts:
        yield ("training", "contexts"), f"lacks {DUAL!r}, which matrix.dual is trained by", None
