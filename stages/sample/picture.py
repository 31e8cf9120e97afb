"""Renders the picture of a sample trailer, frame by frame, from its plan."""

from collections.abc import Iterator, Sequence
from itertools import repeat
from math import sin

import cv2
import numpy as np

from stages.sample.cards import draw, draw_title
from stages.sample.grade import STEP, Grade, draw_grade, no_grade
from stages.sample.motion import Moment, moments
from stages.sample.nv12 import (
    BLACK,
    HALF,
    HEIGHT,
    SIZE,
    WIDTH,
    chroma,
    from_rgb,
    luma,
    planes,
    to_rgb,
)
from stages.sample.picture_cues import STATIC_CUES
from stages.sample.plan import Plan, scene_numbers, stream
from stages.sample.scenes import PLATE, Image, gradient, hsv, paint_scene, smooth_noise

FINE = 4  # pixels of an enlarged plate to one of the picture, in height and width
BLACK_LUMA, GREY_CHROMA = 16, 128  # levels that no light changes
FONT = cv2.FONT_HERSHEY_DUPLEX
CARD = (
    ("THE FOLLOWING TRAILER HAS BEEN", 0.36),
    ("INVENTED FOR ALL MEASUREMENTS", 0.42),
    ("BY NOBODY IN PARTICULAR", 0.36),
    ("S   SAMPLE: NO SUCH FILM EXISTS", 0.36),
)


def iterate_frames(plan: Plan) -> Iterator[Image]:
    """Every frame in presentation order, in NV12; BLACK between shots and cards."""
    frames = _without_words(plan)
    if not plan.cards:
        yield from frames
        return
    shown = {card.start + n: card for card in plan.cards for n in range(card.frames)}
    for number, frame in enumerate(frames):
        card = shown.get(number)
        if card is None:
            yield frame
        elif card.word:
            yield draw(frame, card.word, card.left, card.down, card.light)
        else:
            yield draw_title(frame, plan.title, card.left, card.down, card.light)


def _without_words(plan: Plan) -> Iterator[Image]:
    grade = draw_grade(stream(plan.key, "look"))
    yield from repeat(from_rgb(rating_card()), plan.card_frames)
    at = plan.card_frames
    scenes = scene_numbers([shot.cue for shot in plan.shots])
    for number, (shot, scene) in enumerate(zip(plan.shots, scenes, strict=True)):
        yield from repeat(BLACK, shot.start - at)
        moved = moments_of(plan, number)
        yield from _shoot(plan.key, number, shot.frames, shot.cue, scene, grade, moved)
        at = shot.start + shot.frames
    yield from repeat(BLACK, plan.frames - plan.title_frames - at)
    title = title_card(stream(plan.key, "title"), plan.title, plan.year)
    for shown in np.linspace(0.3, 2, plan.title_frames).clip(max=1):
        yield from_rgb(cv2.convertScaleAbs(title, alpha=float(shown)))


def shot_frames(
    key: str, number: int, frames: int, cue: str, scene: int, moved: Sequence[Moment] = ()
) -> Iterator[Image]:
    """The frames of one shot before its trailer's look, (144, 256, 3) uint8 RGB.

    scene: number of the shot whose scene and light are shown, its own or an earlier one. Scene,
    light and camera come from random streams that do not depend on the cue. moved: as `moments`.
    """
    return map(to_rgb, _shoot(key, number, frames, cue, scene, no_grade(), moved))


def moments_of(plan: Plan, number: int) -> list[Moment]:
    """How each frame of a shot is shot; none where no motion is planted."""
    if not plan.motions:
        return []
    rng = stream(plan.key, "motion", number)
    return moments(rng, plan.shots[number].frames, plan.motions[number].cue)


