"""A small board with planted skill: `good` knows a part of the truth, `bad` is noise."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydantic import TypeAdapter

from stages.base.params import JudgingParams, Params, load
from stages.base.params.matrix import Cell, HeadlineParams
from stages.judging.board import Board

ROOT = Path(__file__).resolve().parents[2]
N_FILMS = 120


def cell(slug: str, kind: str, modality: str, parts: tuple[str, ...], head: str = "mlp") -> Cell:
    return Cell(slug, kind, modality, parts, "mean", head)  # type: ignore[arg-type]


CELLS = (
    cell("prior", "prior", "none", ()),
    cell("good", "single", "picture", ("eye",)),
    cell("bad", "single", "sound", ("ear",)),
    cell("other_head", "single", "sound", ("ear",), "linear"),
    cell("joined", "early", "both", ("eye", "ear")),
    cell("averaged", "late", "both", ("good", "bad")),
)


def only(board: Board, headline: HeadlineParams) -> Board:
    """The board of the headline's approaches and no other."""
    rows = [n for n, cell in enumerate(board.cells) if cell.slug in headline.named.values()]
    cells = tuple(board.cells[row] for row in rows)
    return replace(board, cells=cells, by_seed=board.by_seed[rows], inner=board.inner[rows])


@pytest.fixture
def params() -> Params:
    return load(ROOT / "params.yaml")


@pytest.fixture
def judging(params) -> JudgingParams:
    values = {**vars(params.judging), "resamples": 500, "permutations": 500}
    return TypeAdapter(JudgingParams).validate_python(values)


@pytest.fixture
def headline() -> HeadlineParams:
    return HeadlineParams(picture="good", sound="bad", both="averaged")


@pytest.fixture
def board() -> Board:
    rng = np.random.default_rng(0)
    y_true = rng.random((N_FILMS, 10)) < 0.25
    y_true[np.arange(N_FILMS), rng.integers(0, 10, N_FILMS)] = True
    fold = (np.arange(N_FILMS) % 5).astype(np.int8)
    noise = [rng.random((2, N_FILMS, 10)) for _ in range(4)]
    prior = np.empty((2, N_FILMS, 10))
    for number in range(5):
        prior[:, fold == number] = y_true[fold != number].mean(axis=0)
    good = 0.3 * y_true + 0.7 * noise[0]
    scores = [prior, good, noise[1], noise[2], (good + noise[3]) / 2, (good + noise[1]) / 2]
    names = np.array([f"film {n}" for n in range(N_FILMS)])
    by_seed = np.stack(scores)
    inner = np.repeat(by_seed[:, :1], 5, axis=1)
    for number in range(5):
        inner[:, number, fold == number] = np.nan
    return Board(CELLS, names, fold, y_true, by_seed, inner)
