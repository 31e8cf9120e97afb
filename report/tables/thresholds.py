"""Tables of thresholds: the fixed rules, those that are learnt, calibration."""

from typing import Any

import pandas as pd

from report.loading import Metrics
from report.tables.common import of_approach, plain
from report.text import number


def fixed_rules(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """The fixed thresholds of the judging, for the headline approaches and predict-everything."""
    rows = metrics.thresholds
    wanted = list(metrics.named.values())
    parts = [rows[rows["approach"] == "predict_everything"].head(1)]
    for rule in metrics.rules:
        at = rows[(rows["threshold"] - rule).abs() < 1e-6].drop_duplicates("approach")
        parts.append(at.set_index("approach").reindex(wanted).dropna(how="all").reset_index())
    joined = pd.concat(parts, ignore_index=True)
    shown = pd.DataFrame(
        {
            "Approach": joined["approach"],
            "Threshold": [f"{v:g}" for v in joined["threshold"]],
            "Precision": [number(v) for v in joined["precision_macro"]],
            "Recall": [number(v) for v in joined["recall_macro"]],
            "F1 macro": [number(v) for v in joined["f1_macro"]],
            "F1 micro": [number(v) for v in joined["f1_micro"]],
            "F1 samples": [number(v) for v in joined["f1_samples"]],
            "Exact match": [number(v) for v in joined["exact_match"]],
            "Hamming loss": [number(v) for v in joined["hamming"]],
        }
    )
    return shown, joined["modality"].tolist()


def rule_genres(metrics: Metrics, rule: float) -> pd.DataFrame:
    """Precision, recall and F1 per genre at one threshold, headline approach of each modality."""
    rows = metrics.threshold_genres
    at = rows[(rows["threshold"] - rule).abs() < 1e-6]
    shown: dict[str, Any] = {"Genre": metrics.genre_names}
    for measure in ("precision", "recall", "f1"):
        for modality, slug in metrics.named.items():
            part = of_approach(at, slug, metrics.genre_names)
            name = "F1" if measure == "f1" else measure.capitalize()
            shown[f"{name}, {modality}"] = [number(v) for v in part[measure]]
    return pd.DataFrame(shown)


def of_headline(metrics: Metrics, name: str) -> pd.DataFrame:
    """The rows of a table of metrics that are of the approaches named before the run."""
    rows = metrics.table(name)
    return rows[rows["approach"].isin(list(metrics.named.values()))]


def all_rules(rows: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall and F1 under each rule, as texts."""
    headings = {
        "approach": "Approach",
        "rule": "Rule",
        "precision_macro": "Precision",
        "recall_macro": "Recall",
        "f1_macro": "Macro F1",
        "f1_macro_lo": "95% from",
        "f1_macro_hi": "to",
        "f1_micro": "Micro F1",
        "f1_samples": "Samples F1",
        "exact_match": "Exact match",
        "hamming": "Hamming loss",
    }
    return plain(rows, headings)


def calibration(rows: pd.DataFrame) -> pd.DataFrame:
    """Calibration error and scores before and after each method, as texts."""
    headings = {
        "approach": "Approach",
        "method": "Calibrated by",
        "ece_before": "Error before",
        "ece": "after",
        "brier_before": "Brier before",
        "brier": "Brier after",
        "log_loss_before": "Log loss before",
        "log_loss": "Log loss after",
    }
    return plain(rows, headings)
