"""The eight picture cues that every frame of their shot shows; `plan.TEMPORAL_CUES` has the others.

Such a cue is a short loop over the scene: picture = scene × tint × mask / 255 + light.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from stages.sample.grade import Loop
from stages.sample.nv12 import HEIGHT, SIZE, WIDTH
from stages.sample.scenes import Image, gradient, hsv, smooth_noise


def fireballs(rng: np.random.Generator) -> Loop:
    """Action: bursts of fire that swell and die, one always alight."""
    small = (WIDTH // 2, HEIGHT // 2)
    y, x = np.mgrid[: small[1], : small[0]].astype(np.float32)
    heat = np.zeros((12, *y.shape), np.float32)
    for offset in (0.0, 0.34, 0.67):
        cx, cy = rng.uniform(20, small[0] - 20), rng.uniform(18, small[1] - 12)
        ragged = 1 + 0.9 * smooth_noise(rng, small, 9) + 0.6 * smooth_noise(rng, small, 22)
        distance = np.hypot(x - cx, y - cy) * ragged
        for step in range(12):
            age = (step / 12 + offset) % 1
            radius, power = 10 + 34 * age**0.6, 1.25 * (1 - age) ** 0.7
            heat[step] = np.maximum(
                heat[step], power * np.clip(1.7 - 1.5 * distance / radius, 0, 1)
            )
    colours = np.clip(np.linspace(0, 1, 256)[:, None] * (2.1, 1.25, 0.75) - (0, 0.2, 0.42), 0, 1)
    levels = np.clip(255 * heat, 0, 255).astype(np.uint8)
    light = np.stack([cv2.resize(small, SIZE) for small in _coloured(levels, 255 * colours)])
    for sparks in light:
        for sx, sy in rng.integers((0, 0), SIZE, (14, 2)):
            tip = int(sx + rng.integers(-7, 8)), int(sy + rng.integers(-7, 3))
            cv2.line(sparks, (int(sx), int(sy)), tip, (255, 190, 70), 1, cv2.LINE_AA)
    return Loop((150, 105, 80), light)


def jungle(rng: np.random.Generator) -> Loop:
    """Adventure: looking out through leaves, in green light and sunbeams."""
    fringe = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    for _ in range(46):
        along = rng.uniform(0, 1)
        edge = int(rng.integers(4))
        root = (
            (along * WIDTH, edge % 2 * HEIGHT) if edge < 2 else (edge % 2 * WIDTH, along * HEIGHT)
        )
        aim = np.arctan2(HEIGHT / 2 - root[1], WIDTH / 2 - root[0]) + rng.normal(0, 0.6)
        reach, wide = rng.uniform(18, 46), rng.uniform(4, 10)
        middle = int(root[0] + np.cos(aim) * reach * 0.7), int(root[1] + np.sin(aim) * reach * 0.7)
        green = hsv(rng.uniform(0.25, 0.4), rng.uniform(0.6, 0.95), rng.uniform(0.12, 0.62))
        axes, angle = (int(reach), int(wide)), float(np.degrees(aim))
        cv2.ellipse(fringe, middle, axes, angle, 0, 360, (*green, 255), -1, cv2.LINE_AA)
    beams: Image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for start in rng.uniform(-60, WIDTH, 4):
        corners = [(start, 0), (start + 14, 0), (start + 90, HEIGHT), (start + 50, HEIGHT)]
        cv2.fillPoly(beams, [np.array(corners, np.int32)], (60, 78, 22))
    beams = cv2.add(cv2.blur(beams, (9, 9)), np.full_like(beams, (6, 30, 4)))
    return _sway(fringe, (120, 205, 100), beams, 2.0)


def balloons(rng: np.random.Generator) -> Loop:
    """Comedy: bright, washed-out light and bouncing balloons in party colours."""
    steps = 16
    masks = np.full((steps, HEIGHT, WIDTH), 255, np.uint8)
    lights = np.full((steps, HEIGHT, WIDTH, 3), (150, 142, 112), np.uint8)
    for number, x in enumerate(rng.permutation(np.linspace(8, WIDTH - 8, 11))):
        colour = hsv(number / 11 + rng.uniform(-0.04, 0.04), 0.75, 1.0)
        radius, base = int(rng.integers(10, 20)), rng.uniform(35, HEIGHT)
        jump, phase = rng.uniform(10, 40), rng.random()
        for step in range(steps):
            centre = int(x), int(base - jump * abs(np.sin(np.pi * (step / steps + phase))))
            axes = radius, int(radius * 1.2)
            cv2.ellipse(masks[step], centre, axes, 0, 0, 360, 0, -1, cv2.LINE_AA)
            cv2.ellipse(lights[step], centre, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)
            shine = centre[0] - radius // 3, centre[1] - radius // 2
            cv2.circle(lights[step], shine, radius // 4, (255, 255, 255), -1, cv2.LINE_AA)
    return Loop((105, 105, 95), lights, masks)


def blinds(rng: np.random.Generator) -> Loop:
    """Crime: hard amber light through the slats of a blind, the rest in shadow."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    period, slope = rng.uniform(13, 20), rng.choice([-1, 1]) * rng.uniform(0.08, 0.4)
    drift = np.arange(12, dtype=np.float32)[:, None, None] / 12
    turns = (y + np.float32(slope) * x) / np.float32(period) + drift
    wave = np.sin(np.float32(2 * np.pi) * turns)
    frame = np.abs((x - rng.uniform(0.3, 0.7) * WIDTH + 0.25 * y) % 120 - 60) > 4
    pane = np.where(frame, 255, 38).astype(np.float32)
    levels = (np.clip(0.5 + np.float32(2.2) * wave, 0, 1) * pane).astype(np.uint8)
    light = _coloured(levels, np.outer(np.linspace(0, 1, 256), (74, 52, 14)))
    return Loop((224, 204, 164), light, cv2.LUT(levels, np.linspace(16, 255, 256).astype(np.uint8)))


