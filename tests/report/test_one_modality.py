"""The site of a matrix that only looks, or only listens."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from stages.rendering import site

pytestmark = pytest.mark.xdist_group("report")


@pytest.mark.parametrize("modality", ["picture", "sound"])
def test_a_matrix_of_one_modality_renders_too(
    made_up: Path, pages: Path, tmp_path: Path, modality: str
) -> None:
    """No fusion, no comparison of picture with sound, and a headline of one approach."""
    metrics = Path(shutil.copytree(made_up, tmp_path / "metrics" / "sample"))
    rows = pd.read_csv(metrics / "approaches.csv", keep_default_na=False)
    slugs = {*rows.loc[rows["modality"].isin(["none", modality]), "approach"], "predict_everything"}
    for name in ("approaches", "genres", "thresholds", "threshold_genres", "rules", "reliability"):
        _keep(metrics / f"{name}.csv", "approach", slugs)
    for name in (
        "recovery",
        "rank_intervals",
        "cells",
        "calibration",
        "ungrouped",
        "label_sets",
        "tuning",
    ):
        _keep(metrics / f"{name}.csv", "approach", slugs)
    _keep(metrics / "comparisons.csv", "a", slugs)
    _keep(metrics / "comparisons.csv", "b", slugs | {"random_scores"})
    for name in ("complementarity", "contributions", "confused", "lost_films", "owned_genres"):
        _keep(metrics / f"{name}.csv", "picture" if name == "owned_genres" else "approach", set())
    for name in ("ceilings", "ceiling_genres"):
        _keep(metrics / f"{name}.csv", "modality", {modality})
    films = json.loads((metrics / "films.json").read_text())
    kept = [number for number, a in enumerate(films["approaches"]) if a["slug"] in slugs]
    films["approaches"] = [films["approaches"][number] for number in kept]
    width = 2 * len(films["genres"])
    for film in films["films"]:
        film["scores"] = "".join(film["scores"][n * width : (n + 1) * width] for n in kept)
    (metrics / "films.json").write_text(json.dumps(films))
    headline = json.loads((metrics / "headline.json").read_text())
    (metrics / "headline.json").write_text(json.dumps({modality: headline[modality]}))
    built = site.render(pages, metrics, None)
    text = {page.stem: page.read_text(encoding="utf-8") for page in built.glob("*.html")}
    score = pd.read_csv(metrics / "approaches.csv").set_index("approach")["macro_ap"]
    known = f"<strong>{score[headline[modality]]:.2f}</strong>"
    assert f"trailers of films that do not exist, {modality} scores {known} of 1; " in text["index"]
    assert f"{modality} alone scores {known}" in text["approaches"]
    assert "a perfect predictor 1.</p>" in text["approaches"]
    other = {"picture": "sound", "sound": "picture"}[modality]
    for page in text.values():
        assert f"{other} nan" not in page and f"{other} –;" not in page
    assert "does not compare picture with sound" in text["approaches"]
    assert "no fusion of picture and sound" in text["approaches"]
    assert "does not compare picture with sound" in text["genres"]
    assert "does not have both" in text["films"]


def _keep(path: Path, column: str, values: set[str]) -> None:
    """Leave the rows of a table that have one of these values in a column."""
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    rows[rows[column].isin(values)].to_csv(path, index=False)
