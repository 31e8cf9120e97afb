"""Which HEVC packets no other picture is decoded from, by hand-made units."""

import pytest

from stages.trailers.media.hevc import layer_of, references
from stages.trailers.media.timeline import read_timeline
from tests.trailers.media.test_reader import X265

TRAIL_N, TRAIL_R, RASL_N, IDR, SPS, DELIMITER, MESSAGE, AFTER = 0, 1, 8, 19, 33, 35, 39, 40


def packet(*units, part=0):
    """Units of (type, temporal layer), each with a length of four bytes before it."""
    whole = b""
    for kind, layer in units:
        unit = bytes([kind << 1, part << 3 | layer + 1, 7, 7, 7])
        whole += len(unit).to_bytes(4, "big") + unit
    return whole


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([(TRAIL_N, 0)], (0, False)),
        ([(DELIMITER, 2), (RASL_N, 2), (RASL_N, 2), (AFTER, 2)], (2, False)),
        ([(TRAIL_R, 1)], (1, True)),
        ([(IDR, 0)], (0, True)),
        ([(TRAIL_N, 0), (TRAIL_R, 0)], (0, True)),
        ([(SPS, 0), (TRAIL_N, 0)], (0, True)),  # others need the header
        ([(MESSAGE, 0), (TRAIL_N, 0)], (0, True)),  # which may speak of others
        ([(DELIMITER, 0)], (0, True)),
        ([], (0, True)),
    ],
)
def test_layers(units, expected):
    assert layer_of(packet(*units), 4) == expected


def test_a_second_view_may_be_needed():
    assert layer_of(packet((TRAIL_N, 0), part=1), 4) == (0, True)


def test_only_the_topmost_layer_is_free():
    layers = [(0, True), (0, False), (1, False), (2, False), (2, True)]
    assert references(layers).tolist() == [True, True, True, False, True]
    assert references([(0, True), (0, False)]).tolist() == [True, False]


@pytest.mark.parametrize("layers", ["", ":temporal-layers=3"])
def test_of_a_file_it_is_about_half(tmp_path, video, layers):
    options = {"x265-params": X265 + layers, "preset": "ultrafast"}
    timeline = read_timeline(video(tmp_path / "a.mp4", codec="libx265", options=options))
    assert 0.4 < timeline.is_reference.mean() < 0.7
