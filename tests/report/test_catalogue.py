"""What the pages say of the catalogue: two sources of its genres, missing films, contact sheets."""

import shutil
from dataclasses import replace
from pathlib import Path

import made_up_catalogue
import pandas as pd
import pytest
from made_up_run import GENRES, write_csv

from report import figures, sections, tables
from report.loading import Metrics


@pytest.fixture
def two_sources(metrics: Metrics, tmp_path: Path) -> Metrics:
    """Of 120 films there is a second source."""
    write_csv(tmp_path, "label_ceiling", made_up_catalogue.label_ceiling())
    about = {"second_source": {"path": "<imdb>.txt", "films": 120}}
    return replace(metrics, folder=tmp_path, catalogue=metrics.catalogue | about)


def test_the_agreement_of_two_sources_is_told_with_what_they_may_share(
    two_sources: Metrics,
) -> None:
    told = sections.label_agreement(two_sources).text
    assert (
        "A second source (\u2068&lt;imdb&gt;.txt\u2069) knows the genres of 120 films too" in told
    )
    assert "the same ones to 42% of them; its macro F1 is 0.55 (0.50 to 0.60)" in told
    assert "not as a bound" in told and "no independent witnesses" in told
    assert "Two sources agree most on Action (0.90), least on Thriller (0.45)" in told
    assert "nan" not in told.lower()


def test_every_genre_and_both_means_have_a_line(two_sources: Metrics) -> None:
    shown = tables.catalogue.label_agreement(two_sources.table("label_ceiling"))
    names = ["all films and genres in one count", "mean over genres", *GENRES]
    assert shown["Genre"].tolist() == names
    assert shown["F1"].tolist()[:4] == ["0.550", "0.550", "0.900", "0.850"]
    assert shown["AP"].tolist()[-1] == "0.350"
    assert shown["95% interval of F1"].tolist()[-2:] == ["0.400 to 0.600", "–"]
    assert shown["Films"].tolist()[:3] == ["120", "120", "40"]


def test_a_genre_without_an_interval_is_a_point_alone(two_sources: Metrics) -> None:
    chart = figures.label_agreement(two_sources.table("label_ceiling")).to_dict()
    assert "Thriller 0.45." in chart["description"]
    assert chart["layer"][0]["transform"] == [{"filter": "isValid(datum.lo)"}]


def test_a_genre_that_is_missing_more_often_is_named_above_the_figure(films: Metrics) -> None:
    told = sections.missing(films).text
    assert "16 of 240 films are missing." in told
    assert "Missing more often, or less, than other films: Horror<" in told
    shown = tables.catalogue.missing(films.table("missing"))
    assert shown.iloc[0].tolist() == ["all", 240, 16, "6.7%", "3.7% to 9.7%", "0.002"]
    assert shown["Films"].tolist() == ["all", "Drama", "Horror", "1990s"]


def test_where_nothing_is_missing_one_sentence_says_so(metrics: Metrics) -> None:
    told = sections.missing(metrics).text
    assert told.endswith('<p class="">None of the films is missing.</p>')
    assert 'id="which-films-are-missing"' in told and "figure" not in told
    unknown = replace(metrics, splits={})
    assert sections.missing(unknown).text == ""


def test_without_a_clear_genre_the_figure_claims_none() -> None:
    rows = pd.DataFrame(made_up_catalogue.missing()).assign(p_value=0.4)
    title = figures.missing(rows).to_dict()["title"]["text"]
    assert title == "No genre and no decade is clearly missing more often than others"


def test_a_sheet_of_motion_is_shown_where_there_is_one(metrics: Metrics, tmp_path: Path) -> None:
    without = sections.sheets(metrics).text
    shutil.copytree(metrics.folder / "sheets", tmp_path / "sheets")
    shutil.copy(tmp_path / "sheets/sound.jpg", tmp_path / "sheets/motion.jpg")
    shown = sections.sheets(replace(metrics, folder=tmp_path)).text
    assert without.count("<img") == 2 and "Motion:" not in without
    assert shown.count("<img") == 3 and "Motion:" in shown