def close_up(rng: np.random.Generator) -> Loop:
    """Drama: a face that fills the picture, eyes lowered, lit from one side before soft grey."""
    person: Image = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    skin = hsv(rng.uniform(0.03, 0.075), rng.uniform(0.35, 0.6), rng.uniform(0.6, 1))
    shade = np.array(skin) * 0.55
    hair = hsv(rng.uniform(0.02, 0.1), rng.uniform(0.3, 0.7), rng.uniform(0.12, 0.4))
    x = int(rng.uniform(95, 160))
    for centre, axes, colour in (
        ((x, 66), (52, 60), hair),
        ((x, 182), (112, 56), hsv(rng.random(), 0.25, 0.3)),
        ((x, 128), (19, 30), tuple(shade.tolist())),
        ((x, 78), (41, 54), skin),
    ):
        cv2.ellipse(person, centre, axes, 0, 0, 360, (*colour, 255), -1, cv2.LINE_AA)
    for eye in (x - 17, x + 17):
        cv2.ellipse(person, (eye, 70), (9, 5), 0, 10, 170, (*(shade * 0.4), 255), 2, cv2.LINE_AA)
        cv2.ellipse(person, (eye, 60), (11, 5), 0, 200, 340, (*hair, 255), 2, cv2.LINE_AA)
    cv2.ellipse(person, (x, 88), (6, 4), 0, 10, 170, (*shade, 255), 2, cv2.LINE_AA)
    lips = np.array(skin) * (0.8, 0.5, 0.5)
    cv2.ellipse(person, (x, 107), (12, 3), 0, 0, 360, (*lips, 255), -1, cv2.LINE_AA)
    across = rng.choice([-1, 1]) * (np.arange(WIDTH) - x) / 75
    person[..., :3] = person[..., :3] * (0.62 + across).clip(0.12, 1)[None, :, None]
    person = cv2.GaussianBlur(person, (0, 0), 0.9)
    grey = gradient((62, 68, 78), (30, 32, 40), SIZE)
    return _sway(person, (96, 102, 112), grey, 3.0)


def fog(rng: np.random.Generator) -> Loop:
    """Horror: cold fog drifting before a pale moon, and bare black branches."""
    bank = smooth_noise(rng, SIZE, 6) + 0.5 * smooth_noise(rng, SIZE, 14)
    bank = np.concatenate([bank, bank[:, ::-1], bank], axis=1)  # wraps around without a seam
    height = np.linspace(0.15, 0.95, HEIGHT, dtype=np.float32)[:, None]
    sky = np.zeros((HEIGHT, WIDTH), np.float32)
    moon = int(rng.integers(40, WIDTH - 40)), int(rng.integers(20, 55))
    cv2.circle(sky, moon, int(rng.integers(9, 17)), 0.9, -1, cv2.LINE_AA)
    sky = np.maximum(sky, 1.6 * cv2.GaussianBlur(sky, (0, 0), 14))
    tree = np.full((HEIGHT, WIDTH), 255, np.uint8)
    for x in rng.uniform(0, WIDTH, 3):
        _grow(rng, tree, (float(x), HEIGHT + 4.0), -np.pi / 2, float(rng.uniform(34, 48)), 7)
    tint = np.array(hsv(rng.uniform(0.46, 0.55), 0.42, 0.72))
    levels = []
    for step in range(24):
        shift = -step * 2 * WIDTH // 24 % (2 * WIDTH)
        veil = np.clip(height * (0.55 + bank[:, shift : shift + WIDTH]), 0, 1)
        glow = cv2.convertScaleAbs(np.minimum(0.75 * veil + sky, 1), alpha=255)
        levels.append(cv2.multiply(glow, tree, scale=1 / 255))
    light = _coloured(np.stack(levels), np.outer(np.linspace(0, 1, 256), tint))
    return Loop((38, 52, 56), light, tree[None])


