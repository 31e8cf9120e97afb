"""Scenes and tunes for the audit, and what an uploader does to them."""

import cv2
import numpy as np
import pytest
from pydantic import TypeAdapter

from stages.base.params import LeaksParams

RULES = {
    "flat": 10.0,
    "hash_bits": 6,
    "luma_difference": 20.0,
    "correlation": 0.92,
    "sound_error": 0.25,
    "sound_seconds": 3.0,
    "same_trailer": 0.5,
}
RATE = 16000


@pytest.fixture
def rules() -> LeaksParams:
    return TypeAdapter(LeaksParams).validate_python(RULES)


def scene(number: int) -> np.ndarray:
    """A picture like no other: (180, 320, 3) uint8, smooth light with shapes in it."""
    rng = np.random.default_rng(number)
    light = cv2.resize(rng.integers(0, 256, (4, 6, 3)).astype(np.uint8), (320, 180))
    for _ in range(6):
        x, y, w, h = (rng.random(4) * (320, 180, 90, 70)).astype(int).tolist()
        colour = rng.integers(0, 256, 3).tolist()
        cv2.rectangle(light, (x, y), (x + w + 8, y + h + 8), colour, -1)
    return light


def title(words: str, grey: int = 255) -> np.ndarray:
    """White words on black."""
    card = np.zeros((180, 320, 3), np.uint8)
    cv2.putText(card, words, (30, 95), cv2.FONT_HERSHEY_DUPLEX, 0.8, (grey,) * 3, 2)
    return card


def jpeg(picture: np.ndarray, quality: int = 90, height: int = 180) -> bytes:
    """As the packs hold it; with another height it went through another size before."""
    small = cv2.resize(picture, (height * 16 // 9, height), interpolation=cv2.INTER_AREA)
    once = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    decoded = cv2.imdecode(once, cv2.IMREAD_COLOR)
    assert decoded is not None
    back = cv2.resize(decoded, (320, 180))
    return bytes(cv2.imencode(".jpg", back, [cv2.IMWRITE_JPEG_QUALITY, 90])[1])


def tune(number: int, seconds: float, rate: int = RATE) -> np.ndarray:
    """Notes at random, (samples,) float32, with some hiss."""
    rng = np.random.default_rng(number)
    t = np.arange(int(seconds * rate)) / rate
    sound = 0.01 * rng.standard_normal(len(t))
    for onset in np.arange(0, seconds, 0.23):
        note = 220 * 2 ** (rng.integers(0, 37) / 12)
        heard = slice(int(np.ceil(onset * rate)), int((onset + 4) * rate))  # then it is below 1e-8
        fall, turn = np.exp(-5 * (t[heard] - onset)), 2 * np.pi * note * t[heard]
        sound[heard] += 0.1 * fall * (np.sin(turn) + 0.4 * np.sin(2 * turn))
    return sound.astype(np.float32)
