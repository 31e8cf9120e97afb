"""Frames of display texts: what the pages' tables show, from the loaded metrics."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from report.elements import interval, number, p_value, signed
from report.figures.overview import contender, verdicts
from report.loading import MODALITIES, Metrics, verdict

STAGES = (  # those the pipeline has whatever its matrix
    *("catalogue", "download", "frames", "audio", "splits"),
    *("fit@prior", "ceiling", "evaluate", "compare"),
)


def points(metrics: Metrics, slugs: list[str] | None = None) -> pd.DataFrame:
    """What the overview figures draw: approach, modality, macro_ap, its interval, ceiling, and
    whether it is clearly above random scores on the same films (skilled)."""
    columns = ["approach", "modality", "macro_ap", "macro_ap_lo", "macro_ap_hi"]
    rows = metrics.approaches[columns]
    if slugs is not None:
        rows = rows.set_index("approach").loc[slugs].reset_index()
    ceilings = [metrics.ceiling(slug) for slug in rows["approach"]]
    against = metrics.comparisons[metrics.comparisons["family"] == "no_skill"]
    skilled = {
        row["a"]
        for row in against.to_dict("records")
        if verdict(row["lo"], row["hi"], row["p_holm"]) > 0
    }
    return rows.assign(
        ceiling=pd.Series(ceilings, index=rows.index, dtype=float),
        skilled=[slug in skilled for slug in rows["approach"]],
    )


def headline_points(metrics: Metrics) -> pd.DataFrame:
    """`points` of no skill, sound, picture and both."""
    priors = metrics.approaches.loc[metrics.approaches["modality"] == "none", "approach"]
    slugs = [metrics.headline[m] for m in ("both", "picture", "sound")] + list(priors[:1])
    return points(metrics, slugs)


def approaches(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """All approaches, best first, as texts; and the modality of each row."""
    rows = metrics.approaches.sort_values("macro_ap", ascending=False, kind="stable")
    shown = pd.DataFrame(
        {
            "Approach": rows["approach"],
            "Sees or hears": rows["modality"].replace({"none": "nothing"}),
            "Macro AP": [number(v, 3) for v in rows["macro_ap"]],
            "95% interval": _intervals(rows, "macro_ap_lo", "macro_ap_hi"),
            "Ceiling": [number(metrics.ceiling(slug), 3) for slug in rows["approach"]],
            "Normalised AP": [number(v, 3) for v in rows["normalised_ap"]],
            "Micro AP": [number(v, 3) for v in rows["micro_ap"]],
            "Samples AP": [number(v, 3) for v in rows["samples_ap"]],
            "ROC AUC": [number(v, 3) for v in rows["roc_auc"]],
            "Brier": [number(v, 3) for v in rows["brier"]],
        }
    )
    if metrics.ceilings.empty:
        shown = shown.drop(columns="Ceiling")
    return shown, rows["modality"].tolist()


def comparisons(metrics: Metrics, rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """Paired comparisons with their verdicts: those given, else all."""
    rows = metrics.comparisons if rows is None else rows
    return pd.DataFrame(
        {
            "First": rows["a"],
            "Second": rows["b"].map(contender),
            "Difference": [signed(v, 3) for v in rows["difference"]],
            "95% interval": [
                f"{signed(lo, 3)} to {signed(hi, 3)}" if pd.notna(lo) else "–"
                for lo, hi in zip(rows["lo"], rows["hi"], strict=True)
            ],
            "p (Holm)": [p_value(v).removeprefix("p ").removeprefix("= ") for v in rows["p_holm"]],
            "Verdict": verdicts(rows),
            "Question": rows["question"],
        }
    )


def plain(rows: pd.DataFrame, headings: Mapping[str, str]) -> pd.DataFrame:
    """Columns of a metrics table under headings for a reader, numbers with three places."""
    shown = {}
    for column, heading in headings.items():
        if column in rows and pd.api.types.is_float_dtype(rows[column]):
            shown[heading] = [number(value, 3) for value in rows[column]]
        elif column in rows:
            shown[heading] = ["–" if pd.isna(value) else str(value) for value in rows[column]]
    return pd.DataFrame(shown)


def claims(metrics: Metrics) -> pd.DataFrame:
    """The seed study's claims, each with its verdict, the estimate and its interval."""
    rows = metrics.table("claims")
    spans = [
        f"{signed(lo, 3)} to {signed(hi, 3)}" if pd.notna(lo) else "–"
        for lo, hi in zip(rows["lo"], rows["hi"], strict=True)
    ]
    return pd.DataFrame(
        {
            "Claim": rows["claim"],
            "Verdict": rows["verdict"],
            "Estimate": [signed(v, 3) if pd.notna(v) else "–" for v in rows["estimate"]],
            "95% interval": spans,
        }
    )


def _intervals(rows: pd.DataFrame, lo: str, hi: str) -> list[str]:
    pairs = zip(rows[lo], rows[hi], strict=True)
    return [interval(low, high, 3) or "–" for low, high in pairs]