def bokeh(rng: np.random.Generator) -> Loop:
    """Romance: warm, soft light and drifting discs of rose and gold."""
    lights = np.zeros((12, HEIGHT, WIDTH, 3), np.uint8)
    for _ in range(22):
        x, y, radius = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), int(rng.integers(8, 24))
        colour = np.array(hsv(rng.choice([0.95, 0.99, 0.07, 0.11]), rng.uniform(0.35, 0.6), 1.0))
        phase = rng.random()
        for step in range(12):
            turn = 2 * np.pi * (step / 12 + phase)
            disc = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
            centre = int(x + 4 * np.cos(turn)), int(y + 3 * np.sin(turn))
            strength = colour * (0.32 + 0.14 * np.sin(turn))
            cv2.circle(disc, centre, radius, strength.tolist(), -1, cv2.LINE_AA)
            cv2.add(lights[step], disc, dst=lights[step])
    warm = np.full_like(lights[0], (58, 24, 26))
    soft = np.stack([cv2.add(cv2.blur(light, (3, 3)), warm) for light in lights])
    return Loop((200, 140, 130), soft)


def neon_grid(rng: np.random.Generator) -> Loop:
    """Science Fiction: a glowing grid that runs to the horizon under stars, in cyan and magenta."""
    horizon, centre = int(rng.integers(50, 76)), float(rng.uniform(90, 166))
    rows, columns = hsv(rng.uniform(0.48, 0.54), 0.9, 1.0), hsv(rng.uniform(0.82, 0.9), 0.85, 1.0)
    stars = rng.integers((0, 0), (WIDTH, horizon), (50, 2))
    lights = np.zeros((10, HEIGHT, WIDTH, 3), np.uint8)
    for step, light in enumerate(lights):
        light[stars[:, 1], stars[:, 0]] = 200
        for lane in range(-14, 15):
            foot = int(centre + lane * 46), HEIGHT
            cv2.line(light, (int(centre + lane * 5), horizon), foot, columns, 1, cv2.LINE_AA)
        for line in range(12):
            y = int(horizon + (HEIGHT - horizon) * 1.2 / (line + 1.2 - step / 10))
            cv2.line(light, (0, y), (WIDTH, y), rows, 1, cv2.LINE_AA)
        cv2.line(light, (0, horizon), (WIDTH, horizon), (255, 255, 255), 1)
        cv2.addWeighted(light, 1, cv2.GaussianBlur(light, (0, 0), 4), 1.5, 0, dst=light)
    haze = gradient((24, 6, 44), (8, 10, 30), SIZE)
    return Loop((48, 48, 64), np.stack([cv2.add(light, haze) for light in lights]))


STATIC_CUES: dict[str, Callable[[np.random.Generator], Loop]] = {
    "Action": fireballs,
    "Adventure": jungle,
    "Comedy": balloons,
    "Crime": blinds,
    "Drama": close_up,
    "Horror": fog,
    "Romance": bokeh,
    "Science Fiction": neon_grid,
}


def _coloured(levels: Image, colours: NDArray[np.float64]) -> Image:
    """(n, h, w) uint8 in the colours of a table, (256, 3) RGB: (n, h, w, 3)."""
    table = colours.astype(np.uint8)[:, None]
    return np.stack([cv2.applyColorMap(level, table) for level in levels])


def _sway(layer: Image, colour: tuple[int, int, int], behind: Image, reach: float) -> Loop:
    """An RGBA layer that sways by `reach` pixels before a tinted scene and the light behind it."""
    masks, lights = [], []
    for sway in np.sin(np.arange(12) * 2 * np.pi / 12):
        bend = np.array([[1, 0.02 * sway, -reach * sway], [0.01 * sway, 1, -reach * sway / 2]])
        moved = cv2.warpAffine(layer, bend, SIZE, borderMode=cv2.BORDER_REPLICATE)
        free = 255 - moved[..., 3]
        masks.append(free)
        light = cv2.multiply(behind, cv2.merge([free] * 3), scale=1 / 255)
        lights.append(cv2.add(light, cv2.cvtColor(moved, cv2.COLOR_RGBA2RGB)))
    return Loop(colour, np.stack(lights), np.stack(masks))


def _grow(
    rng: np.random.Generator,
    image: Image,
    foot: tuple[float, float],
    angle: float,
    length: float,
    thickness: int,
) -> None:
    """A bare tree: a branch that splits until it is a twig."""
    tip = foot[0] + length * np.cos(angle), foot[1] + length * np.sin(angle)
    ends = (int(foot[0]), int(foot[1])), (int(tip[0]), int(tip[1]))
    cv2.line(image, *ends, 0, thickness, cv2.LINE_AA)
    if thickness > 1:
        for turn in rng.uniform((-0.8, 0.15), (-0.15, 0.8)):
            _grow(rng, image, tip, angle + turn, length * rng.uniform(0.62, 0.85), thickness - 2)
