"""Pictures of high dynamic range, PQ or HLG, as a standard (BT.709) screen shows them.

The inverse of ITU-R BT.2408's display-referred mapping of standard pictures into HDR: reference
white, 203 cd/m², is full white, light is coded for a screen of gamma 2.4 (BT.1886), and BT.2020's
primaries become BT.709's. What is brighter than reference white, or outside the gamut, is clipped,
so that a scene graded within the standard range looks as its standard version does.
"""

from functools import cache
from typing import Any

import numpy as np
from av.video.reformatter import ColorPrimaries, ColorTrc

Array = np.ndarray[Any, Any]

PQ, HLG = int(ColorTrc.SMPTE2084), int(ColorTrc.ARIB_STD_B67)
HIGH = (PQ, HLG)
WHITE = 203.0  # cd/m², BT.2408
GAMMA = 2.4  # BT.1886
LUMINANCE = np.array([0.2627, 0.6780, 0.0593], np.float32)  # of RGB in BT.2020
# BT.2087: linear RGB in BT.2020 to BT.709
TO_709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
FULL = 255 << 8  # what swscale makes of full white in 16 bits
ROWS = 64  # at a time, so that a large picture needs little memory


def standard(image: Array, transfer: int, primaries: int) -> Array:
    """An HDR picture in BT.709: (height, width, 3) uint8, RGB.

    image: uint16, RGB, `FULL` is white, coded by `transfer` (PQ or HLG). primaries: BT.709's are
    kept, all others are taken for BT.2020's, which both are made for (BT.2100).
    """
    shown = np.empty(image.shape, np.uint8)
    for top in range(0, len(image), ROWS):
        light = _light(transfer)[image[top : top + ROWS]]
        if transfer == HLG:
            light = _displayed(light @ LUMINANCE)[..., None] * light
        if primaries != ColorPrimaries.BT709:
            light = light @ TO_709.T
        shown[top : top + ROWS] = np.rint(255 * light.clip(0, 1) ** (1 / GAMMA))
    return shown


@cache
def lit_luma(transfer: int, level: int) -> float:
    """Share of full luma from which some channel of the standard picture surely exceeds `level`.

    The brightest channel is coded no lower than luma, may be blue, which has the least part in
    luminance, and none of BT.709's channels needs to be brighter than luminance.
    """
    luminance = _light(transfer).astype(np.float64) * LUMINANCE.min()
    if transfer == HLG:
        luminance *= _displayed(luminance)
    return float(np.searchsorted(luminance, ((level + 1) / 255) ** GAMMA)) / FULL


@cache
def _light(transfer: int) -> Array:
    """Light of each 16-bit code: on the screen with reference white 1 (PQ), in the scene (HLG)."""
    code = np.minimum(np.arange(65536) / FULL, 1)
    if transfer == PQ:  # SMPTE ST 2084
        root = code ** (32 / 2523)
        light = (np.maximum(root - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * root)) ** (
            8192 / 1305
        )
        return (light * (10_000 / WHITE)).astype(np.float32)
    a, b, c = 0.17883277, 0.28466892, 0.55991073  # BT.2100, table 5
    light = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return light.astype(np.float32)


def _displayed(luminance: Array) -> Array:
    """What a screen of 1,000 cd/m² makes of the scene's light, reference white 1 (BT.2100 OOTF)."""
    return 1_000 / WHITE * luminance ** np.float32(0.2)
