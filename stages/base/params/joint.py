"""What looks and listens at once: the section `matrix.joint`, and how approaches may use it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from stages.base.params.modalities import JOINT

if TYPE_CHECKING:
    from stages.base.params.schema import Params

Errors = Iterator[tuple[tuple[str, ...], str, object]]


def joint_errors(params: "Params") -> Errors:
    """What does not fit together: keys, what is wrong, and what was found."""
    matrix = params.matrix
    for section in ("backbones", "pretrained"):
        for slug, backbone in getattr(matrix, section).items():
            place, found = ("matrix", section, slug, "reads"), backbone.reads
            if slug in matrix.joint and found != JOINT:
                yield place, f"found {found!r}, expected {JOINT!r}", found
            elif slug not in matrix.joint and found == JOINT:
                message = "is of entries under matrix.joint, whose stages wait for both packs"
                yield place, message, found
    for section in ("approaches", "zero_shot"):
        for name, asked in getattr(matrix, section).items():
            if asked.backbone not in matrix.joint:
                continue
            keys = ("matrix", section, name)
            if asked.window is not None:
                message = "is of sound approaches, and this one hears every window"
                yield (*keys, "window"), message, asked.window
            if getattr(asked, "context", "") == "each":
                message = "is of single frames or windows, and this backbone reads both"
                yield (*keys, "context"), message, "each"
    if matrix.joint and params.training.mask_shared:
        message = f"leaves out single frames, and {min(matrix.joint)} reads them beside sound: "
        yield ("training", "mask_shared"), f"{message}expected 0", params.training.mask_shared
