"""Sections that only a corpus with clips, or with titles hidden, has."""

from dataclasses import replace

import pandas as pd

from report import sections, wording
from report.loading import Metrics
from report.tables.changes import changes


def with_motion(metrics: Metrics, slug: str) -> Metrics:
    """As if an approach had looked at clips, and what it is to find were how shots move."""
    name = metrics.names.of(slug)
    own = metrics.recovery["approach"] == name
    assert own.any()
    numbers = {"cells": int(own.sum()), "rank_correlation": 0.85, "above": 1}
    numbers |= {"rank_correlation_with_planted": 0.75}
    found = metrics.recovered | {"best": {"motion": slug}, "approaches": {slug: numbers}}
    return replace(metrics, recovered=found)


def test_cells_of_motion_are_shown_where_there_are_any(metrics: Metrics) -> None:
    assert sections.within_shots(metrics).text == ""
    slug = metrics.names.slug(metrics.named["picture"])
    shown = sections.within_shots(with_motion(metrics, slug)).text
    assert "Cues within shots" in shown and metrics.names.of(slug) in shown
    cells = (metrics.recovery["approach"] == metrics.names.of(slug)).sum()
    assert f"Of its {cells} cells, 1 score clearly more" in shown
    assert "rank correlation 0.85" in shown and "rank correlation 0.75" in shown


def title_rows(metrics: Metrics) -> Metrics:
    (row,) = metrics.comparisons.head(1).to_dict("records")
    row |= {"family": "title", "a": "hidden", "b": metrics.named["picture"]}
    row |= {"difference": -0.02, "lo": -0.03, "hi": -0.01, "verdict": "worse"}
    more = pd.concat([metrics.comparisons, pd.DataFrame([row])], ignore_index=True)
    return replace(metrics, comparisons=more)


def test_what_hiding_the_title_costs_is_an_ablation(metrics: Metrics) -> None:
    assert sections.title(metrics).text == ""
    with_title = title_rows(metrics)
    shown = sections.title(with_title).text
    assert ">The film" in shown and "What hiding the title costs" in shown and "hidden" in shown
    moved = changes(with_title)
    (row,) = moved[moved["what"].str.contains("hidden")].to_dict("records")
    assert (row["modality"], row["difference"]) == ("picture", -0.02)


def test_the_banner_names_all_that_is_planted(metrics: Metrics) -> None:
    sample = {"words": {"Drama": 0.1}, "motion": {"Drama": 0.1}}
    for given, said in (
        ({}, "planted in picture and sound."),
        (sample, "planted in picture, sound, words and motion."),
    ):
        of = replace(metrics, parameters={"sample": given})
        assert said in wording.banner(of).text
