"""A row a trailer, and shares of a film's time over its trailers."""

import numpy as np
import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import LayersParams, load
from stages.hearing import table
from stages.hearing.shares import LAYERS


def entry(path, seconds, speech, scores=()):
    np.savez(
        path,
        seconds=np.array([float(seconds)]),
        speech=np.array(speech, np.float64).reshape(-1, 2),
        music=np.array(scores, np.float32),
    )
    return path


def test_a_trailer_that_could_not_be_heard_has_its_reason(tmp_path):
    heard = entry(tmp_path / "a.npz", 10, [[2, 5]], [0.9])
    failed = TrailerError("silent", "its peak is below -70 dBFS")
    rows = table.rows_of([("b", failed), ("a", heard)], LayersParams(music=0.5))
    assert table.of(rows).to_pylist() == [
        {"trailer_id": "a", "reason": "ok", "note": "", "seconds": 10.0}
        | {"speech": 3.0, "music": 10.0, "neither": 0.0, "both": 3.0},
        {"trailer_id": "b", "reason": "silent", "note": "its peak is below -70 dBFS"}
        | dict.fromkeys(("seconds", "speech", "music", "neither", "both")),
    ]


def test_a_films_trailers_count_by_their_length(tmp_path):
    files = [
        ("a", entry(tmp_path / "a.npz", 30, [[0, 3]], [0.9])),
        ("b", entry(tmp_path / "b.npz", 10, [[0, 9]], [0.1])),
        ("c", entry(tmp_path / "c.npz", 20, [], [0.1])),
        ("d", TrailerError("silent", "")),
        ("e", entry(tmp_path / "e.npz", 20, [[0, 20]], [0.9])),  # of no film that is judged
    ]
    rows = table.rows_of(files, LayersParams(music=0.5))
    found = table.shares(rows, {"a": 0, "b": 0, "c": 1, "d": 2}, 3)
    assert LAYERS == ("speech", "music", "neither")
    np.testing.assert_allclose(found[0], [12 / 40, 30 / 40, 1 / 40])
    np.testing.assert_allclose(found[1], [0, 0, 1])
    assert np.isnan(found[2]).all()


def test_without_music_only_speech_is_known(tmp_path):
    rows = table.rows_of([("a", entry(tmp_path / "a.npz", 10, [[0, 3]]))], LayersParams())
    found = table.shares(rows, {"a": 0}, 1)
    assert found[0, 0] == pytest.approx(0.3) and np.isnan(found[0, 1:]).all()


def test_a_corpus_that_does_not_ask_is_told_how():
    with pytest.raises(BenchmarkError, match=r"add `layers: \{voice: 0.5\}`"):
        table.asked(load())
