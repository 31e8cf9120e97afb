"""What choosing a setting in each fold gains over the same setting in all of them."""

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
    budgets: Mapping[str, HeadParams | ProbeParams],
    params: JudgingParams,
) -> list[dict[str, Any]]:
    """A row for each approach whose folds choose; none where none does.

    budgets: by approach. parts: the backbones; setting: what it is called; fixed: the one that all
    folds take where none is chosen.
    """
    rows: list[dict[str, Any]] = []
    for cell in cells:
        # what has fewer labels shares a file whose fixed scores are of all of them
        if cell.base or cell.slug not in budgets:
            continue
        found = compare_fits(data, cell, cell.labels, FIXED, params)
        if found is None:  # it has one setting
            continue
        setting, fixed = _fixed(cell, budgets[cell.slug])
        rows.append(
            {
                "approach": cell.slug,
                "modality": cell.modality,
                "head": cell.head,
                "parts": " ".join(cell.parts),
                "setting": setting,
                "fixed": fixed,
                "tuned_ap": found.ap[0],
                "fixed_ap": found.ap[1],
                **found.compared,
                "holm_family": FAMILY,
                "films": len(found.board.film_id),
            }
        )
    add_verdicts(rows, ("approach", "approach"))
    return rows


def _fixed(cell: Cell, budget: HeadParams | ProbeParams) -> tuple[str, str]:
    if isinstance(budget, ProbeParams):
        return load_probe(cell.head).setting, f"{budget.fixed:g}"
    return "weight decay and epochs", "{:g} and {}".format(*budget.fixed_setting)
