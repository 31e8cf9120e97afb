"""By what should a probe choose its setting, and which one where nothing is chosen?

Clones the last commit into a folder of its own, renders the development corpus (another seed, so
other films than those that are judged) and solves every probe of the matrix with each setting of
its grid. For each it writes to benchmarks/results/ the macro AP of the films out of fold: with one
setting in every fold, and chosen by macro AP or by log loss on inner films. About six minutes on
two quiet cores.
"""

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clones import keep, parser, rerun
from benchmarks.provenance import commit, versions
from stages.base.params import Params, ProbeParams, load
from stages.base.params.matrix import cells
from stages.fitting.approaches import is_trained, items_of_cell, training_budget
from stages.fitting.choosing import Scored, best_setting
from stages.fitting.films import Films, read_films
from stages.fitting.probing import ProbedFilms, load_probe
from stages.scoring.ranking import macro_average_precision

SEED = 8
RULES = ("macro_ap", "log_loss")
SURE = 1e-4  # no score counts as nearer to 0 or 1


def main() -> None:
    arguments = parser("choosing", __doc__, "choosing.json").parse_args()
    with rerun(arguments.folder, development) as clone:
        params = load(clone / "params.yaml")
        found = {
            "sample_seed": SEED,
            "versions": versions(),
            "commit": commit(clone),
            **judge(clone / "data/sample", params),
        }
    keep(found, arguments.results)
    print(table(found))


def development(params: dict[str, Any]) -> dict[str, Any]:
    """Other films, and of the matrix no more than the probes."""
    matrix = dict(params["matrix"])
    solved = {slug for slug, head in params["training"]["heads"].items() if "grid" in head}
    untrained = ("each", "mean", "max")
    matrix["approaches"] = {
        slug: {name: value for name, value in each.items() if name != "fewer_labels"}
        for slug, each in matrix["approaches"].items()
        if each["head"] in solved and each["context"] in untrained
    }
    matrix["early"] = {s: each for s, each in matrix["early"].items() if each["head"] in solved}
    matrix["late"] = {"late_linear": matrix["late"]["late_linear"]}
    return params | {"sample": params["sample"] | {"seed": SEED}, "matrix": matrix}


def judge(data: Path, params: Params) -> dict[str, Any]:
    """Each probe's macro AP by setting and by rule, and the best single setting of each head.

    data: of a finished run.
    """
    films = read_films(data)
    rows = []
    for cell in cells(params):
        if cell.kind not in ("single", "early") or cell.base or is_trained(cell, params):
            continue
        budget = training_budget(cell, params)
        assert isinstance(budget, ProbeParams)
        probe = load_probe(cell.head)
        items = items_of_cell(cell, films, params, data)
        y = films.y_true.astype(np.float64)
        probed = ProbedFilms(items, y, films.fold, probe, budget.grid)
        place = budget.grid.index(budget.fixed)
        rows.append({"approach": cell.slug, "head": cell.head, **compare(probed, films, place)})
    heads: dict[str, dict[str, Any]] = {}
    for head in dict.fromkeys(row["head"] for row in rows):
        own = [row for row in rows if row["head"] == head]
        mean = np.mean([list(row["settings"].values()) for row in own], axis=0)
        heads[head] = {
            "approaches": len(own),
            "best_single": list(own[0]["settings"])[int(np.argmax(mean))],
            "best_single_ap": float(mean.max()),
            **{rule: float(np.mean([row[rule] for row in own])) for rule in RULES},
        }
    return {"heads": heads, "approaches": rows}


def compare(probed: ProbedFilms, films: Films, fixed: int) -> dict[str, Any]:
    """Macro AP out of fold: of each setting in all folds, and of what each rule chooses."""
    folds = [int(fold) for fold in np.unique(films.fold)]
    outer = probed.score([(fold,) for fold in folds])
    inner = probed.score(combinations(folds, 2))
    every = np.full((len(probed.grid), *films.y_true.shape), np.nan, np.float32)
    chosen = {rule: np.full(films.y_true.shape, np.nan, np.float32) for rule in RULES}
    ranked = probed.ranked(inner, np.arange(films.y_true.shape[1]))
    away = np.abs(np.arange(len(probed.grid)) - fixed)
    for fold in folds:
        rows = films.fold == fold
        every[:, rows] = outer[(fold,)][:, rows]
        loss = _log_loss(inner, fold, films)
        chosen["macro_ap"][rows] = every[best_setting(ranked((fold,)), away)][rows]
        chosen["log_loss"][rows] = every[int(np.argmin(loss))][rows]
    settings = {
        f"{setting:g}": _macro_ap(films, scores)
        for setting, scores in zip(probed.grid, every, strict=True)
    }
    return {"settings": settings, **{rule: _macro_ap(films, chosen[rule]) for rule in RULES}}


def _log_loss(inner: Scored, fold: int, films: Films) -> np.ndarray:
    """(n_settings,), of the films outside a fold, each scored without its own and without it."""
    losses = []
    for other in np.unique(films.fold[films.fold != fold]).tolist():
        scores = inner[(min(fold, other), max(fold, other))][:, films.fold == other]
        truth = films.y_true[films.fold == other]
        known = np.isfinite(scores[0]).all(axis=1)
        sure = np.clip(scores[:, known], SURE, 1 - SURE)
        losses.append(-np.log(np.where(truth[known], sure, 1 - sure)).mean(axis=2))
    means: np.ndarray = np.concatenate(losses, axis=1).mean(axis=1)
    return means


def _macro_ap(films: Films, scores: np.ndarray) -> float:
    known = np.isfinite(scores).all(axis=1)
    value = macro_average_precision(films.y_true[known], scores[known]).value
    return float("nan") if value is None else float(value)


def table(found: dict[str, Any]) -> str:
    """The result as one reads it in a terminal."""
    lines = [f"{'approach':22}{'chosen by AP':>14}{'by log loss':>13}{'best single':>13}"]
    for row in found["approaches"]:
        best = max(row["settings"], key=row["settings"].__getitem__)
        lines.append(
            f"{row['approach']:22}{row['macro_ap']:14.4f}{row['log_loss']:13.4f}"
            f"{row['settings'][best]:9.4f} ({best})"
        )
    for head, row in found["heads"].items():
        lines.append(
            f"{head + ', mean':22}{row['macro_ap']:14.4f}{row['log_loss']:13.4f}"
            f"{row['best_single_ap']:9.4f} ({row['best_single']})"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
