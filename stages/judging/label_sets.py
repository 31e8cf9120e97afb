"""Whether training on fewer labels helps: the fair comparison, beside the naive one.

Naive is macro AP over an approach's own genres against macro AP over all: leave out the hard
genres and it rises though no genre scores better. Fair is the same genres on both sides, paired.
The rest of the naive gain is arithmetic: what the approach with all labels "gains" when it is
averaged over those genres only.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell
from stages.judging.board import Board
from stages.judging.claims import MARGIN
from stages.judging.comparisons import paired_comparison
from stages.scoring.bootstrap import Resamples
from stages.scoring.intervals import bootstrap_p_value
from stages.scoring.ranking import macro_average_precision

Row = dict[str, Any]
SHARED = "all shared"
Reader = Callable[[Sequence[Cell], Sequence[str]], Board]
"""Cells, label sets -> the board of those cells on the genres that the sets share."""


def label_set_rows(cells: Sequence[Cell], read: Reader, params: JudgingParams) -> list[Row]:
    """For each approach with fewer labels a row over the shared genres and a row for each of them.

    Its base is the approach that differs in nothing but the labels. Families of p-values: all rows
    of shared genres, and the genres of one approach that have enough films. p_no_gain: of shared
    genres, against a gain as large as MARGIN.
    """
    by_slug = {cell.slug: cell for cell in cells}
    rows = [_rows(by_slug[cell.base], cell, read, params) for cell in cells if cell.base]
    return [row for each in rows for row in each]


def _rows(base: Cell, cell: Cell, read: Reader, params: JudgingParams) -> list[Row]:
    shared = read([base, cell], ["all", cell.labels])
    everything = read([base, cell], ["all"])  # the base alone, on all genres
    films = np.isin(everything.film_id, shared.film_id)
    naive_base = macro_average_precision(
        everything.y_true[films], everything.y_scores[everything.row(base.slug)][films]
    ).value
    pair = shared.y_scores[[shared.row(cell.slug), shared.row(base.slug)]]
    place: Row = {
        "approach": cell.slug,
        "base": base.slug,
        "modality": cell.modality,
        "labels": cell.labels,
        "films": len(shared.film_id),
    }
    whole = place | {"genre": SHARED, "genres": shared.y_true.shape[1]}
    whole["holm_family"] = "label sets"
    resamples = shared.resampled(params).take([shared.row(cell.slug), shared.row(base.slug)])
    macro = resamples.macro()
    whole |= _compare(macro, shared, slice(None), pair, params)
    if "p" in whole:
        whole["p_no_gain"] = bootstrap_p_value(macro.values[:, 0] - macro.values[:, 1], MARGIN)
    if naive_base is not None:
        naive = whole["ap"] - naive_base
        whole |= {"naive_base_ap": naive_base, "naive_difference": naive}
        whole["arithmetic"] = naive - whole["difference"]
    rows = [whole]
    for column, found in resamples.by_genre().items():
        judged = _compare(found, shared, [column], pair, params)
        family = f"label sets, genres of {cell.slug}"
        own = {"genre": shared.genres[column], "genres": 1, "holm_family": family}
        rows.append(place | own | judged)
    return rows


def _compare(
    resamples: Resamples,
    board: Board,
    genres: slice | list[int],
    pair: np.ndarray,
    params: JudgingParams,
) -> Row:
    return {
        "ap": float(resamples.point[0]),
        "base_ap": float(resamples.point[1]),
        **paired_comparison(resamples, board, pair, params, genres),
    }
