"""Tables of many small sums, each for a process beside the stage's own.

Such sums hold Python's lock, so no thread can work on another table meanwhile.
"""

from itertools import chain
from typing import Any

from stages.base import places
from stages.base.params import load
from stages.base.params.matrix import cells
from stages.fitting.approaches import training_budget
from stages.judging.board import read_board
from stages.judging.calibrating import calibration_rows
from stages.judging.tables import reference_rows
from stages.judging.tuning import tuning_rows

Rows = list[dict[str, Any]]


def calibration_and_references(corpus: str) -> tuple[Rows, Rows, Rows]:
    """Of a corpus: `calibration_rows`, their reliability rows, `reference_rows`."""
    places.choose(corpus)
    params = load()
    board = read_board(places.data(), cells(params))
    rows, bins = zip(*calibration_rows(board), strict=True)
    return [*rows], [*chain.from_iterable(bins)], [*reference_rows(board, params.judging)]


def tuning_table(corpus: str) -> Rows:
    """Of a corpus: `tuning_rows`."""
    places.choose(corpus)
    params = load()
    fitted = [cell for cell in cells(params) if cell.kind in ("single", "early", "dual")]
    budgets = {cell.slug: training_budget(cell, params) for cell in fitted}
    return tuning_rows(places.data(), cells(params), budgets, params.judging)
