import cv2
import numpy as np
import pytest

from stages.corpus.genres import GENRES
from stages.media.sample.picture import iterate_frames, rating_card, shot_frames, to_i420
from stages.media.sample.picture_cues import STATIC
from stages.media.sample.plan import plan_trailer
from stages.media.sample.timelines import OVER_TIME


def shot(cue: str, number: int = 0, frames: int = 30) -> np.ndarray:
    return np.stack(list(shot_frames("key", number, frames, cue))).astype(int)


def test_every_genre_has_one_cue():
    assert sorted([*STATIC, *OVER_TIME]) == sorted(GENRES)
    assert len(OVER_TIME) == 2


@pytest.mark.parametrize("cue", STATIC)
def test_static_cue_shows_in_every_frame(cue):
    for number in range(3):
        change = np.abs(shot(cue, number) - shot("", number)).mean(axis=(1, 2, 3))
        assert change.min() > 15


@pytest.mark.parametrize("cue", OVER_TIME)
def test_first_frame_of_a_cue_over_time_is_the_neutral_shots(cue):
    """With test_timelines: each frame is a neutral scene under a neutral exposure."""
    for number in range(5):
        assert (shot(cue, number)[0] == shot("", number)[0]).all()


@pytest.mark.parametrize("cue", OVER_TIME)
def test_cue_over_time_moves_more_than_any_neutral_shot(cue):
    def restlessness(cue: str, number: int) -> float:
        brightness = cv2.resize(
            shot(cue, number).reshape(30, -1).astype(np.float32),
            (64, 30),
            interpolation=cv2.INTER_AREA,
        )
        return float(np.abs(np.diff(brightness, axis=0)).mean())

    planted = [restlessness(cue, number) for number in range(8)]
    neutral = [restlessness("", number) for number in range(8)]
    assert np.median(planted) > 2 * max(neutral)


def test_static_cues_are_told_apart_by_colour_and_texture():
    def features(cue: str, number: int) -> np.ndarray:
        picture = shot(cue, number, 3)[2].astype(np.float32)
        edges = np.abs(np.diff(picture, axis=0)).mean(), np.abs(np.diff(picture, axis=1)).mean()
        return np.array([*picture.mean((0, 1)), *picture.std((0, 1)), 4 * edges[0], 4 * edges[1]])

    cues = [*STATIC, ""]
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
        ((144, 256, 3), np.dtype(np.uint8))
    }
    lit = {*range(plan.card_frames), *range(plan.frames - plan.title_frames, plan.frames)}
    for planned in plan.shots:
        lit |= {*range(planned.start, planned.start + planned.frames)}
    assert {index for index, picture in enumerate(pictures) if picture.any()} == lit
    assert 10 < plan.frames - len(lit) < 60


def test_black_is_sixteen_in_limited_range():
    planes = to_i420(np.zeros((144, 256, 3), np.uint8))
    assert planes.shape == (216, 256)
    assert (planes[:144] == 16).all()
    assert (planes[144:] == 128).all()
