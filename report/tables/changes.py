"""What changes the answer: the ablations of the approaches named before the run."""

from typing import Any

import pandas as pd

from report.loading import Metrics
from report.tables.ablations import label_sets
from report.text import plain_number, quoted

SHOWN = 3
LABELS = {
    "one": "trained on one label a film, drawn at random",
    "popular": "trained on the popular genres alone",
    "no_thriller": "trained without Thriller",
}
SETTINGS = {"C": "regularisation", "k": "number of neighbours"}
COLUMNS = ["modality", "what", "difference", "lo", "hi", "verdict"]
OPPOSITE = {"better": "worse", "worse": "better"}


def changes(metrics: Metrics) -> pd.DataFrame:
    """A row an ablation of an approach named before the run, what moves its score most first.

    modality: whose score moves; what: the change, in words; difference, lo, hi: the score with the
    change minus the score without it, and its 95% interval; verdict: the judges' on it.
    """
    of = {name: modality for modality, name in metrics.named.items()}
    rows = [*_variants(metrics, of), *_fixed(metrics, of), *_labels(metrics, of)]
    found = pd.DataFrame([*rows, *_split(metrics, of)], columns=pd.Index(COLUMNS))
    order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def turned(metrics: Metrics, shown: pd.DataFrame) -> list[int]:
    """The rows of `changes` that put the other of picture and sound ahead, by the scores alone."""
    if not {"picture", "sound"} <= set(metrics.named):
        return []
    score = {m: float(metrics.approach(metrics.named[m])["macro_ap"]) for m in ("picture", "sound")}
    ahead = score["picture"] > score["sound"]
    found = []
    for at, row in enumerate(shown.to_dict("records")):
        moved = score | {row["modality"]: score.get(row["modality"], 0.0) + row["difference"]}
        if (moved["picture"] > moved["sound"]) != ahead:
            found.append(at)
    return found


def _variants(metrics: Metrics, of: dict[str, str]) -> list[dict[str, Any]]:
    """Another context, another part of the sound, or words without those of the title."""
    families = ["context", "window", "title"]
    rows = metrics.comparisons[metrics.comparisons["family"].isin(families)]
    found = []
    for row in rows.to_dict("records"):
        if row["b"] in of:
            found.append(_row(of[row["b"]], f"{quoted(row['a'])} in its place", row))
        if row["a"] in of:
            found.append(_row(of[row["a"]], f"{quoted(row['b'])} in its place", row, turned=True))
    return found


def _fixed(metrics: Metrics, of: dict[str, str]) -> list[dict[str, Any]]:
    """A setting fixed before the run, where each fold chose one."""
    return [
        _row(
            of[row["approach"]],
            f"its {SETTINGS.get(row['setting'], 'setting')} fixed before the run "
            f"({row['setting']} = {plain_number(row['fixed'])}), not chosen in each fold",
            row,
            turned=True,
        )
        for row in metrics.table("tuning").to_dict("records")
        if row["approach"] in of
    ]


def _labels(metrics: Metrics, of: dict[str, str]) -> list[dict[str, Any]]:
    """Fewer labels to learn from, on the genres that both label sets have."""
    return [
        _row(of[row["b"]], LABELS.get(row["labels"], f"trained on {row['labels']}"), row)
        for row in label_sets(metrics).to_dict("records")
        if row["b"] in of
    ]


def _split(metrics: Metrics, of: dict[str, str]) -> list[dict[str, Any]]:
    """Collections split across folds."""
    return [
        _row(of[row["approach"]], "collections split across folds", row)
        for row in metrics.table("ungrouped").to_dict("records")
        if row["approach"] in of
    ]


def _row(modality: str, what: str, row: dict[Any, Any], turned: bool = False) -> dict[str, Any]:
    """turned: the row is of the approach minus its variant."""
    verdict = str(row.get("verdict", ""))
    found = {"modality": modality, "what": what}
    if turned:
        found |= {"difference": -row["difference"], "lo": -row["hi"], "hi": -row["lo"]}
        return found | {"verdict": OPPOSITE.get(verdict, verdict)}
    return found | {name: row[name] for name in ("difference", "lo", "hi")} | {"verdict": verdict}
