from dataclasses import replace

import pandas as pd
import pytest

from report import sections, tables, wording
from report.loading import Metrics

Row = tuple[float, float, float, float]  # difference, lo, hi, p_holm
UP, DOWN = (0.1, 0.05, 0.15, 0.0004), (-0.1, -0.15, -0.05, 0.02)
OPEN = (0.01, -0.03, 0.05, 1.0)
HALF = (0.1, 0.05, 0.15, 0.05)  # its interval leaves out zero, its p is not below 0.05


def told(metrics: Metrics, between: Row, gain: Row) -> str:
    columns = pd.Index(["difference", "lo", "hi", "p_holm"])
    said = [{UP: "better", DOWN: "worse"}.get(row, "undecided") for row in (between, gain)]
    rows = pd.DataFrame([between, gain], columns=columns)
    rows = rows.assign(name=["ps", "fg"], b=["s", "part"], verdict=said)
    headline = metrics.headline | {"picture_minus_sound": "ps", "fusion_gain": "fg"}
    return wording.answer(replace(metrics, comparisons=rows, headline=headline)).text


def test_answer_holds_numbers_and_intervals(metrics: Metrics) -> None:
    row = metrics.approach(metrics.headline["sound"])
    text = told(metrics, UP, UP)
    assert f"<strong>{row['macro_ap']:.2f}</strong>" in text
    assert f"{row['macro_ap_lo']:.2f} to {row['macro_ap_hi']:.2f}" in text
    assert "95% interval" in text
    assert text.count(". ") == 3  # scores, scale, picture against sound, fusion


@pytest.mark.parametrize(
    ("between", "words"),
    [
        (UP, "Picture beats sound by 0.100 [0.050 to 0.150; Holm’s p &lt; 0.001]."),
        (DOWN, "Sound beats picture by 0.100 [0.050 to 0.150; Holm’s p = 0.020]."),
        (
            OPEN,
            "Undecided: whether picture beats sound (picture − sound +0.010 [−0.030 to +0.050; "
            "Holm’s p = 1.000]).",
        ),
        (
            HALF,
            "Undecided: whether picture beats sound (picture − sound +0.100 [+0.050 to +0.150; "
            "Holm’s p = 0.050]).",
        ),
    ],
)
def test_picture_against_sound(metrics: Metrics, between: Row, words: str) -> None:
    assert words in told(metrics, between, UP)


@pytest.mark.parametrize(
    ("gain", "before", "after"),
    [
        (UP, "Fusion beats part,", ", by 0.100 [0.050 to 0.150; Holm’s p &lt; 0.001]."),
        (DOWN, "Fusion loses to part,", ", by 0.100 [0.050 to 0.150; Holm’s p = 0.020]."),
        (OPEN, "Undecided: whether fusion beats part,", " (+0.010 [−0.030"),
        (HALF, "Undecided: whether fusion beats part,", " (+0.100 [+0.050"),
    ],
)
def test_fusion(metrics: Metrics, gain: Row, before: str, after: str) -> None:
    text = told(metrics, UP, gain)
    assert before + " the better single model on training films" + after in text


def test_a_genre_without_a_cue_is_given_away_by_co_occurrence(
    metrics: Metrics, films: Metrics
) -> None:
    text = wording.unplanted(metrics).text
    of = metrics.ceiling_genres
    row = of[(of["window"] == "start") & (of["genre"] == "Science Fiction")].iloc[0]
    assert f"share of films: Science Fiction in the sound ({row['normalised_ap']:.2f})." in text
    assert wording.unplanted(films).text == ""
    nothing = replace(metrics, ceiling_genres=of.assign(normalised_ap=-0.01))
    assert wording.unplanted(nothing).text == ""


def test_banner_only_on_the_sample(metrics: Metrics, films: Metrics) -> None:
    assert "These are not films" in wording.banner(metrics).text
    assert wording.banner(films).text == ""


def test_the_set_of_genres_is_named(metrics: Metrics) -> None:
    assert "; ten genres, " in wording.scope(metrics)[0]
    of = metrics.genres[~metrics.genres["genre"].isin(["Mystery", "Romance"])]
    fewer = replace(metrics, genres=of)
    said = "; eight of the ten genres (no Mystery, no Romance), "
    assert said in wording.scope(fewer)[0]
    labels = tables.run.labels(fewer)["What"].tolist()
    assert "Share of the eight genres on a film (label density)" in labels
    assert "Mystery" not in tables.genres.genres(fewer)["Genre"].tolist()
    assert "Mystery" not in tables.genres.cooccurrence(fewer).columns


def test_findings_and_scope(metrics: Metrics, films: Metrics) -> None:
    assert len(wording.findings(metrics)) == len(wording.findings(films)) == 3
    assert "to the ceiling" in wording.findings(metrics)[1]
    assert "scores highest" in wording.findings(films)[1]  # nothing is known of a ceiling
    assert "It does not hold for real films." in wording.scope(metrics)[-1]
    assert "224 of 240 trailers downloaded (93.3%)" in sections.downloaded(films)


def test_a_second_source_that_tells_nothing_is_named_and_never_denied(metrics: Metrics) -> None:
    def told(films: int) -> str:
        source = {"second_source": {"path": "imdb.txt", "films": films}}
        return sections.label_agreement(replace(metrics, catalogue=metrics.catalogue | source)).text

    assert "imdb.txt" in told(0) and "(catalogue.second_source) names no film" in told(0)
    assert "names the genres of 3 of these films, which are too few to say" in told(3)
