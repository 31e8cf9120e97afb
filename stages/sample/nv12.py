"""Pictures as the encoder takes them: NV12, BT.601, limited range, half the bytes of RGB.

A picture is (HEIGHT * 3 / 2, WIDTH) uint8: rows of luma, then Cb and Cr in turn, for every second
row and column.
"""

import cv2
import numpy as np

from stages.sample.scenes import Image

SIZE = (256, 144)  # width, height
WIDTH, HEIGHT = SIZE
HALF = (WIDTH // 2, HEIGHT // 2)
BLACK = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
BLACK[:HEIGHT] = 16


def luma(picture: Image) -> Image:
    """The rows of luma of a picture, or of what is kept in its form: a view."""
    return picture[:HEIGHT]


def chroma(picture: Image) -> Image:
    """Cb and Cr, (HEIGHT / 2, WIDTH / 2, 2): a view."""
    return picture[HEIGHT:].reshape(HALF[1], HALF[0], 2)


def planes(rgb: Image) -> tuple[Image, Image]:
    """Luma (h, w) and chroma (h / 2, w / 2, 2) of an RGB image of any even size."""
    height, width = rgb.shape[:2]
    both = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)
    cb, cr = both[height:].reshape(2, height // 2, width // 2)
    return both[:height], cv2.merge([cb, cr])


def from_rgb(rgb: Image) -> Image:
    """(HEIGHT, WIDTH, 3) RGB as a picture."""
    picture = np.empty_like(BLACK)
    picture[:HEIGHT], chroma(picture)[:] = planes(rgb)
    return picture


def to_rgb(picture: Image) -> Image:
    """A picture as (HEIGHT, WIDTH, 3) RGB."""
    return cv2.cvtColor(picture, cv2.COLOR_YUV2RGB_NV12)
