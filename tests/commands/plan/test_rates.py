"""A rate is measured once, and again when the code or the model is another."""

import pytest

from stages.base.params import AudioParams, BackboneParams, FramesParams
from stages.commands.plan import rates as room
from stages.commands.plan.rates import Rates

FRAMES = FramesParams(
    count=31, first_frame=0, first_second=None, short_side=64, jpeg_quality=90, black_level=16
)
AUDIO = AudioParams(sample_rate=48_000, seconds=30, windows=("start", "middle"))


def test_a_backbone_is_timed_once(tmp_path, monkeypatch):
    rates = Rates(tmp_path / "rates.json", FRAMES, AUDIO)
    colour = BackboneParams(family="colour", reads="frames")
    first = rates.seconds_per_trailer(colour)
    assert 0 < first < 60
    monkeypatch.setattr(room, "_measure", lambda *_: 1.0)
    assert rates.seconds_per_trailer(colour) == first
    assert rates.seconds_per_trailer(BackboneParams(family="pixels", reads="frames")) == 31.0
    sound = BackboneParams(family="mfcc", reads="audio")
    assert rates.seconds_per_trailer(sound) == 60.0  # seconds of sound in two windows


def test_a_network_is_timed_without_its_weights(tmp_path):
    network = BackboneParams(family="efficientat", reads="audio", model="mn04")
    assert Rates(tmp_path / "rates.json", FRAMES, AUDIO).seconds_per_trailer(network) > 0


@pytest.mark.parametrize("content", ["[1]", "7", '{"a": "b"}', '{"a": -1.0}', '{"a": NaN}', "{"])
def test_a_file_of_no_rates_is_as_none(tmp_path, content):
    (tmp_path / "rates.json").write_text(content)
    assert Rates(tmp_path / "rates.json", FRAMES, AUDIO)._read() == {}
