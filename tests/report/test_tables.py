from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from report.loading import Metrics
from report.sections import ablations as sections
from report.sections import ranks
from report.tables import ablations, approaches, claims, instrument, run


def test_matrix_holds_what_each_is_made_of_and_costs(metrics: Metrics) -> None:
    stages = {"fit@late_linear": 1.0, "fit@colour_linear": 12.0, "fit@mfcc_linear": 3.0}
    stages |= {"embed@colour": 4.0, "embed@mfcc": 5.5, "embed@pixels": 100.0}
    recorded = {name: {"seconds": seconds} for name, seconds in stages.items()}
    known = replace(metrics, provenance={"stages": recorded})
    assert approaches.cost(known, "late_linear") == 1 + 12 + 3 + 4 + 5.5
    assert approaches.cost(known, "colour_linear") == 12 + 4
    assert approaches.cost(known, "late_cnn") is None  # its fits are not recorded
    shown, _ = approaches.approaches(known)
    row = shown.set_index("Approach").loc["late_linear"]
    assert (row["Backbone"], row["Seconds"]) == ("colour + mfcc", "26")
    scores = shown["Macro AP"].astype(float).tolist()
    assert scores == sorted(scores, reverse=True)


def test_what_may_have_learnt_from_our_films_is_told(metrics: Metrics, tmp_path: Path) -> None:
    known = approaches.clear_of_our_films(metrics)
    assert known is not None
    shown, _ = approaches.approaches(metrics)
    clear = dict(zip(shown["Approach"], known[1], strict=True))
    assert clear["colour_linear"] and clear["prior"]
    assert not clear["mfcc_linear"]  # its record is not there
    assert not clear["late_linear"]  # of colour and mfcc
    models = metrics.table("models").drop(columns="our_films_among_it")
    models.to_csv(tmp_path / "models.csv", index=False)
    assert approaches.clear_of_our_films(replace(metrics, folder=tmp_path)) is None


def test_another_window_of_the_sound_is_named(metrics: Metrics, tmp_path: Path) -> None:
    cells = metrics.table("cells").assign(window="start")
    cells.loc[cells["approach"] == "mfcc_mlp", "window"] = "end"
    cells.to_csv(tmp_path / "cells.csv", index=False)
    metrics.table("rules").to_csv(tmp_path / "rules.csv", index=False)
    parameters = metrics.parameters | {"training": {"sound_window": "start"}}
    shown, _ = approaches.approaches(replace(metrics, folder=tmp_path, parameters=parameters))
    contexts = shown.set_index("Approach")["Context"]
    assert (contexts["mfcc_linear"], contexts["mfcc_mlp"]) == ("mean", "mean, end")


def test_cells_that_have_not_run_come_with_their_reason(metrics: Metrics) -> None:
    rows = approaches.not_run(metrics)
    assert rows["Approach"].tolist() == ["clip_linear"]
    assert rows["Why"].tolist() == ["needs the set everything"]


def test_the_colour_of_a_difference_is_of_what_is_ahead(metrics: Metrics) -> None:
    rows = metrics.comparisons.assign(difference=[-0.1, *[0.1] * (len(metrics.comparisons) - 1)])
    ahead = approaches.of_families(replace(metrics, comparisons=rows), "picture_sound", "fusion")
    assert ahead["modality"].tolist() == ["sound", "both"]


def test_published_numbers_stand_beside_this_run_s(metrics: Metrics) -> None:
    rows = claims.published(metrics).set_index(["quantity", "what"])["value"]
    assert rows.loc[("accuracy", "published")].tolist() == [0.29, 0.30, 0.40]
    assert rows.loc[("accuracy", "constant answer")].item() == 0.29
    assert rows.loc[("accuracy", "perfect")].item() == 0.63
    assert rows.loc[("drama", "every genre")].item() == metrics.catalogue["prevalence"]["Drama"]
    at = metrics.thresholds
    row = at[(at["approach"] == metrics.headline["both"]) & (at["threshold"] == 0.1)].iloc[0]
    assert rows.loc[("low", "both")].item() == row["precision_micro"]
    assert rows.loc[("low", "perfect")].item() == 1.0
    shown = claims.beside(metrics).set_index("Quantity")
    assert shown.loc["Precision of Drama (here at 0.36)", "Published"] == "0.46 · 0.48 · 0.49"


def test_simulated_shares_with_their_intervals(metrics: Metrics) -> None:
    row = instrument.power(metrics).iloc[0]
    half = 1.96 * (0.9 * 0.1 / 1000) ** 0.5
    assert (row["difference"], row["rate"]) == (0.1, 0.9)
    assert (row["lo"], row["hi"]) == pytest.approx((0.9 - half, 0.9 + half))
    assert instrument.false_alarms(metrics)["rate"].tolist() == [0.05, 0.05]
    held = instrument.coverage(metrics)["what"].tolist()
    assert {"a difference, nothing differs", "a difference, planted 0.1"} < set(held)
    assert [what for what in held if what.startswith("one approach")] == ["one approach, 240 films"]


def test_bytes_are_those_of_the_lock(metrics: Metrics) -> None:
    shown = run.stages_shown(replace(metrics, pipeline={"bytes": {"frames": 92_874_766}}))
    assert shown.set_index("Stage").loc["frames", "Written, MB"] == "92.9"
    assert shown.set_index("Stage").loc["download", "Written, MB"] == "–"


def test_further_sections_only_where_there_is_something(metrics: Metrics) -> None:
    assert "0.500" in sections.ungrouped(metrics).text
    title = sections.variance(metrics).text
    assert (
        "Scores vary 2 times as much over films" in title
    )  # 0.025 against 0.01, to a whole number
    nowhere = replace(
        metrics,
        folder=metrics.folder / "nowhere",
        approaches=metrics.approaches.drop(columns="macro_ap_film_sd"),
    )
    assert ranks(nowhere).text == sections.variance(nowhere).text == ""
    assert sections.ungrouped(nowhere).text == ""


def test_label_sets_are_compared_on_shared_genres(metrics: Metrics) -> None:
    rows = ablations.label_sets(metrics)
    assert rows["genre"].tolist() == ["all shared"]
    assert (rows["a"].item(), rows["b"].item()) == ("colour_mlp_popular", "colour_mlp")
    assert isinstance(ablations.label_genres(metrics), pd.DataFrame)
