"""A made-up run of published features: no trailers, no Mystery, labels that stay private."""

import json
from pathlib import Path
from typing import Any

import made_up_metrics
import pandas as pd
from made_up_run import GENRES, HOSTILE, write_csv, write_json

LACKING = "Mystery"


def write(folder: Path) -> Path:
    """Write the folder, as the stages leave it."""
    made_up_metrics.write(folder, sample=False, hostile=True, seed=5)
    (folder / "lost_films.csv").unlink()  # it would tell labels
    for name in ("download.json", "attrition.csv", "ceilings.csv", "recovery.csv", "recovery.json"):
        (folder / name).unlink(missing_ok=True)
    for path in folder.glob("*.csv"):
        rows = pd.read_csv(path, keep_default_na=False)
        if "genre" in rows:
            rows[rows["genre"] != LACKING].to_csv(path, index=False)
    _catalogue(folder)
    _films(folder)
    _features(folder)
    write_csv(folder, "confusion", _confusion())
    parameters = json.loads((folder / "parameters.json").read_text("utf-8"))
    private = parameters.get("catalogue", {}) | {"labels_may_be_published": False}
    write_json(folder, "parameters", parameters | {"catalogue": private})
    return folder


def _catalogue(folder: Path) -> None:
    about = json.loads((folder / "catalogue.json").read_text("utf-8"))
    about["prevalence"][LACKING] = 0.0
    write_json(folder, "catalogue", about | {"title": "Films <b>of</b> others"})


def _films(folder: Path) -> None:
    found = json.loads((folder / "films.json").read_text("utf-8"))
    place = GENRES.index(LACKING)
    found["genres"].remove(LACKING)
    for number, film in enumerate(found["films"]):
        del film["genres"]
        digits = [film["scores"][at : at + 2] for at in range(0, len(film["scores"]), 2)]
        film["scores"] = "".join(d for at, d in enumerate(digits) if at % len(GENRES) != place)
        film["year"] = film["year"] if number % 2 else None
    write_json(folder, "films", found)


def _features(folder: Path) -> None:
    record: dict[str, Any] = {"modality": "picture", "computed_from": f"numbers {HOSTILE}"}
    record |= {"paper": "A 2018", "licence": "–", "note": "Features of 2018.", "dimensions": 107}
    counts = {"rows": 240, "not_finite_cells": 16, "constant_columns": [30, 31, 103]}
    other = record | {"modality": "sound", "computed_from": "i-vectors over MFCCs"}
    write_json(folder, "features", {"avf": record | counts, "ivec": other | counts})
    shared = {"table": "ivec", "what": "shared_vector", "group": 0, "id": "f001"}
    write_csv(folder, "features", [shared | {"title": HOSTILE, "detail": ""}])


def _confusion() -> list[dict[str, Any]]:
    genres = [genre for genre in GENRES if genre != LACKING]
    return [
        {"approach": "late_cnn", "modality": "both", "genre": one, "other": other}
        | {"films": 40, "share": 0.25 if (one, other) == ("Crime", "Drama") else 0.1}
        for one in genres
        for other in genres
        if one != other
    ]
