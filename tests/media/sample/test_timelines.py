import numpy as np
import pytest
from scipy.stats import kstest

from stages.media.sample.plan import stream
from stages.media.sample.timelines import accelerating_cuts, flicker, neutral_timeline


@pytest.mark.parametrize("cue", [neutral_timeline, flicker, accelerating_cuts])
@pytest.mark.parametrize("frame", [0, 7, 23, 29])
def test_any_single_frame_is_exposed_as_in_a_neutral_shot(cue, frame):
    exposures = [cue(stream("k", number), 30).exposure[frame] for number in range(400)]
    assert kstest(exposures, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("frames", [12, 13, 30, 61, 120])
def test_cuts_come_ever_faster(frames):
    timeline = accelerating_cuts(stream("k", frames), frames)
    lengths = np.bincount(timeline.scene)
    assert lengths.sum() == frames == len(timeline.progress) == len(timeline.exposure)
    assert len(lengths) >= 4
    assert lengths[0] >= 2 * lengths[-2]
    assert (np.diff(lengths[:-1]) <= 0).all()


def test_flicker_switches_between_two_far_exposures():
    exposure = flicker(stream("k"), 48).exposure
    dark, bright = np.unique(exposure.round(9))
    assert bright - dark == pytest.approx(0.5)
    switches = np.count_nonzero(np.diff(exposure))
    assert 48 / 4 - 1 <= switches <= 47


def test_neutral_is_one_scene_under_one_exposure():
    timeline = neutral_timeline(stream("k"), 20)
    assert set(timeline.scene) == {0}
    assert len(set(timeline.exposure)) == 1
    assert timeline.progress[0] == 0
    assert timeline.progress[-1] == 1
