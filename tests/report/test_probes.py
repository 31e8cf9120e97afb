"""What probes chose, what that gains and what heads may spend, as the pages say it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from report import figures, sections
from report.loading import Metrics
from report.tables import probes
from report.text import plain_number


def curve(*rows: tuple[float, float | None, int]) -> pd.DataFrame:
    """Of settings, their inner macro AP and how many folds took them, as `fit` writes it."""
    return pd.DataFrame(
        [
            {"step": step, "part": part, "value": value}
            for step, macro_ap, folds in rows
            for part, value in (("macro_ap", macro_ap), ("folds", folds))
        ]
    )


def chosen(metrics: Metrics, found: pd.DataFrame) -> Any:
    rows, modalities = probes.chosen(replace(metrics, curves={"mfcc_linear": found}))
    assert modalities == ["sound"]
    return rows.iloc[0]


def test_all_probes_and_no_other_approach_say_what_they_chose(metrics: Metrics) -> None:
    rows, modalities = probes.chosen(metrics)
    assert rows["Approach"].tolist() == ["colour_linear", "mfcc_linear", "early_linear"]
    assert modalities == ["picture", "sound", "both"]
    assert rows.iloc[0].tolist() == [
        *("colour_linear", "C", "0.01 (3 folds) · 0.1 (2 folds)", "0.420 · 0.415", "–")
    ]


@pytest.mark.parametrize(
    ("folds", "note"),
    [
        ((0, 5, 0), "–"),
        ((1, 4, 0), "at the edge of the grid"),
        ((0, 4, 1), "at the edge of the grid"),
    ],
)
def test_a_choice_at_the_edge_is_named(
    metrics: Metrics, folds: tuple[int, int, int], note: str
) -> None:
    rows = zip((0.001, 0.01, 0.1), (0.3, 0.4, 0.35), folds, strict=True)
    assert chosen(metrics, curve(*rows))["Note"] == note


def test_a_grid_of_one_has_no_edge(metrics: Metrics) -> None:
    row = chosen(metrics, curve((30, 0.4, 5)))
    assert (row["Chosen"], row["Note"]) == ("30 (5 folds)", "–")


def test_with_two_folds_nothing_was_chosen(metrics: Metrics) -> None:
    found = curve((0.01, None, 0), (0.03, None, 2))
    row = chosen(metrics, found)
    assert (row["Chosen"], row["Inner macro AP"]) == ("0.03 (2 folds)", "–")
    assert row["Note"] == "too few folds to choose"
    spec = figures.settings(probes.settings(found), "mfcc_linear", "C").to_dict()
    assert spec["title"]["text"] == "mfcc_linear: C = 0.03 in 2 folds, too few folds to choose"


def test_inner_scores_are_drawn_over_the_settings_with_marks_for_those_taken() -> None:
    grid = probes.settings(curve((100, 0.3, 0), (1, 0.35, 1), (10, 0.4, 4)))
    spec = figures.settings(grid, "colour_knn", "k").to_dict()
    assert spec["title"]["text"] == "colour_knn: k = 1 in 1 fold and k = 10 in 4 folds"
    assert "1 0.350; 10 0.400; 100 0.300." in spec["description"]
    line, points = spec["layer"]
    for layer in (line, points):
        assert layer["encoding"]["x"]["scale"]["type"] == "log"
        assert layer["encoding"]["y"]["field"] == "macro_ap"
    assert points["transform"] == [{"filter": "datum.folds > 0"}] and "transform" not in line


STEPS = pd.DataFrame(
    [
        {"step": step, "part": f"{part} at {decay}", "value": value}
        for decay, step, *values in (
            ("0.01", 15, 0.30, 0),
            ("0.01", 30, 0.35, 1),
            ("0.01", 60, 0.34, 0),
            ("3", 15, 0.31, 0),
            ("3", 30, 0.36, 4),
            ("3", 60, 0.33, 0),
        )
        for part, value in zip(("macro_ap", "folds"), values, strict=True)
    ]
)


def test_what_is_trained_by_steps_says_what_it_chose(metrics: Metrics) -> None:
    row = chosen(metrics, STEPS)
    assert row["Setting"] == "weight decay and epochs"
    assert row["Chosen"] == "0.01 and 30 (1 fold) · 3 and 30 (4 folds)"
    assert row["Inner macro AP"] == "0.350 · 0.360"
    assert row["Note"] == "at the edge of the grid"  # of two decays each is an end
    one = STEPS[STEPS["part"].str.endswith("0.01")]
    assert chosen(metrics, one)["Note"] == "–"


def test_inner_scores_are_drawn_over_epochs_a_line_for_each_decay() -> None:
    spec = figures.steps(probes.steps(STEPS), "colour_mlp").to_dict()
    assert spec["title"]["text"] == (
        "colour_mlp: weight decay 0.01 and 30 epochs in 1 fold and weight decay 3 and 30 epochs in "
        "4 folds"
    )
    line, points = spec["layer"]
    assert line["encoding"]["detail"]["field"] == "decay"
    assert points["transform"] == [{"filter": "datum.folds > 0"}]


def test_the_loss_is_drawn_without_what_was_chosen() -> None:
    losses = pd.DataFrame({"step": [1, 1], "part": ["train", "held_out"], "value": [0.6, 0.62]})
    chart = figures.learning_curve(pd.concat([losses, STEPS]), "colour_mlp").to_dict()
    (rows,) = chart["datasets"].values()
    assert {row["part"] for row in rows} == {"train", "held_out"}


def test_losses_are_drawn_over_epochs() -> None:
    rows = [(1, "train", 0.6), (2, "train", 0.5), (1, "held_out", 0.62), (2, "held_out", 0.64)]
    losses = pd.DataFrame(rows, columns=["step", "part", "value"])
    title = figures.learning_curve(losses, "colour_mlp").to_dict()["title"]["text"]
    assert title == "colour_mlp: held-out loss lowest at epoch 1 (0.620)"


def test_each_kind_of_curve_has_its_figure(metrics: Metrics) -> None:
    trained, solved = sections.curves(metrics).text.split("</details>")[:2]
    assert "<summary>5 approaches trained by steps</summary>" in trained
    assert "<summary>3 probes</summary>" in solved
    assert 'id="curve-mfcc_mlp"' in trained and "loss (nats)" in trained
    assert 'id="curve-mfcc_linear"' in solved and "inner macro AP" in solved
    assert "inner macro AP" not in trained and "loss (nats)" not in solved


def test_chosen_settings_stand_against_the_fixed_one(metrics: Metrics) -> None:
    text = sections.tuning(metrics).text
    assert "mfcc_linear beats C = 0.00001 in every fold" in text  # of three, the one clear of zero
    assert "tuning.csv" in text and "+0.010 to +0.040" in text


def test_budgets_are_of_what_runs(metrics: Metrics) -> None:
    attending = metrics.approaches.assign(
        context=metrics.approaches["context"].where(
            metrics.approaches["approach"] != "colour_linear", "attention"
        )
    )
    rows = probes.budgets(replace(metrics, approaches=attending))
    assert dict(rows.itertuples(index=False)) == {
        "context attention, with its head": "trained by steps: epochs 60",
        "head linear": (
            "solved for each setting of the grid 0.00001, 0.01, 0.1, 1; each fold chooses one"
        ),
        "head mlp": (
            "trained by steps: learning rate 0.003; each fold chooses of epochs 15, 30, of weight "
            "decay 0.01, 3"
        ),
    }
    assert "attention" not in " ".join(probes.budgets(metrics)["Trained or solved"])


def test_where_nothing_is_solved_the_pages_say_so(metrics: Metrics, tmp_path: Path) -> None:
    curves = {slug: each for slug, each in metrics.curves.items() if not probes.is_probe(each)}
    none = replace(metrics, curves=curves, folder=tmp_path, parameters={})
    assert "No approach of this matrix has a setting to choose" in sections.chosen(none).text
    assert "No approach of this matrix has a setting to choose" in sections.tuning(none).text
    assert "<summary>" in sections.curves(none).text and "probe" not in sections.curves(none).text
    assert sections.budgets(none).text == ""


def test_settings_are_written_without_an_exponent() -> None:
    assert [plain_number(value) for value in (1e-5, "3e-05", 0.03, 1, 100, 0)] == [
        *("0.00001", "0.00003", "0.03", "1", "100", "0")
    ]
