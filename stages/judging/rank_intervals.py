"""The rank of every approach by macro average precision, with its interval, and who is tied."""

from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.judging.board import Board
from stages.judging.comparisons import paired_comparison
from stages.judging.verdicts import BETTER, add_verdicts
from stages.scoring.ranks import rank_intervals, ranks

Row = dict[str, Any]
COLUMNS = [
    *("approach", "modality", "macro_ap", "rank", "rank_lo", "rank_hi", "first", "difference"),
    *("lo", "hi", "p", "holm_family", "p_holm", "tied_with_first"),
]
FAMILY = "first"


def rank_rows(board: Board, params: JudgingParams) -> list[Row]:
    """One row an approach, the best first: its rank, a 95% interval of it, and the distance of the
    first from it.

    rank: 1 and how many have a higher macro average precision; rank_lo, rank_hi: between which the
    rank stays in 95% of the resamples of the films. difference: `first` minus this approach, with
    its paired interval, permutation p and Holm's p among these differences. tied_with_first: 0
    where the first is clearly better by the rule of `verdicts.verdict` (an interval without zero
    and Holm's p below .05), 1 otherwise and for the first itself; so the group holds all that these
    films cannot tell from the first, which need not be equal to it. With too few films there are
    the values alone.
    """
    resamples = board.resampled(params)
    macro = resamples.macro()
    rank = ranks(macro.point)
    order = np.argsort(rank, kind="stable").tolist()
    first = order[0]
    shown = board.sample_size(params).enough_films
    best, worst = rank_intervals(macro.values) if shown else (rank, rank)
    rows: list[Row] = []
    for number in order:
        cell = board.cells[number]
        row: Row = {"approach": cell.slug, "modality": cell.modality}
        row |= {"macro_ap": float(macro.point[number]), "rank": int(rank[number])}
        if shown:
            row |= {"rank_lo": int(best[number]), "rank_hi": int(worst[number])}
        if number != first:
            pair = resamples.take([first, number]).macro()
            row |= {"first": board.cells[first].slug, "holm_family": FAMILY}
            row |= paired_comparison(pair, board, board.y_scores[[first, number]], params)
        rows.append(row)
    add_verdicts(rows[1:], ("first", "approach"))
    for row in rows:
        verdict = row.pop("verdict", "")
        row |= {"tied_with_first": int(verdict != BETTER)} if shown else {}
    return rows
