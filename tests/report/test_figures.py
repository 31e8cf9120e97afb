import json
from typing import Any

import pandas as pd
import pytest

from report import figures, sections, tables, wording
from report.elements import KEYS
from report.figures.style import COLOURS
from report.loading import Metrics
from report.slider import slider


def charts(metrics: Metrics) -> dict[str, Any]:
    shares = pd.Series(metrics.catalogue["prevalence"])
    films = metrics.catalogue["films"]
    chance = wording.chance_level(metrics)
    slug, curve = next(iter(metrics.curves.items()))
    return {
        "answer": figures.answer(tables.headline_points(metrics), chance),
        "matrix": figures.matrix(tables.points(metrics), chance),
        "differences": figures.differences(metrics.comparisons),
        "dumbbell": figures.dumbbell(tables.pair(metrics), tables.pair_ceilings(metrics)),
        "prevalence": figures.prevalence(shares, films),
        "cooccurrence": figures.cooccurrence(tables.cooccurrence(metrics), shares, films),
        "sweep": figures.sweep(metrics.thresholds, metrics.headline["both"], 0.36),
        "f1_curves": figures.f1_curves(metrics.thresholds, metrics.headline),
        "keras_accuracy": figures.keras_accuracy(metrics.approaches, 0.29, 0.63),
        "attrition": figures.attrition(metrics.attrition),
        "learning_curve": figures.learning_curve(curve, slug),
        "timings": figures.timings(tables.stages(metrics)),
    }


def test_every_figure_is_tried(metrics: Metrics) -> None:
    assert set(charts(metrics)) == set(figures.__all__)


@pytest.mark.parametrize("name", figures.__all__)
@pytest.mark.parametrize("corpus", ["metrics", "films"])
def test_figure_says_its_finding(name: str, corpus: str, request: pytest.FixtureRequest) -> None:
    spec = charts(request.getfixturevalue(corpus))[name].to_dict()
    assert len(spec["title"]["text"]) > 20
    assert len(spec["description"]) > 40
    assert spec["width"] == "container"
    assert set(spec["usermeta"]["keys"]) <= set(KEYS)
    assert '"tooltip"' in json.dumps(spec)
    assert "NaN" not in json.dumps(spec)


def test_colours_are_the_same_everywhere(metrics: Metrics) -> None:
    for name, chart in charts(metrics).items():
        for layer in [chart.to_dict(), *chart.to_dict().get("layer", [])]:
            encoded = layer.get("encoding", {}).get("color", {})
            if encoded.get("field") == "modality":
                scale = encoded["scale"]
                pairs = dict(zip(scale["domain"], scale["range"], strict=True))
                assert pairs == COLOURS, name


def test_answer_names_the_best_and_no_skill() -> None:
    rows = pd.DataFrame(
        {
            "modality": ["picture", "sound", "both", "none"],
            "approach": ["p", "s", "b", "prior"],
            "macro_ap": [0.41, 0.64, 0.52, 0.2],
            "macro_ap_lo": [0.4, 0.6, 0.5, 0.2],
            "macro_ap_hi": [0.42, 0.7, 0.6, 0.2],
            "ceiling": [0.7, 0.8, 0.9, float("nan")],
        }
    )
    spec = figures.answer(rows, 0.2).to_dict()
    assert spec["title"]["text"] == "The sound scores highest: 0.64, where no skill scores 0.20"
    assert "ceiling" in spec["usermeta"]["keys"]
    without = figures.answer(rows.assign(ceiling=float("nan")), 0.2).to_dict()
    assert "ceiling" not in without["usermeta"]["keys"]


def test_dumbbell_normalises_intervals_and_names_what_parts() -> None:
    rows = pd.DataFrame(
        {
            "approach": ["p", "s"] * 2,
            "genre": ["Drama", "Drama", "Horror", "Horror"],
            "modality": ["picture", "sound"] * 2,
            "ap": [0.6, 0.55, 0.8, 0.3],
            "ap_lo": [0.5, 0.5, 0.7, 0.2],
            "ap_hi": [0.7, 0.6, 0.9, 0.4],
            "prevalence": [0.5, 0.5, 0.2, 0.2],
            "normalised_ap": [0.2, 0.1, 0.75, 0.125],
        }
    )
    spec = figures.dumbbell(rows, pd.DataFrame()).to_dict()
    assert spec["title"]["text"] == "Horror is seen rather than heard"
    drawn = [row for rows in spec["datasets"].values() for row in rows if "lo" in row]
    horror = next(r for r in drawn if r["genre"] == "Horror" and r["modality"] == "picture")
    assert horror["lo"] == pytest.approx((0.7 - 0.2) / 0.8)
    assert horror["hi"] == pytest.approx((0.9 - 0.2) / 0.8)


def test_differences_counts_what_is_clear_of_zero() -> None:
    rows = pd.DataFrame(
        {
            "family": "x",
            "name": ["one", "two", "three"],
            "a": ["p", "b", "c"],
            "b": ["s", "s", "p"],
            "question": "?",
            "difference": [0.1, -0.1, 0.0],
            "lo": [0.05, -0.2, -0.1],
            "hi": [0.15, -0.01, 0.1],
            "p_holm": [0.01, 0.02, 1.0],
        }
    )
    title = figures.differences(rows).to_dict()["title"]["text"]
    assert title == "2 of 3 compared pairs differ beyond their 95% interval"


def test_cooccurrence_is_a_share_of_the_row() -> None:
    counts = pd.DataFrame([[0, 6], [6, 0]], index=["A", "B"], columns=["A", "B"])
    shares = pd.Series({"A": 0.12, "B": 0.06})
    spec = figures.cooccurrence(counts, shares, 100).to_dict()
    cells = {row["genre"]: row["share"] for rows in spec["datasets"].values() for row in rows}
    assert cells == {"A": pytest.approx(6 / 12), "B": pytest.approx(1.0)}
    assert spec["title"]["text"] == "Genres travel together: 100% of B films are also A"


def test_attrition_counts_the_lost() -> None:
    rows = pd.DataFrame(
        {
            "step": ["download", "download", "frames"],
            "reason": ["ok", "gone", "ok"],
            "trailers": [5, 2, 5],
        }
    )
    title = figures.attrition(rows).to_dict()["title"]["text"]
    assert title == "2 trailers were lost: 2 at download, 0 at frames"
    none_lost = figures.attrition(rows[rows["reason"] == "ok"]).to_dict()["title"]["text"]
    assert none_lost == "No trailer was lost at any step"


def test_slider_holds_the_numbers_of_the_file(metrics: Metrics) -> None:
    text = slider(metrics).text
    data = json.loads(text.split('class="values">')[1].split("</script>")[0])
    at = metrics.thresholds
    row = at[(at["approach"] == "frame_cnn") & (at["threshold"] == 0.36)].iloc[0]
    held = next(line for line in data["rows"]["frame_cnn"] if line[0] == 0.36)
    assert held[1 + data["columns"].index("f1_micro")] == pytest.approx(row["f1_micro"], abs=1e-4)
    assert "predict_everything" not in data["rows"]
    assert data["everything"][1 + data["columns"].index("recall_macro")] == 1.0


def test_sections_without_a_sample_corpus(films: Metrics) -> None:
    assert sections.ceilings(films).text == ""
    assert "belong to their owners" in sections.sheets(films).text
    assert tables.pair_ceilings(films).empty
    assert "Ceiling" not in tables.approaches(films)[0]
