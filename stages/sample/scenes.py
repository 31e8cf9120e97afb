"""Scenes that any shot may show, whatever the film's genres.

A scene is a plate, (PLATE[1], PLATE[0], 3) uint8 RGB, larger than the picture so that a camera can
move over it.
"""

import colorsys
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[Any]  # uint8; OpenCV's own annotations say no more
Tone = Callable[[float], tuple[int, int, int]]  # brightness 0..1 to a colour of the scene's palette
PLATE = (320, 180)  # width, height


def paint_scene(rng: np.random.Generator) -> Image:
    """A random scene in a random palette."""
    paint = SCENES[int(rng.integers(len(SCENES)))]
    plate = paint(rng, _draw_palette(rng))
    for _ in range(int(rng.choice([0, 0, 1, 1, 2, 3]))):
        _draw_figure(rng, plate)
    plate = cv2.GaussianBlur(plate, (0, 0), float(rng.uniform(0.4, 1.6)))
    mottle = 225 + 45 * smooth_noise(rng, PLATE, int(rng.integers(4, 40)))
    return cv2.multiply(plate, cv2.merge([mottle.clip(0, 255).astype(np.uint8)] * 3), scale=1 / 255)


def smooth_noise(rng: np.random.Generator, size: tuple[int, int], cells: int) -> NDArray:
    """(height, width) float32 about -0.5 to 0.5, smooth, with `cells` bumps across the width."""
    width, height = size
    grid = rng.random((max(2, cells * height // width), max(2, cells))).astype(np.float32) - 0.5
    return cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)


def gradient(top: tuple[int, ...], bottom: tuple[int, ...], size: tuple[int, int]) -> Image:
    """A vertical gradient from one colour to another."""
    ramp = np.linspace(0, 1, size[1])[:, None]
    column = np.array(top) * (1 - ramp) + np.array(bottom) * ramp
    return cv2.resize(column.astype(np.uint8)[:, None], size, interpolation=cv2.INTER_NEAREST)


def hsv(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    """RGB, 0..255, of a colour given by hue, saturation and value in 0..1."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, min(saturation, 1), min(value, 1))
    return int(255 * red), int(255 * green), int(255 * blue)


def _draw_palette(rng: np.random.Generator) -> Tone:
    dark, light = rng.random(), rng.random()  # hues of the shadows and of the lights
    if rng.random() < 0.5:
        light = dark + rng.normal(0, 0.05)
    saturation = rng.uniform(0.05, 0.65)
    return lambda value: hsv(light if value > 0.5 else dark, saturation * (1.15 - value / 2), value)


def _landscape(rng: np.random.Generator, tone: Tone) -> Image:
    width, height = PLATE
    plate = gradient(tone(rng.uniform(0.4, 0.8)), tone(rng.uniform(0.7, 1)), PLATE)
    if rng.random() < 0.5:
        sun = int(rng.integers(width)), int(rng.integers(15, 80))
        cv2.circle(plate, sun, int(rng.integers(5, 22)), tone(1), -1, cv2.LINE_AA)
    for value in (0.55, 0.38, 0.2):
        bumps = smooth_noise(rng, (width, 2), int(rng.integers(3, 14)))[0]
        ridge = height * (1.05 - value) + bumps * float(rng.uniform(20, 70))
        _fill_below(plate, ridge, tone(value * float(rng.uniform(0.7, 1.2))))
    return plate


def _street(rng: np.random.Generator, tone: Tone) -> Image:
    width, height = PLATE
    plate = gradient(tone(rng.uniform(0.1, 0.7)), tone(rng.uniform(0.4, 0.9)), PLATE)
    lit = hsv(rng.uniform(0.05, 0.2), rng.uniform(0, 0.6), 0.9)
    for value in (0.42, 0.2):
        left = -10
        while left < width:
            wide, top = int(rng.integers(22, 60)), int(rng.integers(20, 130))
            shade = tone(value * float(rng.uniform(0.6, 1.2)))
            cv2.rectangle(plate, (left, top), (left + wide, height), shade, -1)
            for x, y in rng.integers((left + 3, top + 4), (left + wide - 3, height), (6, 2)):
                cv2.rectangle(plate, (int(x), int(y)), (int(x) + 3, int(y) + 5), lit, -1)
            left += wide + int(rng.integers(0, 30))
    return plate


def _interior(rng: np.random.Generator, tone: Tone) -> Image:
    width, height = PLATE
    plate = gradient(tone(rng.uniform(0.3, 0.7)), tone(rng.uniform(0.2, 0.6)), PLATE)
    floor = int(rng.integers(120, 150))
    plate[floor:] = tone(rng.uniform(0.1, 0.35))
    x, y = int(rng.integers(20, width - 110)), int(rng.integers(10, 40))
    wide, high = int(rng.integers(40, 90)), int(rng.integers(40, 80))
    cv2.rectangle(plate, (x, y), (x + wide, y + high), tone(rng.uniform(0.75, 1)), -1)
    cv2.line(plate, (x + wide // 2, y), (x + wide // 2, y + high), tone(0.3), 3)
    for _ in range(int(rng.integers(1, 5))):
        left, top = int(rng.integers(-20, width)), int(rng.integers(80, 140))
        corner = left + int(rng.integers(25, 90)), height
        cv2.rectangle(plate, (left, top), corner, tone(rng.uniform(0.08, 0.5)), -1)
    return plate


def _shore(rng: np.random.Generator, tone: Tone) -> Image:
    width, height = PLATE
    plate = gradient(tone(rng.uniform(0.5, 0.9)), tone(rng.uniform(0.6, 1)), PLATE)
    horizon = int(rng.integers(60, 120))
    water = gradient(tone(0.45), tone(rng.uniform(0.15, 0.4)), (width, height - horizon))
    glints = cv2.resize(smooth_noise(rng, (40, height - horizon), 40), (width, height - horizon))
    plate[horizon:] = np.clip(water + 90.0 * glints[..., None], 0, 255).astype(np.uint8)
    return plate


def _out_of_focus(rng: np.random.Generator, tone: Tone) -> Image:
    plate = gradient(tone(rng.uniform(0.1, 0.5)), tone(rng.uniform(0.1, 0.5)), PLATE)
    for x, y in rng.integers((0, 0), PLATE, (int(rng.integers(6, 16)), 2)):
        radius = int(rng.integers(10, 55))
        cv2.circle(plate, (int(x), int(y)), radius, tone(rng.uniform(0.2, 0.9)), -1)
    return cv2.blur(plate, (25, 25))


def _surface(rng: np.random.Generator, tone: Tone) -> Image:
    fine = smooth_noise(rng, PLATE, int(rng.integers(30, 160)))
    spread = 1 + 2 * int(rng.integers(4, 30))
    fine = cv2.blur(fine, (spread, 1) if rng.random() < 0.5 else (1, spread))
    value = 0.5 + smooth_noise(rng, PLATE, 4) * 0.6 + fine * float(rng.uniform(0.5, 1.5))
    shades = gradient(tone(0.15), tone(0.95), (1, 256))
    return cv2.applyColorMap(cv2.convertScaleAbs(value.clip(0, 1), alpha=255), shades)


def _draw_figure(rng: np.random.Generator, plate: Image) -> None:
    """A person as a silhouette: head, neck and shoulders down to the lower edge."""
    size = float(rng.uniform(0.35, 1.6))
    x, y = float(rng.uniform(40, PLATE[0] - 40)), float(rng.uniform(50, 110))
    colour = hsv(rng.random(), rng.uniform(0, 0.5), rng.uniform(0.03, 0.3))
    outline = [(-7, 18), (-9, 26), (-30, 36), (-36, 300), (36, 300), (30, 36), (9, 26), (7, 18)]
    body = np.array([(x + size * dx, y + size * dy) for dx, dy in outline], np.int32)
    cv2.fillPoly(plate, [body], colour, cv2.LINE_AA)
    head = (int(x), int(y)), (int(14 * size), int(19 * size))
    cv2.ellipse(plate, *head, float(rng.uniform(-8, 8)), 0, 360, colour, -1, cv2.LINE_AA)


def _fill_below(plate: Image, edge: NDArray, colour: tuple[int, int, int]) -> None:
    corners = [(len(edge), PLATE[1]), (0, PLATE[1])]
    outline = np.array([*enumerate(edge), *corners], np.int32)
    cv2.fillPoly(plate, [outline], colour, cv2.LINE_AA)


SCENES = (_landscape, _street, _interior, _shore, _out_of_focus, _surface)
