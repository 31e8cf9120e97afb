import numpy as np
import pytest

from stages.base.genres import GENRES
from stages.sample.nv12 import BLACK, from_rgb, to_rgb
from stages.sample.picture import iterate_frames, rating_card, shot_frames
from stages.sample.picture_cues import STATIC_CUES
from stages.sample.plan import TEMPORAL_CUES, plan_trailer


def shot(cue: str, number: int = 0, frames: int = 30, scene: int | None = None) -> np.ndarray:
    shown = number if scene is None else scene
    return np.stack(list(shot_frames("key", number, frames, cue, shown))).astype(int)


def test_every_genre_has_one_cue():
    assert sorted([*STATIC_CUES, *TEMPORAL_CUES]) == sorted(GENRES)
    assert len(TEMPORAL_CUES) == 2


@pytest.mark.parametrize("cue", STATIC_CUES)
def test_static_cue_shows_in_every_frame(cue):
    for number in range(3):
        change = np.abs(shot(cue, number) - shot("", number)).mean(axis=(1, 2, 3))
        assert change.min() > 15


@pytest.mark.parametrize("cue", TEMPORAL_CUES)
def test_a_shot_with_a_cue_over_time_is_some_neutral_shot(cue):
    """Of its own scene or of another's: no frame of it has anything else on it."""
    for scene in (3, 1):
        assert (shot(cue, 3, scene=scene) == shot("", 3, scene=scene)).all()


def test_a_scene_is_known_again_under_another_camera():
    """Same picture, same light; another scene is far from it."""
    first, again, other = shot("", 1), shot("", 3, scene=1), shot("", 2)

    def apart(a: np.ndarray, b: np.ndarray) -> float:
        bins = [np.histogram(each, 16, (0, 256))[0] / each.size for each in (a, b)]
        return float(np.abs(bins[0] - bins[1]).sum())

    assert (first != again).any()
    assert apart(first, again) < 0.5 * apart(first, other)


def test_static_cues_are_told_apart_by_colour_and_texture():
    def features(cue: str, number: int) -> np.ndarray:
        picture = shot(cue, number, 3)[2].astype(np.float32)
        edges = np.abs(np.diff(picture, axis=0)).mean(), np.abs(np.diff(picture, axis=1)).mean()
        return np.array([*picture.mean((0, 1)), *picture.std((0, 1)), 4 * edges[0], 4 * edges[1]])

    cues = [*STATIC_CUES, ""]
    centres = np.stack([np.mean([features(c, n) for n in range(12)], axis=0) for c in cues])
    right = [
        int(np.abs(centres - features(cue, number)).sum(axis=1).argmin()) == index
        for index, cue in enumerate(cues)
        for number in range(20, 26)
    ]
    assert np.mean(right) > 0.7  # chance: 0.11


def test_rating_card_is_green():
    red, green, blue = rating_card().mean(axis=(0, 1))
    assert green > 2 * red
    assert green > 1.5 * blue


def test_frames_follow_the_plan(make_trailer, make_params):
    plan = plan_trailer(make_trailer("Horror"), make_params(Horror=0.4))
    pictures = list(iterate_frames(plan))
    assert len(pictures) == plan.frames
    assert {(picture.shape, picture.dtype) for picture in pictures} == {
        ((216, 256), np.dtype(np.uint8))
    }
    lit = {*range(plan.card_frames), *range(plan.frames - plan.title_frames, plan.frames)}
    for planned in plan.shots:
        lit |= {*range(planned.start, planned.start + planned.frames)}
    assert {index for index, picture in enumerate(pictures) if to_rgb(picture).any()} == lit
    assert {index for index, picture in enumerate(pictures) if picture is not BLACK} == lit
    assert 10 < plan.frames - len(lit) < 60


def test_black_is_sixteen_in_limited_range():
    black = from_rgb(np.zeros((144, 256, 3), np.uint8))
    assert (black == BLACK).all()
    assert (black[:144] == 16).all()
    assert (black[144:] == 128).all()


def test_a_picture_is_in_bt_601_with_cb_before_cr():
    """Red, by the standard's matrix: Y 81, Cb 90, Cr 240."""
    red = from_rgb(np.full((144, 256, 3), (255, 0, 0), np.uint8))
    assert (np.abs(red[:144].astype(int) - 81) <= 1).all()
    assert (np.abs(red[144:].reshape(-1, 2).astype(int) - (90, 240)) <= 1).all()
    assert (np.abs(to_rgb(red).astype(int) - (255, 0, 0)) <= 2).all()
