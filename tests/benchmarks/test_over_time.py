from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from benchmarks import over_time
from stages.base.genres import GENRES
from stages.base.params import load
from stages.base.params.matrix import Cell, cells
from stages.judging.board import Board

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = [GENRES.index("Mystery"), GENRES.index("Thriller")]


@pytest.fixture
def board() -> Board:
    """Noise all over, but `temporal` knows a part of the two genres."""
    rng = np.random.default_rng(0)
    y_true = rng.random((200, 10)) < 0.25
    scores = rng.random((5, 1, 200, 10))
    scores[4][..., COLUMNS] += 0.5 * y_true[:, COLUMNS]
    found = tuple(
        Cell(context, "single", "picture", ("colour",), context, "linear")
        for context in over_time.CONTEXTS
    )
    inner = np.full((5, 2, 200, 10), np.nan)
    return Board(found, np.arange(200).astype(str), np.zeros(200), y_true, scores / 2, inner)


def test_only_the_cues_over_time_are_planted_and_the_matrix_fits_together(tmp_path):
    before = yaml.safe_load((ROOT / "params.yaml").read_text())
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(over_time.planted(before), sort_keys=False))
    params = load(path)
    assert {genre for genre, p in params.sample.picture.items() if p} == {"Mystery", "Thriller"}
    assert not any(params.sample.sound.values())
    contexts = [cell.context for cell in cells(params) if cell.modality == "picture"]
    assert contexts == list(over_time.CONTEXTS)


def test_found_is_said_where_order_alone_finds_them(board):
    judging = load(ROOT / "params.yaml").judging
    ceilings = dict.fromkeys(GENRES, 0.9)
    found = over_time.judge(board, ceilings, judging)
    assert found["found_by_order_alone"] and found["films"] == 200
    assert len(found["contexts"]) == 10 and len(found["gains"]) == 8
    assert "temporal over attention" in over_time.table(found)
    blind = replace(board, by_seed=board.by_seed[[0, 1, 2, 3, 0]])
    assert not over_time.judge(blind, ceilings, judging)["found_by_order_alone"]
    leaky = replace(board, by_seed=board.by_seed[[0, 4, 2, 3, 4]])
    assert not over_time.judge(leaky, ceilings, judging)["found_by_order_alone"]
