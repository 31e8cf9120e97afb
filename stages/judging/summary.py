"""The one file that `dvc metrics diff` reads: floats only, what one compares across branches."""

from collections.abc import Mapping, Sequence
from typing import Any

from stages.judging.rules import TUNED

Row = dict[str, Any]


def summarise(
    approaches: Sequence[Row],
    rules: Sequence[Row],
    comparisons: Sequence[Row],
    ceilings: Sequence[Row],
    headline: Mapping[str, str],
) -> dict[str, Any]:
    """Macro AP with interval, micro AP, tuned macro F1 of every approach; headline; ceilings.

    Intervals and p-values that too few films leave out are None, which no file gets. headline: as
    in headline.json, the names of the comparisons that the report opens with.
    """
    summary: dict[str, Any] = {"approaches": {}, "differences": {}}
    for row in approaches:
        summary["approaches"][row["approach"]] = {
            "macro_ap": row["macro_ap"],
            "lo": row["macro_ap_lo"],
            "hi": row["macro_ap_hi"],
            "micro_ap": row["micro_ap"],
        }
    for row in rules:
        if row["rule"] == TUNED:
            summary["approaches"][row["approach"]]["macro_f1_tuned"] = row["f1_macro"]
    for row in comparisons:
        if row["name"] in (headline.get("picture_minus_sound"), headline.get("fusion_gain")):
            summary["differences"][row["name"]] = {
                name: row.get(name) for name in ("difference", "lo", "hi", "p_holm")
            }
    for row in ceilings:
        view = f"{row['modality']}: {row['window']}"
        summary.setdefault("ceilings", {})[view] = {"macro_ap": float(row["macro_ap"])}
    return summary
