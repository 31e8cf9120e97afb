"""What a heading says is true of its figure; references have one name; nothing reads "nan"."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from report import figures, html, sections, tables, wording
from report.loading import Metrics


def title(chart: Any) -> str:
    return str(chart.to_dict()["title"]["text"])


def keras(values: list[float], skilled: list[bool]) -> pd.DataFrame:
    slugs = [f"a{number}" for number in range(len(values))]
    rows = pd.DataFrame({"approach": slugs, "keras_accuracy": values, "skilled": skilled})
    return rows.assign(modality="sound")


def test_approaches_that_beat_chance_below_a_constant_answer_are_counted() -> None:
    rows = keras([0.50, 0.44, 0.42, 0.40, 0.30], [True, True, True, True, False])
    assert title(figures.keras_accuracy(rows, 0.43, 0.51)) == (
        "2 of 4 approaches that beat chance score less than a constant answer (0.43) in Keras' "
        "accuracy; a perfect predictor scores 0.51"
    )
    one = title(figures.keras_accuracy(keras([0.42], [True]), 0.43, 0.51))
    assert one.startswith("1 of 1 approach that beats chance scores less than a constant answer")


def cells(found: list[float], findable: list[float]) -> pd.DataFrame:
    rows = pd.DataFrame({"normalised_ap": found, "ceiling_normalised_ap": findable})
    rows = rows.assign(genre="Drama", modality="sound", planted=rows["ceiling_normalised_ap"])
    return rows.assign(lo=rows["normalised_ap"] - 0.1, hi=rows["normalised_ap"] + 0.1)


def test_points_below_the_line_are_not_all_that_can_be_found() -> None:
    rows = cells([0.2, 0.3, 0.5], [0.6, 0.7, 0.8])  # gaps 0.4, 0.4, 0.3
    below = title(figures.recovered(rows, "ceiling_normalised_ap", "x", 0.85))
    assert below == (
        "The median cell scores 0.40 less than the ideal observer: rank correlation 0.85 over 3 "
        "cells"
    )
    more = title(figures.recovered(rows, "planted", "x", 0.77))
    assert more == "More is found where more was planted: rank correlation 0.77 over 3 cells"
    for correlation, known in ((0.05, "0.05"), (None, "unknown")):
        none = title(figures.recovered(rows, "planted", "x", correlation))
        assert none.startswith("What is found hardly depends on what was planted")
        assert known in none


def test_the_part_of_a_fusion_is_the_chosen_one_and_not_called_better(metrics: Metrics) -> None:
    shown = tables.approaches.fusions(metrics)
    assert "Better part on training films" in shown and "Better part" not in shown
    gain = metrics.comparison(metrics.headline["fusion_gain"])
    assert f"{gain['b']}, the better single model on training films" in (
        wording.answer(metrics).text
    )


def test_what_moves_a_score_further_is_named_either_way() -> None:
    rows = pd.DataFrame({"approach": ["a"], "modality": ["sound"]})
    films = title(figures.variance(rows.assign(seed_sd=0.01, film_sd=0.03)))
    assert films == "Scores vary 3 times as much over films as over training seeds"
    seeds = title(figures.variance(rows.assign(seed_sd=0.03, film_sd=0.02)))
    assert seeds == "Scores vary 1.5 times as much over training seeds as over films"
    still = title(figures.variance(rows.assign(seed_sd=0.0, film_sd=0.02)))
    assert still == "Training seeds change no score; the choice of films does"


def test_the_best_is_not_quicker_than_itself() -> None:
    rows = pd.DataFrame({"approach": ["best", "cheap"], "modality": ["sound"] * 2})
    rows = rows.assign(seconds=[30.0, 5.0], macro_ap=[0.6, 0.4], macro_ap_hi=[0.7, 0.5])
    alone = title(figures.price(rows.assign(macro_ap_lo=[0.5, 0.3])))
    assert alone == "best scores highest, and nothing within its interval is faster"
    unknown = title(figures.price(rows.assign(macro_ap_lo=float("nan"))))
    assert unknown == "best scores highest, in 30 s"
    near = title(figures.price(rows.assign(macro_ap_lo=[0.35, 0.3])))
    assert near == "cheap is the fastest within the interval of the best, best: 5 s against 30 s"


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ({}, "No trailer was lost"),
        ({"download": 1}, "1 trailer could not be downloaded"),
        (
            {"download": 2, "audio": 1},
            "2 trailers could not be downloaded and 1 trailer had no sound",
        ),
    ],
)
def test_a_loss_of_one_is_said_of_one(lost: dict[str, int], said: str) -> None:
    rows = [("download", "ok", 9), ("frames", "ok", 9), ("audio", "ok", 9)]
    rows += [(step, "gone", count) for step, count in lost.items()]
    frame = pd.DataFrame(rows, columns=pd.Index(["step", "reason", "trailers"]))
    assert title(figures.attrition(frame)) == said


def test_genres_that_never_meet_do_not_travel_together() -> None:
    counts = pd.DataFrame([[0, 0], [0, 0]], index=["A", "B"], columns=["A", "B"])
    shares = pd.Series({"A": 0.5, "B": 0.5})
    assert title(figures.cooccurrence(counts, shares, 10)) == "No film has two genres"
    rows = pd.DataFrame({"genre": ["A", "B"], "other": ["B", "A"], "share": 0.0, "films": 5})
    never = title(figures.confusion(tables.genres.excess(rows), ["A", "B"], "a"))
    assert never == "No genre's films are taken for another more often than all are"


def test_label_frequencies_are_not_named_before_the_run(metrics: Metrics) -> None:
    chart = figures.answer(tables.approaches.headline_points(metrics), 0.2, 0, 0).to_dict()
    named = chart["title"]["subtitle"].partition(": ")[2].split(" · ")
    assert sorted(named) == sorted(metrics.headline[m] for m in ("picture", "sound", "both"))


def test_each_number_of_the_study_stands_beside_its_reference(metrics: Metrics) -> None:
    labels = {"accuracy": "accuracy", "drama": "Drama", "middle": "precision", "low": "at 0.10"}
    rows = tables.claims.published(metrics)
    of = rows.set_index(["quantity", "what"])["value"]
    drama, low = of[("drama", "every genre")], of[("low", "every genre")]
    assert title(figures.published(rows, labels)) == (
        f"A constant answer scores 0.29 (accuracy); every genre scores {drama:.2f} (Drama), "
        f"{low:.2f} (precision) and {low:.2f} (at 0.10)"
    )


def test_who_has_no_number_is_not_read_aloud_as_nan(metrics: Metrics) -> None:
    owned = tables.genres.owned(metrics)
    owned.loc[owned.index[2], ["difference", "lo", "hi", "p_holm", "owner"]] = None
    owned.loc[owned.index[3], ["lo", "hi", "p_holm", "owner"]] = None
    points = tables.approaches.points(metrics)
    points.loc[points.index[1], ["macro_ap_lo", "macro_ap_hi", "ceiling"]] = None
    compared = metrics.comparisons.copy()
    compared.loc[compared.index[1], ["lo", "hi", "p", "p_holm", "verdict"]] = None
    pair = tables.genres.pair(metrics)
    pair.loc[pair.index[1], ["ap", "ap_lo", "ap_hi", "normalised_ap"]] = None
    accuracy = metrics.approaches.assign(skilled=True)
    accuracy.loc[accuracy.index[1], "keras_accuracy"] = None
    rules = tables.thresholds.of_headline(metrics, "rules")
    rules.loc[rules.index[0], ["f1_macro_lo", "f1_macro_hi"]] = None
    drawn = {
        "owned": figures.owned(owned),
        "matrix": figures.matrix(points, 0.2),
        "differences": figures.differences(compared),
        "named": figures.differences(compared, named=True),
        "dumbbell": figures.dumbbell(pair, tables.genres.pair_ceilings(metrics), owned),
        "keras": figures.keras_accuracy(accuracy, None, None),
        "rules": figures.rules(rules, None),
        "price": figures.price(points.assign(seconds=[float("nan"), *[2.0] * (len(points) - 1)])),
    }
    for name, chart in drawn.items():
        spec = chart.to_dict()
        said = f"{spec['title']['text']} {spec['title'].get('subtitle')} {spec['description']}"
        assert not re.search(r"\bnan\b|\bNaN\b|\bnone\b|<NA>", said), (name, said)


OTHER_WORDS = (
    r"no[- ]skill|blind guess|random scores|naming every|predict[- ]everything|best constant label|"
    r"always (naming|answering) the same"
)


def test_every_reference_has_one_name_on_every_page(preview: Path) -> None:
    """Chance, label frequencies, constant answer, every genre; ids and files keep theirs."""
    for page in preview.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"<script.*?</script>|<[^>]*>", " ", text, flags=re.DOTALL)
        found = re.findall(rf".{{0,60}}(?:{OTHER_WORDS}).{{0,60}}", text, flags=re.IGNORECASE)
        assert not found, (page.name, found)
    assert html.KEYS["chance"].startswith("chance")


def test_simulations_without_skill_are_said_to_be_at_chance(metrics: Metrics) -> None:
    settings = {"difference": 0.0, "films": 240, "simulations": 1000}
    scenario = {"settings": settings, "rates": {"any_of_5_after_holm": 0.03}}
    simulated = replace(metrics, calibration={"scenarios": {"no skill": scenario}})
    shown = tables.instrument.false_alarms(simulated)["what"].tolist()
    assert shown == ["any of five, approaches at chance"]


def test_one_is_said_of_one(metrics: Metrics) -> None:
    one = replace(
        metrics,
        catalogue=metrics.catalogue | {"films": 1, "trailers": 1},
        download=metrics.download | {"ok": 1, "trailers": 1, "share": 1.0},
    )
    assert "1 film with 1 trailer;" in wording.scope(one)[0]
    assert sections.downloaded(one).startswith("1 of 1 trailer rendered")
    assert "(1 film)" in sections.citation(one)
