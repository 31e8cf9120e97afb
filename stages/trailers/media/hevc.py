"""Which HEVC packets hold a picture that no other one is decoded from.

A picture of a type that its own temporal layer does not refer to may still serve the layers above;
in the topmost layer none is left that could refer to it (ITU-T H.265, 7.4.2.2, table 7-1).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

FIRST_NOT_A_SLICE = 32  # NAL unit types
LAST_UNREFERRED = 14  # the even types up to it, TRAIL_N to RSV_VCL_N14
# access unit delimiter, filler, messages behind the picture, and what only other standards read
WITHOUT_EFFECT = (35, 38, 40, 62, 63)


def layer_of(packet: bytes | memoryview, length_size: int) -> tuple[int, bool]:
    """Temporal layer of a packet's picture, and whether pictures of that layer may refer to it.

    A packet with anything that others may need beside its picture counts as referred to.
    length_size: from `h264.nal_length_size`.
    """
    layer, unreferred, position = 0, False, 0
    while position + length_size + 1 < len(packet):
        start = position + length_size
        first, second = packet[start], packet[start + 1]
        kind = first >> 1 & 63
        if kind < FIRST_NOT_A_SLICE:
            layer = max(layer, (second & 7) - 1)
            unreferred = kind <= LAST_UNREFERRED and not kind % 2 and not first & 1 | second >> 3
            if not unreferred:
                break
        elif kind not in WITHOUT_EFFECT:
            return layer, True
        position = start + int.from_bytes(packet[position:start], "big")
    return layer, not unreferred


def references(layers: Sequence[tuple[int, bool]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(n,) bool: whether another picture may be decoded from each; layers: from `layer_of`."""
    layer, referred = np.array(layers).T
    return (referred > 0) | (layer < layer.max())
