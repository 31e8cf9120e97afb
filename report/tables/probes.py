"""Tables of heads: what a probe chose, what choosing gains, what each head may spend."""

from typing import Any

import pandas as pd

from report.loading import Metrics
from report.text import counted, number, plain_number

EDGE = "at the edge of the grid"
TOO_FEW_FOLDS = "too few folds to choose"


def is_probe(curve: pd.DataFrame) -> bool:
    """Whether a table of metrics/curves is over a probe's settings, not over epochs."""
    return "macro_ap" in set(curve["part"])


def settings(curve: pd.DataFrame) -> pd.DataFrame:
    """A probe's grid, ascending: setting, macro_ap (inner, mean over folds; undefined where too
    few folds are left to score), folds (how many took it)."""
    rows = curve.pivot(index="step", columns="part", values="value").reset_index()
    rows = rows.rename_axis(columns=None).rename(columns={"step": "setting"})
    return rows.astype({"setting": float, "folds": int}).sort_values("setting")


def chosen(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """What each probe chose in how many folds, as texts; and the modality of each row."""
    modality = metrics.approaches.set_index("approach")["modality"]
    names = setting_names(metrics)
    rows, modalities = [], []
    for slug, curve in metrics.curves.items():
        if not is_probe(curve):
            continue
        grid = settings(curve)
        taken = grid[grid["folds"] > 0]
        rows.append(
            {
                "Approach": slug,
                "Setting": names.get(slug, "setting"),
                "Chosen": " · ".join(
                    f"{plain_number(row['setting'])} ({counted(int(row['folds']), 'fold')})"
                    for row in taken.to_dict("records")
                ),
                "Inner macro AP": " · ".join(number(value, 3) for value in taken["macro_ap"]),
                "Note": _note(grid, taken),
            }
        )
        modalities.append(str(modality[slug]))
    return pd.DataFrame(rows), modalities


def _note(grid: pd.DataFrame, taken: pd.DataFrame) -> str:
    if grid["macro_ap"].isna().all():
        return TOO_FEW_FOLDS
    ends = grid["setting"].iloc[[0, -1]]
    return EDGE if len(grid) > 1 and taken["setting"].isin(ends).any() else "–"


def setting_names(metrics: Metrics) -> dict[str, str]:
    """What each probe calls its setting, by approach."""
    rows = metrics.table("tuning")
    return {str(row["approach"]): str(row["setting"]) for row in rows.to_dict("records")}


def tuning(metrics: Metrics) -> pd.DataFrame:
    """Chosen settings against one in every fold, in the columns of comparisons."""
    rows = metrics.table("tuning")
    if rows.empty:
        return rows
    fixed = [
        f"{row['setting']} = {plain_number(row['fixed'])} in every fold"
        for row in rows.to_dict("records")
    ]
    return rows.assign(a=rows["approach"], b=fixed)


def budgets(metrics: Metrics) -> pd.DataFrame:
    """What each head and each trained context of this matrix may spend, as texts."""
    training: dict[str, Any] = metrics.parameters.get("training", {})
    heads, contexts = training.get("heads", {}), training.get("contexts", {})
    fitted = metrics.approaches[metrics.approaches["kind"].isin(["single", "early"])]
    rows: dict[str, str] = {}
    for row in fitted.to_dict("records"):
        if row["context"] in contexts:
            rows[f"context {row['context']}, with its head"] = _budget(contexts[row["context"]])
        elif row["head"] in heads:
            rows[f"head {row['head']}"] = _budget(heads[row["head"]])
    return pd.DataFrame(sorted(rows.items()), columns=pd.Index(["Trained or solved", "Budget"]))


def _budget(of: dict[str, Any]) -> str:
    if "grid" in of:
        grid = ", ".join(plain_number(value) for value in of["grid"])
        return f"solved for each setting of the grid {grid}; each fold chooses one"
    said = (f"{name.replace('_', ' ')} {plain_number(value)}" for name, value in of.items())
    return "trained by steps: " + ", ".join(said)
