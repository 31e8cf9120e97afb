import numpy as np
import pytest

from stages.sample.grade import GRAIN_MARGIN, ONE, Grade, Loop, Overlay, draw_grade, no_grade
from stages.sample.nv12 import from_rgb, to_rgb
from stages.sample.picture_cues import STATIC_CUES


def even(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((144, 256, 3), colour, np.uint8)


def shown(grade: Grade, over: Overlay, scene: np.ndarray) -> np.ndarray:
    sums = from_rgb(scene).astype(np.uint16) * over.gain + over.offset
    return to_rgb(grade.finish(sums, 0)).astype(int)


def test_without_cue_or_look_a_scene_is_what_it_is():
    grade = no_grade()
    (over,) = grade.overlays(None, 1)
    scene = from_rgb(even((40, 120, 200)))
    sums = scene.astype(np.uint16) * over.gain + over.offset
    assert (grade.finish(sums, 0) == scene).all()


def test_a_cue_shows_as_much_of_the_scene_as_its_mask_and_adds_its_light():
    light = np.stack([even((20, 40, 60)), even((0, 0, 0))])
    mask = np.stack([np.full((144, 256), 102, np.uint8), np.full((144, 256), 255, np.uint8)])
    grade = no_grade()
    first, second = grade.overlays(Loop((255, 255, 255), light, mask), 2)
    scene = even((100, 150, 50))
    assert np.abs(shown(grade, first, scene) - (60, 100, 80)).max() <= 3  # 0.4 of it, and the light
    assert np.abs(shown(grade, second, scene) - scene).max() <= 3


def test_light_beyond_white_is_cut_off():
    loop = Loop((255, 255, 255), even((250, 250, 250))[None])
    grade = no_grade()
    (over,) = grade.overlays(loop, 1)
    assert shown(grade, over, even((250, 250, 250))).min() >= 250


def test_a_look_tints_darkens_the_edges_and_grains():
    flat = np.zeros((144 + GRAIN_MARGIN, 256 + GRAIN_MARGIN))
    taken = (16 - np.where(np.arange(flat.shape[1]) % 2, 8, 0) + flat) * ONE
    vignette = np.ones((144, 256), np.float32)
    vignette[:, :128] = 0.5
    places = np.zeros((1, 2), int)
    grade = Grade(np.array([0.5, 1, 1]), vignette, taken.astype(np.uint16), places)
    loop = Loop((255, 255, 255), even((100, 100, 100))[None])
    (over,) = grade.overlays(loop, 1)
    red, green, _ = shown(grade, over, even((0, 0, 0))).transpose(2, 0, 1)
    assert abs(red[:, 200:256:2].mean() - 50) <= 2  # columns without grain
    assert abs(green[:, 200:256:2].mean() - 100) <= 2
    assert abs(green[:, 10:100:2].mean() - 50) <= 2
    brighter = green[:, 201:256:2].mean() - green[:, 200:256:2].mean()
    assert brighter == pytest.approx(8 * 255 / 219, abs=1)


@pytest.mark.parametrize("cue", STATIC_CUES)
def test_no_sum_leaves_its_sixteen_bits(cue):
    """Of the brightest and the most colourful scenes, under any look."""
    rng = np.random.default_rng(0)
    corners = np.array(np.meshgrid(*[[0, 255]] * 3), np.uint8).reshape(3, -1).T
    for grade in (no_grade(), draw_grade(rng)):
        for over in grade.overlays(STATIC_CUES[cue](rng), 4):
            for corner in corners.tolist():
                scene = from_rgb(np.full((144, 256, 3), corner, np.uint8)).astype(np.int64)
                exact = scene * over.gain + over.offset
                assert exact.max() <= 65_535
                assert over.offset.max() < 60_000  # below zero it would have wrapped to more
