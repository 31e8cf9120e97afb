"""Tables of a run: labels, stages and their cost, versions and parameters."""

from typing import Any

import pandas as pd

from report.loading import Metrics
from report.text import in_words, number

STAGES = (  # those the pipeline has whatever its matrix
    *("collect", "catalogue", "label_ceiling", "download", "frames", "audio", "splits", "leaks"),
    *("fit@prior", "ceiling", "evaluate", "contrast", "compare", "training_sets"),
)


def labels(metrics: Metrics) -> pd.DataFrame:
    """The catalogue's label statistics."""
    of = metrics.catalogue
    density = f"Share of the {in_words(len(metrics.genre_names))} genres on a film (label density)"
    rows = [
        ("Films", str(of["films"])),
        ("Trailers", str(of["trailers"])),
        ("Genres per film (label cardinality)", number(of.get("label_cardinality"))),
        (density, number(of.get("label_density"), 3)),
    ]
    usable = metrics.splits.get("usable", {})
    names = {"picture": "usable picture", "sound": "usable sound", "both": "both", "any": "either"}
    rows += [(f"Films with {names[k]}", str(usable[k])) for k in names if k in usable]
    return pd.DataFrame(rows, columns=pd.Index(["What", "Number"]))


def stages(metrics: Metrics) -> pd.DataFrame:
    """stage, seconds, peak_megabytes of the current matrix's stages, in the order recorded.

    The record keeps the rows of stages that a changed matrix no longer has.
    """
    recorded = metrics.provenance.get("stages", {})
    matrix = metrics.parameters.get("matrix", {})
    backbones, pretrained = (
        [*(matrix.get(section) or {}), *((matrix.get("outside") or {}).get(section) or {})]
        for section in ("backbones", "pretrained")
    )
    pretrained += matrix.get("joint") or {}
    current = {*STAGES, *(f"embed@{name}" for name in backbones)}
    current |= {f"{stage}@{name}" for name in pretrained for stage in ("weights", "embed")}
    current |= {f"features@{name}" for name in metrics.parameters.get("features") or {}}
    current |= {f"fit@{metrics.names.slug(name)}" for name in metrics.approaches["approach"]}
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


def stages_shown(metrics: Metrics) -> pd.DataFrame:
    """Time, memory and bytes of each stage, as texts."""
    written = metrics.pipeline.get("bytes", {})
    rows = stages(metrics)
    return pd.DataFrame(
        {
            "Stage": rows["stage"],
            "Seconds": [number(v, 1) for v in rows["seconds"]],
            "Peak memory, MB": [number(v, 0) for v in rows["peak_megabytes"]],
            "Written, MB": [megabytes(written.get(stage)) for stage in rows["stage"]],
        }
    )


def backbones(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """What each backbone that ran costs, as texts; and the modality of each row."""
    models = metrics.table("models")
    if models.empty:
        return pd.DataFrame(), []
    ran = models[models["run"] == 1]
    recorded = metrics.provenance.get("stages", {})
    written = metrics.pipeline.get("bytes", {})
    embedded = metrics.download.get("ok", metrics.splits.get("usable", {}).get("any", 0))
    trailers = int(embedded)
    seconds = [recorded.get(f"embed@{name}", {}).get("seconds") for name in ran["backbone"]]
    shown = pd.DataFrame(
        {
            "Backbone": ran["backbone"].map(metrics.names.backbone),
            "Input": ran["input"],
            "Parameters": [_millions(value) for value in ran["parameters"]],
            "Weights, MB": [megabytes(written.get(f"weights@{name}")) for name in ran["backbone"]],
            "Dimensions": ran["dimensions"].astype(str),
            "Seconds": [number(value, 1) for value in seconds],
            "Trailers a second": [number(trailers / v if v else None, 1) for v in seconds],
            "Embeddings, MB": [megabytes(written.get(f"embed@{name}")) for name in ran["backbone"]],
        }
    )
    return shown, ran["modality"].tolist()


def models(metrics: Metrics) -> tuple[pd.DataFrame, list[str]]:
    """Every known model with its weights, revision and licence, as texts; and its modality."""
    rows = metrics.table("models")
    if rows.empty:
        return pd.DataFrame(), []
    rows = rows.fillna("–")
    shown = pd.DataFrame(
        {
            "Backbone": rows["backbone"].map(metrics.names.backbone),
            "Trained on": rows["trained_on"],
            "Paper": rows["paper"],
            "Licence": rows["licence"],
            "Weights": rows["source"],
            "Revision": [str(value)[:7] for value in rows["revision"]],
            "Ran": ["yes" if run else "no" for run in rows["run"]],
        }
    )
    return shown, rows["modality"].tolist()


def megabytes(size: int | None) -> str:
    """Bytes as megabytes for people."""
    return "–" if size is None else number(size / 1e6, 1 if size >= 1e5 else 2)


def _millions(value: Any) -> str:
    return "–" if pd.isna(value) or not value else f"{value / 1e6:,.1f} M"
