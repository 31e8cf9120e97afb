"""Scores with and without the films that share their features with another, as stages/splits.py
left them out: what a benchmark that did not notice would have said."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell
from stages.fitting.approaches import WITH_LEFT_OUT
from stages.fitting.films import read_films
from stages.fitting.scores import Scores
from stages.judging.fitted_twice import compare_fits
from stages.scoring.ranking import macro_average_precision

COLUMNS = [
    *("approach", "modality", "with_ap", "without_ap", "difference", "lo", "hi", "p", "films"),
    *("all_ap", "all_films"),
]


def left_out_rows(data: Path, cells: Sequence[Cell], params: JudgingParams) -> list[dict[str, Any]]:
    """A row for each approach that was fitted both ways.

    with_ap, without_ap: learnt with these films and without, judged on the same films, which are
    none of them; all_ap: learnt from all and judged on all.
    """
    rows: list[dict[str, Any]] = []
    every = read_films(data, with_left_out=True)
    y_of = dict(zip(every.ids.tolist(), every.y_true, strict=True))
    for cell in cells:
        found = compare_fits(data, cell, WITH_LEFT_OUT, "all", params)
        if found is None:
            continue
        scores = Scores.load(data / "scores" / f"{cell.slug}.npz", WITH_LEFT_OUT)
        y_true = np.stack([y_of[film] for film in scores.film_id.tolist()])
        averaged = scores.score.mean(axis=0, dtype=np.float64)[:, found.board.columns]
        rows.append(
            {
                "approach": cell.slug,
                "modality": cell.modality,
                "with_ap": found.ap[0],
                "without_ap": found.ap[1],
                **found.compared,
                "films": len(found.board.film_id),
                "all_ap": macro_average_precision(y_true[:, found.board.columns], averaged).value,
                "all_films": len(scores.film_id),
            }
        )
    return rows
