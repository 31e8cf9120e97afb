"""Renders the picture of a sample trailer, frame by frame, from its plan."""

from collections.abc import Iterator

import cv2
import numpy as np

from stages.sample.picture_cues import (
    HEIGHT,
    SIZE,
    STATIC_CUES,
    WIDTH,
)
from stages.sample.plan import Plan, scene_numbers, stream
from stages.sample.scenes import PLATE, Image, gradient, hsv, paint_scene, smooth_noise

FONT = cv2.FONT_HERSHEY_DUPLEX
CARD = (
    ("THE FOLLOWING TRAILER HAS BEEN", 0.36),
    ("INVENTED FOR ALL MEASUREMENTS", 0.42),
    ("BY NOBODY IN PARTICULAR", 0.36),
    ("S   SAMPLE: NO SUCH FILM EXISTS", 0.36),
)


def iterate_frames(plan: Plan) -> Iterator[Image]:
    """Every frame in presentation order, (144, 256, 3) uint8 RGB; black between shots and cards."""
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    grade = _ColourGrade(stream(plan.key, "look"))
    card = rating_card()
    yield from (card for _ in range(plan.card_frames))
    at = plan.card_frames
    scenes = scene_numbers([shot.cue for shot in plan.shots])
    for number, (shot, scene) in enumerate(zip(plan.shots, scenes, strict=True)):
        yield from (black for _ in range(shot.start - at))
        pictures = shot_frames(plan.key, number, shot.frames, shot.cue, scene)
        yield from map(grade.apply, pictures)
        at = shot.start + shot.frames
    yield from (black for _ in range(plan.frames - plan.title_frames - at))
    title = title_card(stream(plan.key, "title"), plan.title, plan.year)
    for shown in np.linspace(0.3, 2, plan.title_frames).clip(max=1):
        yield cv2.convertScaleAbs(title, alpha=float(shown))


def shot_frames(key: str, number: int, frames: int, cue: str, scene: int) -> Iterator[Image]:
    """The frames of one shot: a scene under a moving camera, with the shot's cue over it.

    scene: number of the shot whose scene and light are shown, its own or an earlier one. Scene,
    light and camera come from random streams that do not depend on the cue.
    """
    loop = STATIC_CUES[cue](stream(key, "cue", number)) if cue in STATIC_CUES else None
    plate = paint_scene(stream(key, "scene", scene))
    exposure = 0.6 + 0.9 * float(stream(key, "light", scene).random())
    camera = _Camera(stream(key, "camera", number))
    for frame, progress in enumerate(np.linspace(0, 1, frames)):
        picture = cv2.convertScaleAbs(camera.shoot(plate, float(progress)), alpha=exposure)
        yield loop.apply(picture, frame) if loop else picture


class _Camera:
    """A camera move over a plate: pan, zoom and shake."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._zoom = rng.uniform(0.8, 1.05, 2)
        self._centre = np.array(PLATE) / 2 + rng.uniform(-1, 1, (2, 2)) * (24, 12)
        self._shake = rng.uniform(0, 2.5) * (rng.random() < 0.4)
        self._phase = rng.uniform(0, 6.3, 2)

    def shoot(self, plate: Image, progress: float) -> Image:
        zoom = self._zoom[0] + progress * (self._zoom[1] - self._zoom[0])
        x, y = self._centre[0] + progress * (self._centre[1] - self._centre[0])
        x += self._shake * np.sin(self._phase[0] + 40 * progress)
        y += self._shake * np.sin(self._phase[1] + 53 * progress)
        move = np.array([[zoom, 0, x - zoom * WIDTH / 2], [0, zoom, y - zoom * HEIGHT / 2]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(plate, move, SIZE, flags=flags, borderMode=cv2.BORDER_REFLECT_101)


class _ColourGrade:
    """The look of a whole trailer: a tint, a vignette and film grain."""

    def __init__(self, rng: np.random.Generator) -> None:
        y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
        falloff = 1 - rng.uniform(0, 0.35) * (x**2 + y**2)
        tint = np.array(hsv(rng.random(), rng.uniform(0, 0.2), 1))
        self._filter = (falloff[..., None] * tint * rng.uniform(0.9, 1)).clip(0, 255)
        self._filter = self._filter.astype(np.uint8)
        strength = rng.uniform(0.5, 4)
        noise = rng.normal(128, strength, (HEIGHT + 32, WIDTH + 32, 1)).round().clip(0, 255)
        self._grain = noise.astype(np.uint8).repeat(3, axis=2)
        self._offsets = rng.integers(0, 32, (97, 2))
        self._frame = 0

    def apply(self, picture: Image) -> Image:
        self._frame += 1
        x, y = self._offsets[self._frame % len(self._offsets)]
        grain = self._grain[y : y + HEIGHT, x : x + WIDTH]
        tinted = cv2.multiply(picture, self._filter, scale=1 / 255)
        return cv2.addWeighted(tinted, 1, grain, 1, -128)


def rating_card() -> Image:
    """A green card in the style of a rating board, with text of no real board."""
    card = gradient((14, 112, 52), (8, 84, 36), SIZE)
    cv2.rectangle(card, (10, 10), (WIDTH - 11, HEIGHT - 11), (235, 245, 238), 1)
    for line, (text, size) in enumerate(CARD):
        _centre_text(card, text, size, 36 + 26 * line, (240, 248, 242))
    return card


def title_card(rng: np.random.Generator, title: str, year: int | None) -> Image:
    """The film's title and year over a dark, mottled background."""
    mottle = 0.5 + smooth_noise(rng, SIZE, 5)
    ground = np.array(hsv(rng.random(), rng.uniform(0.2, 0.6), rng.uniform(0.12, 0.3)))
    card = (mottle[..., None].clip(0.2, 1) * ground + 8).astype(np.uint8)
    lines = _wrap(title.upper(), 0.55)
    top = HEIGHT // 2 - 11 * len(lines) + 8
    for line, text in enumerate([*lines, str(year or "")]):
        _centre_text(
            card, text, 0.55 if line < len(lines) else 0.4, top + 22 * line, (238, 234, 224)
        )
    return card


def _wrap(text: str, size: float) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and cv2.getTextSize(longer, FONT, size, 1)[0][0] > WIDTH - 40:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines[:4]


def _centre_text(
    image: Image, text: str, size: float, baseline: int, colour: tuple[int, int, int]
) -> None:
    wide = cv2.getTextSize(text, FONT, size, 1)[0][0]
    cv2.putText(image, text, ((WIDTH - wide) // 2, baseline), FONT, size, colour, 1, cv2.LINE_AA)


def to_i420(picture: Image) -> Image:
    """RGB to planar YUV 4:2:0, BT.601, limited range (black is Y = 16): (216, 256) uint8."""
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)
