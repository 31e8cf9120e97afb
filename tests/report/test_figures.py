import json
from dataclasses import replace
from typing import Any

import made_up_catalogue
import made_up_layers
import pandas as pd
import pytest
from made_up_metrics import APPROACHES

from report import figures, sections, tables, wording
from report.figures.style import COLOURS
from report.html import KEYS
from report.loading import Metrics
from report.published import QUANTITIES
from report.slider import slider

BETTER = "both together beat the better of the two"
CONFUSED = pd.DataFrame(
    {"genre": ["Crime", "Drama"], "other": ["Drama", "Crime"], "share": [0.25, 0.1], "films": 40}
)
STEPS = [("macro_ap at 0.1", 10, 0.4), ("macro_ap at 0.1", 20, 0.45)]
STEPS += [("folds at 0.1", 10, 1), ("folds at 0.1", 20, 4)]


def charts(metrics: Metrics) -> dict[str, Any]:
    shares = pd.Series(metrics.catalogue["prevalence"])
    count = metrics.catalogue["films"]
    chance, both = wording.chance_level(metrics), metrics.headline["both"]
    mlp = metrics.curves[metrics.names.of("mfcc_mlp")]
    stepped = pd.DataFrame(STEPS, columns=["part", "step", "value"])
    grid = tables.probes.settings(metrics.curves[metrics.names.of("mfcc_linear")])
    rates = tables.instrument.false_alarms(metrics)
    recovered = pd.DataFrame(
        {
            "genre": ["Drama", "Horror"],
            "modality": ["picture", "sound"],
            "planted": [0.1, 0.3],
            "normalised_ap": [0.2, 0.5],
            "lo": [0.1, 0.4],
            "hi": [0.3, 0.6],
            "ceiling_normalised_ap": [0.4, 0.9],
        }
    )
    bins = tables.thresholds.of_headline(metrics, "reliability")
    priced = tables.approaches.points(metrics).assign(seconds=10.0)
    return {
        "answer": figures.answer(tables.approaches.headline_points(metrics), chance, 1, 0),
        "matrix": figures.matrix(tables.approaches.points(metrics), chance),
        "differences": figures.differences(metrics.comparisons),
        "dumbbell": figures.dumbbell(
            tables.genres.pair(metrics),
            tables.genres.pair_ceilings(metrics),
            tables.genres.owned(metrics),
        ),
        "owned": figures.owned(tables.genres.owned(metrics)),
        "confusion": figures.confusion(tables.genres.excess(CONFUSED), ["Crime", "Drama"], both),
        "prevalence": figures.prevalence(shares, count),
        "cooccurrence": figures.cooccurrence(tables.genres.cooccurrence(metrics), shares, count),
        "sweep": figures.sweep(metrics.thresholds, both, 0.36),
        "f1_curves": figures.f1_curves(metrics.thresholds, metrics.headline),
        "rules": figures.rules(tables.thresholds.of_headline(metrics, "rules"), 0.3),
        "reliability": figures.reliability(bins[bins["approach"] == both], both),
        "published": figures.published(
            tables.claims.published(metrics), {name: q.name for name, q in QUANTITIES.items()}
        ),
        "keras_accuracy": figures.keras_accuracy(
            metrics.approaches.assign(skilled=True), 0.29, 0.63
        ),
        "attrition": figures.attrition(metrics.attrition),
        "missing": figures.missing(pd.DataFrame(made_up_catalogue.missing())),
        "label_agreement": figures.label_agreement(pd.DataFrame(made_up_catalogue.label_ceiling())),
        "learning_curve": figures.learning_curve(mlp, "mfcc_mlp"),
        "settings": figures.settings(grid, "mfcc_linear", "C"),
        "steps": figures.steps(tables.probes.steps(stepped), "mfcc_mlp"),
        "accuracy_against_precision": figures.accuracy_against_precision(
            metrics.approaches, 0.3, "Some films"
        ),
        "layers": figures.layers(made_up_layers.placed(), False),
        "training_sets": figures.training_sets(metrics.table("learning_curve"), chance),
        "timings": figures.timings(tables.run.stages(metrics)),
        "price": figures.price(priced),
        "pipeline": figures.pipeline(
            [
                {"name": "a", "cells": 1, "needs": [], "after": [], "row": 0, "x": 0.5},
                {"name": "b", "cells": 3, "needs": ["a"], "after": ["a"], "row": 1, "x": 0.5},
                {"name": "c", "cells": 1, "needs": ["a", "b"], "after": ["b"], "row": 2, "x": 0.5},
            ]
        ),
        "power": figures.power(rates.assign(difference=0.1)),
        "rates": figures.rates(rates, "Where nothing differs, few runs say so", "share", 0.05),
        "recovered": figures.recovered(recovered, "planted", "planted probability", 1.0),
        "ranks": figures.ranks(metrics.table("rank_intervals")),
        "variance": figures.variance(tables.ablations.variance(metrics)),
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


@pytest.mark.parametrize(
    ("between", "fusion", "words"),
    [
        (1, 0, f"Picture beats sound; whether {BETTER} is undecided"),
        (-1, 1, f"Sound beats picture; {BETTER}"),
        (0, -1, f"Picture against sound is undecided; {BETTER.replace('beat', 'do worse than')}"),
    ],
)
def test_answer_claims_what_the_verdicts_allow(between: int, fusion: int, words: str) -> None:
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
    spec = figures.answer(rows, 0.2, between, fusion, 1).to_dict()
    assert spec["title"]["text"] == f"{words}; all three beat what was named without them all"
    drawn = next(rows for rows in spec["datasets"].values() if len(rows) == 4)
    assert [row["text"] for row in drawn][:2] == ["0.41 (0.40 to 0.42)", "0.64 (0.60 to 0.70)"]
    assert drawn[3]["row"] == "guessing"
    assert "ceiling" in spec["usermeta"]["keys"]
    without = figures.answer(rows.assign(ceiling=float("nan")), 0.2, between, fusion).to_dict()
    assert without["title"]["text"] == words
    assert "ceiling" not in without["usermeta"]["keys"]


def test_dumbbell_normalises_intervals_and_heads_what_the_paired_verdict_decides() -> None:
    rows = pd.DataFrame(
        {
            "approach": ["p", "s"] * 2,
            "genre": ["Drama", "Drama", "Horror", "Horror"],
            "modality": ["picture", "sound"] * 2,
            "ap": [0.6, 0.55, 0.8, 0.3],
            "ap_lo": [0.5, 0.5, 0.7, 0.2],
            "ap_hi": [0.7, 0.6, 0.9, 0.4],
            "prevalence": [0.5, 0.5, 0.2, 0.2],
            "chance_ap": [0.52, 0.52, 0.24, 0.24],
            "normalised_ap": [0.2, 0.1, 0.75, 0.125],
        }
    )

    def drawn_with(drama: str, horror: str) -> Any:
        owned = pd.DataFrame({"genre": ["Drama", "Horror"], "owner": [drama, horror]})
        return figures.dumbbell(rows, pd.DataFrame(), owned).to_dict()

    spec = drawn_with("undecided", "picture")
    assert spec["title"]["text"] == "Picture is clearly better for Horror"
    # the intervals of Horror part, and of Drama overlap: neither decides
    said = drawn_with("sound", "undecided")["title"]["text"]
    assert said == "Sound is clearly better for Drama"
    said = drawn_with("undecided", "undecided")["title"]["text"]
    assert (
        said.startswith("Neither is clearly better for any genre")
        and "widest gap is Horror" in said
    )
    few = drawn_with("undecided", "too few films")["title"]
    assert "widest gap is Drama" in few["text"]
    assert few["subtitle"].endswith("too few films for an interval or a verdict on Horror")
    drawn = [row for rows in spec["datasets"].values() for row in rows if "lo" in row]
    horror = next(r for r in drawn if r["genre"] == "Horror" and r["modality"] == "picture")
    assert horror["lo"] == pytest.approx((0.7 - 0.2) / 0.8)
    assert horror["hi"] == pytest.approx((0.9 - 0.2) / 0.8)
    assert horror["chance"] == pytest.approx((0.24 - 0.2) / 0.8)  # of a random order, not at 0


def test_differences_counts_what_is_clear_of_zero() -> None:
    rows = pd.DataFrame(
        {
            "family": "x",
            "name": ["one", "two", "three", "four", "five"],
            "a": ["p", "b", "c", "d", "e"],
            "b": ["s", "s", "p", "p", "random_scores"],
            "question": "?",
            "difference": [0.1, -0.1, 0.0, 0.1, 0.1],
            "lo": [0.05, -0.2, -0.1, 0.05, -0.01],
            "hi": [0.15, -0.01, 0.1, 0.15, 0.3],
            "p_holm": [0.0004, 0.02, 1.0, 0.05, 0.04],
            "verdict": ["better", "worse", "undecided", "undecided", "undecided"],
        }
    )
    spec = figures.differences(rows).to_dict()
    assert spec["title"]["text"] == "2 of 5 differences are clear of zero"
    drawn = next(rows for rows in spec["datasets"].values() if len(rows) == 5)
    assert [row["verdict"] for row in drawn] == [
        *("first is better", "second is better"),
        *("undecided", "undecided", "undecided"),
    ]
    assert [row["p_text"] for row in drawn[:2]] == ["p < 0.001", "p = 0.020"]
    assert "p − s +0.10 (0.05 to 0.15; p < 0.001; first is better)" in spec["description"]


def test_one_verdict_in_chart_and_table(metrics: Metrics) -> None:
    spec = figures.differences(metrics.comparisons).to_dict()
    drawn = next(rows for rows in spec["datasets"].values() if len(rows) > 1)
    shown = tables.approaches.comparisons(metrics.comparisons)["Verdict"].tolist()
    assert [row["verdict"] for row in drawn] == shown and set(shown) > {"undecided"}
    # by hand: an interval of 0.05 to each side, and a p of 0.001 where the difference is above it
    clear = (metrics.comparisons["difference"].abs() > 0.05).tolist()
    assert [verdict != "undecided" for verdict in shown] == clear


def test_rules_are_the_run_s(metrics: Metrics) -> None:
    parameters = metrics.parameters | {"judging": {"thresholds": [0.7, 0.2, 0.44, 0.5]}}
    other = replace(metrics, parameters=parameters)
    shown, _ = tables.thresholds.fixed_rules(other)
    assert shown["Threshold"].tolist() == [
        *("0", "0.2", "0.2", "0.2", "0.44", "0.44", "0.44"),
        *("0.5", "0.5", "0.5", "0.7", "0.7", "0.7"),
    ]
    assert other.middle_rule == 0.44
    assert 'value="22"' in slider(other).text  # the 23rd of 0, 0.02, 0.04, ...
    assert "at the thresholds 0.2, 0.44, 0.5 and 0.7, fixed before" in wording.findings(other)[-1]


def test_slider_reaches_a_rule_beside_the_steps(metrics: Metrics) -> None:
    off = metrics.thresholds["threshold"].replace(0.36, 0.355)
    parameters = metrics.parameters | {"judging": {"thresholds": [0.355]}}
    text = slider(
        replace(metrics, thresholds=metrics.thresholds.assign(threshold=off), parameters=parameters)
    ).text
    data = json.loads(text.split('class="values">')[1].split("</script>")[0])
    assert data["thresholds"][18] == 0.355 and 'max="50" value="18"' in text


def test_what_left_the_matrix_is_not_shown(metrics: Metrics) -> None:
    assert (metrics.folder / "curves" / "left_the_matrix.csv").exists()
    assert set(metrics.curves) == {
        slug for slug, row in APPROACHES.items() if row[0] in ("single", "early")
    }
    shown = tables.run.stages(metrics)["stage"].tolist()
    expected = ["download", "frames", "embed@colour", "fit@prior", "fit@colour_linear"]
    assert shown == expected


def test_cooccurrence_is_a_share_of_the_row() -> None:
    counts = pd.DataFrame([[0, 6], [6, 0]], index=["A", "B"], columns=["A", "B"])
    shares = pd.Series({"A": 0.12, "B": 0.06})
    spec = figures.cooccurrence(counts, shares, 100).to_dict()
    cells = {row["genre"]: row["share"] for rows in spec["datasets"].values() for row in rows}
    assert cells == {"A": pytest.approx(6 / 12), "B": pytest.approx(1.0)}
    assert spec["title"]["text"] == "Genres go together: 100% of B films are also A"


def test_attrition_counts_the_lost() -> None:
    rows = pd.DataFrame(
        {
            "step": ["download", "download", "frames"],
            "reason": ["ok", "gone", "ok"],
            "trailers": [5, 2, 5],
        }
    )
    title = figures.attrition(rows).to_dict()["title"]["text"]
    assert title == "2 trailers could not be downloaded"
    none_lost = figures.attrition(rows[rows["reason"] == "ok"]).to_dict()["title"]["text"]
    assert none_lost == "No trailer was lost"


def test_slider_holds_the_numbers_of_the_file(metrics: Metrics) -> None:
    text = slider(metrics).text
    data = json.loads(text.split('class="values">')[1].split("</script>")[0])
    at = metrics.thresholds
    row = at[(at["approach"] == "frame_cnn") & (at["threshold"] == 0.36)].iloc[0]
    held = data["rows"]["frame_cnn"][data["thresholds"].index(0.36)]
    assert held[data["columns"].index("f1_micro")] == pytest.approx(row["f1_micro"], abs=1e-4)
    assert "predict_everything" not in data["rows"]
    assert data["everything"][data["columns"].index("recall_macro")] == 1.0


def test_sections_without_a_sample_corpus(films: Metrics) -> None:
    assert sections.ceilings(films).text == ""
    assert "belong to their owners" in sections.sheets(films).text
    assert tables.genres.pair_ceilings(films).empty
    assert "Ceiling" not in tables.approaches.scores(films)[0]
