"""How channels become one: weights computed by hand, for every layout that is usual."""

import av
import numpy as np
import pytest

from stages.base.params import AudioParams
from stages.trailers.media import mixing
from stages.trailers.media.mixing import Downmixer
from stages.trailers.media.sound import extract_windows

# ITU-R BS.775: half of left + .707 centre + .707 left surround, and of right alike; no LFE
HALF, CENTRE, AROUND, NONE = 0.5, 0.7071, 0.3536, 0.0
BACK = 0.5  # one channel behind: to both sides as half a surround pair each
WEIGHTS = {
    "mono": [1.0],
    "stereo": [HALF, HALF],
    "2.1": [HALF, HALF, NONE],
    "3.0": [HALF, HALF, CENTRE],
    "quad": [HALF, HALF, AROUND, AROUND],
    "4.0": [HALF, HALF, CENTRE, BACK],
    "5.0": [HALF, HALF, CENTRE, AROUND, AROUND],
    "5.1": [HALF, HALF, CENTRE, NONE, AROUND, AROUND],
    "5.1(side)": [HALF, HALF, CENTRE, NONE, AROUND, AROUND],
    "6.1": [HALF, HALF, CENTRE, NONE, BACK, AROUND, AROUND],
    "7.1": [HALF, HALF, CENTRE, NONE, AROUND, AROUND, AROUND, AROUND],
    # without places: as the usual layout of so many
    "6 channels": [HALF, HALF, CENTRE, NONE, AROUND, AROUND],
    "8 channels": [HALF, HALF, CENTRE, NONE, AROUND, AROUND, AROUND, AROUND],
    # no way to stereo: all alike
    "9 channels": [1 / 9] * 9,
    "ambisonic 1": [1 / 4] * 4,
}


def impulses(layout, sample_format):
    """A packed frame: sample n is half of full scale in channel n and nothing in the others."""
    count = len(WEIGHTS[layout])
    values = np.eye(max(count, 64), count, dtype=np.float32) / 2
    if sample_format == "s16":
        values = (values * 32768).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(values.reshape(1, -1), format=sample_format, layout=layout)
    frame.sample_rate = 48000
    return frame


@pytest.mark.parametrize("sample_format", ["flt", "s16"])
@pytest.mark.parametrize("layout", WEIGHTS)
def test_weights_of_the_channels(layout, sample_format):
    mono, weights = Downmixer(), WEIGHTS[layout]
    for _ in range(2):  # the second frame of a track as the first
        found = mono(impulses(layout, sample_format))
        assert len(found) == 64 and not found[len(weights) :].any()
        assert found[: len(weights)] * 2 == pytest.approx(weights, abs=1e-3)
    assert mono.mixed == (len(weights) > 2)


def test_the_layout_may_change_on_the_way():
    mono = Downmixer()
    for layout in ("5.1", "stereo", "5.1", "quad", "9 channels", "mono"):
        found = mono(impulses(layout, "flt"))
        assert found[: len(WEIGHTS[layout])] * 2 == pytest.approx(WEIGHTS[layout], abs=1e-3)


def test_frames_of_many_channels_are_packed_before_they_become_arrays(tmp_path, audio, monkeypatch):
    """Planar ones of eight channels must not, and six are harmless."""
    seen = []
    values = mixing._to_float

    def spy(frame):
        seen.append((frame.format.name, frame.layout.nb_channels))
        return values(frame)

    monkeypatch.setattr(mixing, "_to_float", spy)
    signal = np.random.default_rng(0).normal(0, 0.05, (6, 48000))
    path = audio(tmp_path / "a.mp4", signal, codec="aac", sample_format="fltp")
    extract_windows(path, AudioParams(sample_rate=48000, seconds=0.5, windows=("start",)))
    assert set(seen) == {("flt", 2)}