def genres(metrics: Metrics) -> pd.DataFrame:
    """Per genre: prevalence, and average precision of each modality's headline approach."""
    shown: dict[str, Any] = {
        "Genre": metrics.genre_names,
        "Films with it": [f"{metrics.catalogue['prevalence'][g]:.0%}" for g in metrics.genre_names],
    }
    for modality in MODALITIES:
        rows = of_approach(metrics.genres, metrics.headline[modality], metrics.genre_names)
        shown[f"AP, {modality}"] = [number(v) for v in rows["ap"]]
        shown[f"{modality}, 95%"] = [
            interval(lo, hi) or "–" for lo, hi in zip(rows["ap_lo"], rows["ap_hi"], strict=True)
        ]
    return pd.DataFrame(shown)


def of_approach(frame: pd.DataFrame, slug: str, genre_names: list[str]) -> pd.DataFrame:
    """The rows of one approach, one per genre in the given order; undefined where missing."""
    rows = frame[frame["approach"] == slug].set_index("genre").reindex(genre_names)
    return rows.rename_axis("genre").reset_index()


def pair(metrics: Metrics) -> pd.DataFrame:
    """What the dumbbell draws: per genre the headline picture and sound approaches."""
    parts = [
        of_approach(metrics.genres, metrics.headline[m], metrics.genre_names).assign(modality=m)
        for m in ("picture", "sound")
    ]
    return pd.concat(parts, ignore_index=True)


def pair_ceilings(metrics: Metrics) -> pd.DataFrame:
    """Ceilings of the two approaches `pair` shows, per genre; empty where unknown."""
    of = metrics.ceiling_genres
    parts = []
    for modality in ("picture", "sound"):
        found = metrics.window(metrics.headline[modality])
        if found is not None:
            parts.append(of[(of["modality"] == found[0]) & (of["window"] == found[1])])
    return pd.concat(parts, ignore_index=True) if parts else of.iloc[:0]


def rules(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """The fixed thresholds of the judging, for the headline approaches and predict-everything."""
    rows = metrics.thresholds
    wanted = [metrics.headline[m] for m in MODALITIES]
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
        for modality in MODALITIES:
            part = of_approach(at, metrics.headline[modality], metrics.genre_names)
            name = "F1" if measure == "f1" else measure.capitalize()
            shown[f"{name}, {modality}"] = [number(v) for v in part[measure]]
    return pd.DataFrame(shown)


def labels(metrics: Metrics) -> pd.DataFrame:
    """The catalogue's label statistics."""
    of = metrics.catalogue
    rows = [
        ("Films", str(of["films"])),
        ("Trailers", str(of["trailers"])),
        ("Genres per film (label cardinality)", number(of.get("label_cardinality"))),
        ("Share of the ten genres on a film (label density)", number(of.get("label_density"), 3)),
    ]
    usable = metrics.splits.get("usable", {})
    names = {"picture": "usable picture", "sound": "usable sound", "both": "both", "any": "either"}
    rows += [(f"Films with {names[k]}", str(usable[k])) for k in names if k in usable]
    return pd.DataFrame(rows, columns=pd.Index(["What", "Number"]))


def cooccurrence(metrics: Metrics) -> pd.DataFrame:
    """Films that carry both genres, genre by genre."""
    of = metrics.catalogue["cooccurrence"]
    names = metrics.genre_names
    counts = {other: [int(of.get(one, {}).get(other, 0)) for one in names] for other in names}
    return pd.DataFrame(counts, index=pd.Index(names))


def stages(metrics: Metrics) -> pd.DataFrame:
    """stage, seconds, peak_megabytes of the current matrix's stages, in the order recorded.

    The record keeps the rows of stages that a changed matrix no longer has.
    """
    recorded = metrics.provenance.get("stages", {})
    matrix = metrics.parameters.get("matrix", {})
    current = {*STAGES, *(f"embed@{name}" for name in matrix.get("backbones", {}))}
    pretrained = matrix.get("pretrained", {})
    current |= {f"{stage}@{name}" for name in pretrained for stage in ("weights", "embed")}
    current |= {f"fit@{name}" for name in metrics.approaches["approach"]}
    rows = [
        {
            "stage": name,
            "seconds": values.get("seconds"),
            "peak_megabytes": values.get("peak_megabytes"),
        }
        for name, values in recorded.items()
        if name in current
    ]
    return pd.DataFrame(rows, columns=pd.Index(["stage", "seconds", "peak_megabytes"])).astype(
        {"seconds": float, "peak_megabytes": float}
    )


def parameters(metrics: Metrics) -> pd.DataFrame:
    """Every parameter, flattened to `section.name`."""
    rows: list[tuple[str, str]] = []

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                walk(f"{prefix}.{key}" if prefix else str(key), inner)
        elif isinstance(value, list):
            rows.append((prefix, ", ".join(str(item) for item in value)))
        else:
            rows.append((prefix, "not set" if value is None else str(value)))

    walk("", metrics.parameters)
    return pd.DataFrame(rows, columns=pd.Index(["Parameter", "Value"]))


def versions(metrics: Metrics) -> pd.DataFrame:
    """Python's and the packages' versions."""
    rows = [("Python", str(metrics.provenance.get("python", "–")))]
    rows += [(k, str(v)) for k, v in metrics.provenance.get("versions", {}).items()]
    return pd.DataFrame(rows, columns=pd.Index(["Package", "Version"]))
