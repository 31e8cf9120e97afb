"""HDR frames, PQ or HLG, converted to standard dynamic range (BT.709).

The inverse of ITU-R BT.2408's display-referred mapping of SDR into HDR: reference white, 203 cd/m²,
becomes full white, light is coded for a display of gamma 2.4 (BT.1886), and BT.2020 primaries
become BT.709's. What is brighter than reference white, or outside the gamut, is clipped, so that a
scene graded within the standard range looks like its SDR version.
"""

from functools import cache
from typing import Any

import numpy as np
from av.video.reformatter import ColorPrimaries, ColorTrc

Array = np.ndarray[Any, Any]

PQ, HLG = int(ColorTrc.SMPTE2084), int(ColorTrc.ARIB_STD_B67)
HDR_TRANSFERS = (PQ, HLG)
REFERENCE_WHITE = 203.0  # cd/m², BT.2408
GAMMA = 2.4  # BT.1886
LUMINANCE_WEIGHTS = np.array([0.2627, 0.6780, 0.0593], np.float32)  # of RGB in BT.2020
# BT.2087: linear RGB in BT.2020 to BT.709
BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
    np.float32,
)
WHITE_CODE = 255 << 8  # what swscale makes of full white in 16 bits
ROWS_AT_ONCE = 64  # so that a large frame needs little memory


def to_bt709(image: Array, transfer: int, primaries: int) -> Array:
    """An HDR frame in BT.709: (height, width, 3) uint8, RGB.

    image: (height, width, 3) uint16, RGB, coded by `transfer` (PQ or HLG), full white at
    WHITE_CODE. primaries: BT.709's are kept, all others are taken for BT.2020's, which PQ and HLG
    are defined for (BT.2100).
    """
    shown = np.empty(image.shape, np.uint8)
    for top in range(0, len(image), ROWS_AT_ONCE):
        light = _linear_light(transfer)[image[top : top + ROWS_AT_ONCE]]
        if transfer == HLG:
            light = _hlg_ootf(light @ LUMINANCE_WEIGHTS)[..., None] * light
        if primaries != ColorPrimaries.BT709:
            light = light @ BT2020_TO_BT709.T
        shown[top : top + ROWS_AT_ONCE] = np.rint(255 * light.clip(0, 1) ** (1 / GAMMA))
    return shown


@cache
def luma_above(transfer: int, level: int) -> float:
    """Luma, in [0, 1], above which some channel of the SDR frame is certain to exceed `level`.

    The brightest channel is coded no lower than luma; it may be blue, which weighs least in
    luminance; and no BT.709 channel has to be brighter than luminance.
    """
    luminance = _linear_light(transfer).astype(np.float64) * LUMINANCE_WEIGHTS.min()
    if transfer == HLG:
        luminance *= _hlg_ootf(luminance)
    return float(np.searchsorted(luminance, ((level + 1) / 255) ** GAMMA)) / WHITE_CODE


@cache
def _linear_light(transfer: int) -> Array:
    """(65536,) light of each 16-bit code: of the display, white 1 (PQ), or of the scene (HLG)."""
    code = np.minimum(np.arange(65536) / WHITE_CODE, 1)
    if transfer == PQ:  # SMPTE ST 2084
        root = code ** (32 / 2523)
        light = (np.maximum(root - 107 / 128, 0) / (2413 / 128 - 2392 / 128 * root)) ** (
            8192 / 1305
        )
        return (light * (10_000 / REFERENCE_WHITE)).astype(np.float32)
    a, b, c = 0.17883277, 0.28466892, 0.55991073  # BT.2100, table 5
    light = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return light.astype(np.float32)


def _hlg_ootf(luminance: Array) -> Array:
    """Gain from scene light to a display of 1,000 cd/m², reference white 1 (BT.2100 OOTF)."""
    return 1_000 / REFERENCE_WHITE * luminance ** np.float32(0.2)