def _shoot(
    key: str,
    number: int,
    frames: int,
    cue: str,
    scene: int,
    grade: Grade,
    moved: Sequence[Moment] = (),
) -> Iterator[Image]:
    """A scene under a moving camera, with the shot's cue over it, in NV12.

    moved: of each frame, what is added to the camera's move; none: nothing is.
    """
    loop = STATIC_CUES[cue](stream(key, "cue", number)) if cue in STATIC_CUES else None
    scenery = paint_scene(stream(key, "scene", scene))
    exposure = 0.6 + 0.9 * float(stream(key, "light", scene).random())
    tint = grade.tint if loop is None else grade.tint * loop.tint
    plate = Plate(cv2.multiply(cv2.convertScaleAbs(scenery, alpha=exposure), np.append(tint, 0.0)))
    overlays = list(grade.overlays(loop, -(-frames // STEP)))
    camera = _Camera(stream(key, "camera", number))
    seen = np.empty_like(BLACK)
    sums = np.empty(BLACK.shape, np.uint16)
    for frame, progress in enumerate(np.linspace(0, 1, frames).tolist()):
        camera.shoot(plate, progress, seen, moved[frame] if moved else None)
        over = overlays[frame // STEP % len(overlays)]
        np.multiply(seen, over.gain, out=sums)
        sums += over.offset
        yield grade.finish(sums, frame)


class Plate:
    """A scene in NV12, enlarged so that a camera can be aimed at quarters of a pixel.

    That is what H.264's motion follows, and to enlarge by whole pixels takes half as long as to
    warp.
    """

    def __init__(self, scene: Image) -> None:
        self.luma, self.chroma = (
            cv2.resize(plane, None, fx=FINE, fy=FINE) for plane in planes(scene)
        )

    def crop(self, left: float, top: float, zoom: float, into: Image) -> None:
        """Show what begins at a place of the scene and is `zoom` times the picture's size."""
        x, wide = _fit(left, zoom * WIDTH, PLATE[0])
        y, high = _fit(top, zoom * HEIGHT, PLATE[1])
        cv2.resize(self.luma[2 * y : 2 * (y + high), 2 * x : 2 * (x + wide)], SIZE, dst=luma(into))
        cv2.resize(self.chroma[y : y + high, x : x + wide], HALF, dst=chroma(into))

    def look(self, middle: tuple[float, float], zoom: float, moment: Moment, into: Image) -> None:
        """Show what is around a place of the scene, mirrored beyond its edges, shot as a moment is.

        To lie between quarters of a pixel, and to turn, it is warped.
        """
        cos, sin = np.cos(moment.turn), np.sin(moment.turn)
        step = FINE * zoom * moment.size * np.array([[cos, -sin], [sin, cos]])
        place = np.add(middle, (moment.right, moment.down))
        for plane, shown, pixel in ((self.luma, luma(into), 1), (self.chroma, chroma(into), 2)):
            high, wide = shown.shape[:2]
            # in the enlarged plane's pixels, whose middles lie half a pixel from their edges
            start = FINE / pixel * place - 0.5 - step @ ((wide - 1) / 2, (high - 1) / 2)
            warp = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            matrix = np.column_stack([step, start])
            seen = cv2.warpAffine(
                plane, matrix, (wide, high), flags=warp, borderMode=cv2.BORDER_REFLECT
            )
            shown[:] = cv2.LUT(seen, _lit(BLACK_LUMA if pixel == 1 else GREY_CHROMA, moment.gain))


def _lit(zero: int, gain: float) -> Image:
    """A table of what each level becomes in other light; zero: the level that stays."""
    return np.rint((np.arange(256) - zero) * gain + zero).clip(0, 255).astype(np.uint8)


def _fit(start: float, size: float, most: int) -> tuple[int, int]:
    """Start and size in quarters of a pixel of chroma, within a plate of `most` pixels."""
    steps = FINE / 2
    whole = round(size * steps)
    return min(max(round(start * steps), 0), int(most * steps) - whole), whole


class _Camera:
    """A camera move over a plate: pan, zoom and shake."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._zoom = rng.uniform(0.8, 1.05, 2).tolist()
        centre = np.array(PLATE) / 2 + rng.uniform(-1, 1, (2, 2)) * (24, 12)
        self._centre = centre.tolist()
        self._shake = float(rng.uniform(0, 2.5) * (rng.random() < 0.4))
        self._phase = rng.uniform(0, 6.3, 2).tolist()

    def shoot(
        self, plate: Plate, progress: float, into: Image, moment: Moment | None = None
    ) -> None:
        zoom = self._zoom[0] + progress * (self._zoom[1] - self._zoom[0])
        (x, y), (last_x, last_y) = self._centre
        x += progress * (last_x - x) + self._shake * sin(self._phase[0] + 40 * progress)
        y += progress * (last_y - y) + self._shake * sin(self._phase[1] + 53 * progress)
        if moment is not None:
            plate.look((x, y), zoom, moment, into)
            return
        plate.crop(x - zoom * WIDTH / 2, y - zoom * HEIGHT / 2, zoom, into)


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
