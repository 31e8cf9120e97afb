"""The one file that `dvc metrics diff` reads: floats only, what one compares across branches."""

from collections.abc import Sequence
from typing import Any

from stages.params import JudgingParams

Row = dict[str, Any]


def summarise(
    approaches: Sequence[Row],
    thresholds: Sequence[Row],
    references: Sequence[Row],
    comparisons: Sequence[Row],
    ceilings: Sequence[Row],
    params: JudgingParams,
) -> dict[str, Any]:
    """Macro AP with interval, F1 by rule of every approach; differences, references, ceilings."""
    summary: dict[str, Any] = {"approaches": {}, "references": {}, "differences": {}}
    for row in approaches:
        summary["approaches"][row["approach"]] = {
            "macro_ap": float(row["macro_ap"]),
            "lo": float(row["macro_ap_lo"]),
            "hi": float(row["macro_ap_hi"]),
            "micro_ap": float(row["micro_ap"]),
            "keras_accuracy": float(row["keras_accuracy"]),
        }
    for row in thresholds:
        if row["approach"] in summary["approaches"] and row["threshold"] in params.thresholds:
            name = f"macro_f1_at_{row['threshold']:g}".replace(".", "_")
            summary["approaches"][row["approach"]][name] = row["f1_macro"]
    for row in references:
        if row["metric"] in ("macro_ap", "micro_ap", "f1_macro", "keras_accuracy"):
            name = "macro_f1" if row["metric"] == "f1_macro" else row["metric"]
            summary["references"].setdefault(row["reference"], {})[name] = row["value"]
    for row in comparisons:
        if row["family"] != "no_skill":
            summary["differences"][row["name"]] = {
                name: row[name] for name in ("difference", "lo", "hi", "p_holm")
            }
    for row in ceilings:
        view = f"{row['modality']}: {row['window']}"
        summary.setdefault("ceilings", {})[view] = {"macro_ap": float(row["macro_ap"])}
    return summary
