"""How long each layer lasts, against what a ruler says."""

import numpy as np
import pytest

from stages.hearing.shares import Heard, seconds_of, stretches


def spans(*pairs: tuple[float, float]) -> np.ndarray:
    return np.array(pairs, np.float64).reshape(-1, 2)


def test_speech_over_music_counts_as_either_and_all_of_it_adds_up():
    # 0....2 speech 5 .... music 4 to 9, 11 to 12; of 12 seconds
    heard = Heard(12.0, spans((2, 5), (6, 7)), spans((4, 9), (11, 12)))
    found = seconds_of(heard)
    assert found == {"speech": 4.0, "music": 6.0, "neither": 4.0, "both": 2.0}
    assert heard.seconds == 4.0 + 6.0 - 2.0 + 4.0
    np.testing.assert_array_equal(heard.neither, spans((0, 2), (9, 11)))


def test_a_short_stretch_within_a_long_one_leaves_no_gap_after_it():
    heard = Heard(10.0, spans((1, 2)), spans((0, 8)))
    np.testing.assert_array_equal(heard.neither, spans((8, 10)))
    assert seconds_of(heard)["both"] == 1.0


@pytest.mark.parametrize(
    ("speech", "music", "expected"),
    [
        ((), (), (0, 0, 9, 0)),
        (((0, 9),), (), (9, 0, 0, 0)),
        (((0, 9),), ((0, 9),), (9, 9, 0, 9)),
        (((0, 4),), ((4, 9),), (4, 5, 0, 0)),
    ],
)
def test_nothing_and_everything(speech, music, expected):
    found = seconds_of(Heard(9.0, spans(*speech), spans(*music)))
    assert tuple(found[name] for name in ("speech", "music", "neither", "both")) == expected


def test_where_nobody_listened_for_music_only_speech_is_known():
    heard = Heard(9.0, spans((1, 3)), None)
    assert heard.neither is None
    assert seconds_of(heard) == {"speech": 2.0, "music": None, "neither": None, "both": None}


def test_looks_in_a_row_are_one_stretch():
    edges = np.array([0.0, 0.7, 1.2, 1.7, 2.0])
    for is_so, expected in (
        ([True, True, False, True], [(0, 1.2), (1.7, 2.0)]),
        ([False, False, False, False], []),
        ([True] * 4, [(0, 2.0)]),
    ):
        np.testing.assert_array_equal(stretches(np.array(is_so), edges), spans(*expected))


def test_a_look_of_no_time_is_none():
    found = stretches(np.array([True, False, True]), np.array([0.0, 0.5, 0.5, 0.5]))
    np.testing.assert_array_equal(found, spans((0, 0.5)))
