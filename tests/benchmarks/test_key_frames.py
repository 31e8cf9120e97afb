from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from sklearn.metrics import average_precision_score

from benchmarks import key_frames
from stages.base.params import load
from stages.base.params.matrix import Cell, cells
from stages.judging.board import Board

ROOT = Path(__file__).resolve().parents[2]


def test_only_the_frames_change_and_the_matrix_fits_together(tmp_path):
    before = yaml.safe_load((ROOT / "params.yaml").read_text())
    found = {}
    for nearest in (False, True):
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(key_frames.changed(before, nearest), sort_keys=False))
        found[nearest] = load(path)
    assert found[True].frames.nearest_key_frame and not found[False].frames.nearest_key_frame
    assert found[True] == replace(found[False], frames=found[True].frames)
    looking = [cell for cell in cells(found[True]) if cell.modality == "picture"]
    whole = {cell.slug for cell in looking if not cell.base}
    assert whole == set(key_frames.APPROACHES) - {"mfcc_linear"}


def test_the_difference_is_key_frames_less_exact_ones():
    rng = np.random.default_rng(0)
    y_true = rng.random((60, 10)) < 0.3
    scores = rng.random((2, 1, 60, 10))
    made = (
        Cell("seen", "single", "picture", ("a",), "mean", "linear"),
        Cell("heard", "single", "sound", ("b",), "mean", "linear"),
    )
    film_id, inner = np.arange(60).astype(str), np.full((2, 2, 60, 10), np.nan)
    board = Board(made, film_id, np.zeros(60), y_true, scores, inner)
    better = scores.copy()
    better[0] += 0.4 * y_true
    near = replace(board, by_seed=better)
    judging = load(ROOT / "params.yaml").judging
    (row,) = key_frames.judge(board, near, judging)
    expected = [
        np.mean([average_precision_score(y_true[:, g], s[0, 0][:, g]) for g in range(10)])
        for s in (scores, better)
    ]
    assert row["approach"] == "seen"
    assert [row["exact"], row["key_frames"]] == pytest.approx(expected)
    assert row["difference"] == pytest.approx(expected[1] - expected[0]) and row["lo"] > 0
    assert "seen" in key_frames.table({"approaches": [row]})
    with pytest.raises(ValueError, match="different films"):
        key_frames.judge(board, replace(near, film_id=near.film_id[::-1]), judging)
