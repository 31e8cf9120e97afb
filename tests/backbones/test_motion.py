"""What `motion` measures, on clips made to move in one way, and what frames cannot show."""

import cv2
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stages.backbones import motion
from stages.backbones.motion import DIRECTIONS, FREQUENCIES
from stages.base.params import CLIP_PICTURES
from stages.embedding.base import create

SIZE = (160, 90)
CAMERA = (
    1 + 2 + FREQUENCIES + 3 + 6 + DIRECTIONS
)  # where pan to the right begins, three numbers each


def texture(seed: int, level: float = 128, side: int = 400) -> np.ndarray:
    """Soft blobs, (side, side) float32 around a level."""
    random = np.random.default_rng(seed)
    found = np.zeros((side, side), np.float32)
    for cells in (12, 40, 100):
        noise = random.normal(size=(cells, cells)).astype(np.float32)
        found += cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
    return level + 22 * found


def view(scene: np.ndarray, right=0.0, down=0.0, zoom=1.0, turn=0.0, gain=1.0) -> np.ndarray:
    """What a camera sees that stands so, (90, 160, 3) uint8."""
    about = cv2.getRotationMatrix2D((200, 200), turn, zoom)
    about[:, 2] += (SIZE[0] / 2 - 200 - right, SIZE[1] / 2 - 200 - down)
    seen = cv2.warpAffine(scene, about, SIZE, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    grey = np.clip(np.rint(seen * gain), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def clip(scene: np.ndarray, **moves) -> np.ndarray:
    """moves: a value for each picture."""
    return np.stack(
        [
            view(scene, **{name: values[n] for name, values in moves.items()})
            for n in range(CLIP_PICTURES)
        ]
    )


def measured(*clips: np.ndarray) -> np.ndarray:
    return create("motion")(list(clips))


TIME = np.arange(CLIP_PICTURES, dtype=float)


def test_a_still_picture_has_neither_change_nor_flow():
    (found,) = measured(clip(texture(1)))
    still = 1 + 2 + FREQUENCIES + 3 + 5
    assert found[still] > 0.999, "some edge may seem to move"
    assert np.abs(np.delete(found, still)).max() < 0.05


@pytest.mark.parametrize(
    ("moves", "place", "expected"),
    [
        # what is seen moves against the camera: pixels a step
        ({"right": -2 * TIME}, 0, 2.0),
        ({"down": -1.5 * TIME}, 3, 1.5),
        # 1 % a step is .8 pixels at the edge, half a width of 80 away
        ({"zoom": 1.01**TIME}, 6, 0.8),
        # a degree a step, counter-clockwise in OpenCV: at the right edge 1.4 pixels up
        ({"turn": TIME}, 9, -80 * np.pi / 180),
    ],
)
def test_the_camera(moves, place, expected):
    (found,) = measured(clip(texture(2), **moves))
    camera = found[CAMERA : CAMERA + 12]
    assert camera[place] == pytest.approx(expected, rel=0.1)
    others = np.delete(camera[::3], place // 3)
    assert np.abs(others).max() < 0.15 * abs(expected), "the others do not"
    own = found[-3]
    assert own < 0.3 * abs(expected), "what moves with the camera does not move by itself"


def test_shares_of_directions():
    (found,) = measured(clip(texture(2), right=-2 * TIME))
    directions = found[CAMERA - DIRECTIONS : CAMERA]
    assert directions.sum() == pytest.approx(1) and directions[0] > 0.95  # to the right
    (found,) = measured(clip(texture(2), down=-2 * TIME))
    assert found[CAMERA - DIRECTIONS + 2] > 0.95  # down


def test_flicker_is_in_the_brightness_and_not_in_the_flow():
    gain = 1 + 0.1 * (-1.0) ** TIME
    (found,) = measured(clip(texture(3), gain=gain))
    mean = 128 / 255
    assert found[0] == pytest.approx(0.1 * mean, rel=0.1)
    assert found[1] == pytest.approx(0.2 * mean, rel=0.1)  # from one picture to the next
    spectrum = found[3 : 3 + FREQUENCIES]
    assert spectrum.argmax() == FREQUENCIES - 1  # every second picture: 4 Hz
    assert spectrum[:-1].max() < 0.01 * spectrum[-1]
    speed = found[3 + FREQUENCIES + 3]
    assert speed < 0.35, "of pixels a step"


def test_what_moves_by_itself_is_told_from_the_camera():
    scene, ball = texture(4), texture(5, level=230)
    pictures = clip(scene)
    for number, picture in enumerate(pictures):
        left = 20 + 4 * number
        picture[30:60, left : left + 30] = view(ball)[30:60, 20:50]
    moving, panning = measured(pictures, clip(scene, right=-2 * TIME))
    assert moving[-3] > 3 * panning[-3]


def test_black_pictures_and_any_size():
    (black,) = measured(np.zeros((CLIP_PICTURES, 30, 50, 3), np.uint8))
    assert np.isfinite(black).all()
    large = np.stack([cv2.resize(p, (640, 360)) for p in clip(texture(6), right=-2 * TIME)])
    (found,) = measured(large)
    assert found[CAMERA] == pytest.approx(2.0, rel=0.1), "in pixels of the size it is measured at"


FILMS, SHOTS = 12, 2
KINDS = ("calm", "shake", "flicker")


def film(kind: str, seed: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Clips, one a shot, and frames 1.5 s apart, of a film of one kind; shots differ in light.

    All films pan as slowly. A camera that shakes is 3 pixels off, at random, each picture; a light
    that flickers 15 % brighter or darker.
    """
    random = np.random.default_rng([KINDS.index(kind), seed])
    clips, frames = [], []
    for _ in range(SHOTS):
        scene = texture(int(random.integers(1 << 30)), random.uniform(70, 170))
        pictures = CLIP_PICTURES + 12  # 12 pictures are 1.5 s
        off = random.normal(0, 3, (2, pictures)) * (kind == "shake")
        gain = 1 + random.uniform(-0.15, 0.15, pictures) * (kind == "flicker")
        pan = np.arange(pictures) * random.uniform(-0.5, 0.5)
        moves = {"right": pan + off[0], "down": off[1], "gain": gain}
        seen = [view(scene, **{k: v[n] for k, v in moves.items()}) for n in range(pictures)]
        clips.append(np.stack(seen[:CLIP_PICTURES]))
        frames += [seen[0], seen[12], seen[24]]
    return clips, frames


def test_it_tells_shake_and_flicker_from_calm_where_frames_apart_do_not():
    """Of 36 films each is judged by models that did not see it; a guess is right in a third."""
    films = [(film(kind, n), kind) for kind in KINDS for n in range(FILMS)]
    truth = [kind for _, kind in films]

    def right(family: str, which: int) -> float:
        backbone = create(family)
        rows = np.stack([backbone(seen[which]).mean(axis=0) for seen, _ in films])
        probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.1))
        return float(cross_val_score(probe, rows, truth, cv=FILMS).mean())

    moving, apart = right("motion", 0), right("colour", 1)
    assert moving > 0.95 and apart < 0.6, (moving, apart)


def test_the_same_clip_gives_the_same_numbers_however_many_threads(monkeypatch):
    pictures = clip(texture(7), right=-2 * TIME, gain=1 + 0.05 * np.sin(TIME))
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(1)
        alone = motion.Family()([pictures])
        cv2.setNumThreads(4)
        assert np.array_equal(motion.Family()([pictures]), alone)
    finally:
        cv2.setNumThreads(threads)
