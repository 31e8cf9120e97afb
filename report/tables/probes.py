"""Tables of heads: what was chosen, what choosing gains, what each head may spend."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from report.loading import Metrics
from report.text import counted, number, plain_number

EDGE = "at the edge of the grid"
TOO_FEW_FOLDS = "too few folds to choose"
STEPS = "weight decay and epochs"
INNER = "macro_ap at "  # of a weight decay, in what is trained by steps and chooses


def is_probe(curve: pd.DataFrame) -> bool:
    """Whether a table of metrics/curves is over a probe's settings, not over epochs."""
    return "macro_ap" in set(curve["part"])


def settings(curve: pd.DataFrame) -> pd.DataFrame:
    """A probe's grid, ascending: setting, macro_ap (inner, mean over folds; undefined where too
    few folds are left to score), folds (how many took it)."""
    rows = curve.pivot(index="step", columns="part", values="value").reset_index()
    rows = rows.rename_axis(columns=None).rename(columns={"step": "setting"})
    return rows.astype({"setting": float, "folds": int}).sort_values("setting")


def steps(curve: pd.DataFrame) -> pd.DataFrame:
    """The same of what is trained by steps: weight_decay, epochs, macro_ap, folds; no row where it
    had one setting."""
    values = curve.set_index(["part", "step"])["value"]
    rows = [
        {
            "weight_decay": float(part.removeprefix(INNER)),
            "epochs": int(step),
            "macro_ap": values[part, step],
            "folds": int(values[f"folds at {part.removeprefix(INNER)}", step]),
        }
        for part, step in values.index
        if part.startswith(INNER)
    ]
    return pd.DataFrame(rows, columns=["weight_decay", "epochs", "macro_ap", "folds"])


def chosen(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """What each approach chose in how many folds, as texts; and the modality of each row."""
    modality = metrics.approaches.set_index("approach")["modality"]
    names = setting_names(metrics)
    rows, modalities = [], []
    for slug, curve in metrics.curves.items():
        axes = ["setting"] if is_probe(curve) else ["weight_decay", "epochs"]
        grid = settings(curve) if is_probe(curve) else steps(curve)
        if grid.empty:
            continue
        taken = grid[grid["folds"] > 0]
        rows.append(
            {
                "Approach": slug,
                "Setting": names.get(slug, "setting") if is_probe(curve) else STEPS,
                "Chosen": " · ".join(
                    f"{setting_of(row[axis] for axis in axes)} "
                    f"({counted(int(row['folds']), 'fold')})"
                    for row in taken.to_dict("records")
                ),
                "Inner macro AP": " · ".join(number(value, 3) for value in taken["macro_ap"]),
                "Note": _note(grid, taken, axes),
            }
        )
        modalities.append(str(modality[slug]))
    return pd.DataFrame(rows), modalities


def setting_of(values: Iterable[object]) -> str:
    """A setting, of one number or of two."""
    return " and ".join(plain_number(value) for value in values)


def _note(grid: pd.DataFrame, taken: pd.DataFrame, axes: list[str]) -> str:
    if grid["macro_ap"].isna().all():
        return TOO_FEW_FOLDS
    at_edge = any(
        grid[axis].nunique() > 1 and taken[axis].isin([grid[axis].min(), grid[axis].max()]).any()
        for axis in axes
    )
    return EDGE if at_edge else "–"


def setting_names(metrics: Metrics) -> dict[str, str]:
    """What each approach calls its setting."""
    rows = metrics.table("tuning")
    return {str(row["approach"]): str(row["setting"]) for row in rows.to_dict("records")}


def tuning(metrics: Metrics) -> pd.DataFrame:
    """Chosen settings against one in every fold, in the columns of comparisons."""
    rows = metrics.table("tuning")
    if rows.empty:
        return rows
    fixed = [
        f"{row['setting']} = {setting_of(str(row['fixed']).split(' and '))} in every fold"
        for row in rows.to_dict("records")
    ]
    return rows.assign(a=rows["approach"], b=fixed)


def budgets(metrics: Metrics) -> pd.DataFrame:
    """What each head and each trained context of this matrix may spend, as texts."""
    training: dict[str, Any] = metrics.parameters.get("training", {})
    heads, contexts = training.get("heads", {}), training.get("contexts", {})
    fitted = metrics.approaches[metrics.approaches["kind"].isin(["single", "early", "dual"])]
    rows: dict[str, str] = {}
    for row in fitted.to_dict("records"):
        if row["context"] in contexts:
            rows[f"context {row['context']}, with its head"] = _budget(contexts[row["context"]])
        elif row["head"] in heads:
            rows[f"head {row['head']}"] = _budget(heads[row["head"]])
    return pd.DataFrame(sorted(rows.items()), columns=pd.Index(["Trained or solved", "Budget"]))


def _budget(of: dict[str, Any]) -> str:
    if "grid" in of:
        values = ", ".join(plain_number(value) for value in of["grid"])
        return f"solved for each setting of the grid {values}; each fold chooses one"
    amounts = {name: _amounts(name, value) for name, value in of.items() if name != "fixed"}
    grid = [name for name in amounts if isinstance(of[name], list) and len(of[name]) > 1]
    said = "trained by steps: " + ", ".join(amounts[name] for name in amounts if name not in grid)
    several = ", of ".join(amounts[name] for name in grid)
    return said + (f"; each fold chooses of {several}" if grid else "")


def _amounts(name: str, value: object) -> str:
    values = value if isinstance(value, list) else [value]
    return f"{name.replace('_', ' ')} {', '.join(plain_number(each) for each in values)}"
