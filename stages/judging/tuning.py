"""What choosing a probe's setting in each fold gains over the same setting in all of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stages.base.params import HeadParams, JudgingParams, ProbeParams
from stages.base.params.matrix import Cell
from stages.fitting.approaches import FIXED
from stages.fitting.probing import load_probe
from stages.judging.fitted_twice import compare_fits
from stages.judging.verdicts import add_verdicts

COLUMNS = [
    *("approach", "modality", "head", "parts", "setting", "fixed", "tuned_ap", "fixed_ap"),
    *("difference", "lo", "hi", "p", "holm_family", "p_holm", "verdict", "films"),
]
FAMILY = "tuning"


def tuning_rows(
    data: Path,
    cells: Sequence[Cell],
    heads: Mapping[str, HeadParams | ProbeParams],
    params: JudgingParams,
) -> list[dict[str, Any]]:
    """A row for each approach of a probe; none where the matrix has no probe.

    heads: the budgets of training.heads. parts: the backbones; setting: what the probe calls its
    setting; fixed: the one that all folds take where none is chosen.
    """
    rows: list[dict[str, Any]] = []
    for cell in cells:
        budget = heads.get(cell.head)
        # what has fewer labels shares a file whose fixed scores are of all of them
        if cell.base or not isinstance(budget, ProbeParams):
            continue
        found = compare_fits(data, cell, cell.labels, FIXED, params)
        if found is None:  # the head is a layer of a context that is trained
            continue
        rows.append(
            {
                "approach": cell.slug,
                "modality": cell.modality,
                "head": cell.head,
                "parts": " ".join(cell.parts),
                "setting": load_probe(cell.head).setting,
                "fixed": f"{budget.fixed:g}",
                "tuned_ap": found.ap[0],
                "fixed_ap": found.ap[1],
                **found.compared,
                "holm_family": FAMILY,
                "films": len(found.board.film_id),
            }
        )
    add_verdicts(rows, ("approach", "approach"))
    return rows
