from dataclasses import replace

import pandas as pd
import pytest

from report import wording
from report.loading import Metrics


def told(metrics: Metrics, between: tuple[float, float, float], gain: tuple[float, ...]) -> str:
    columns = ["difference", "lo", "hi"]
    rows = pd.DataFrame([between, gain], columns=pd.Index(columns)).assign(name=["ps", "fg"])
    headline = metrics.headline | {"picture_minus_sound": "ps", "fusion_gain": "fg"}
    return wording.answer(replace(metrics, comparisons=rows, headline=headline)).text


def test_answer_holds_numbers_and_intervals(metrics: Metrics) -> None:
    row = metrics.approach(metrics.headline["sound"])
    text = told(metrics, (0.1, 0.05, 0.15), (0.2, 0.1, 0.3))
    assert f"<strong>{row['macro_ap']:.2f}</strong>" in text
    assert f"{row['macro_ap_lo']:.2f} to {row['macro_ap_hi']:.2f}" in text
    assert "95% interval" in text
    assert text.count(". ") == 0  # one sentence


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ((0.1, 0.05, 0.15), "the picture tells more, by +0.100 [+0.050 to +0.150]"),
        ((-0.1, -0.15, -0.05), "the sound tells more, by +0.100 [+0.050 to +0.150]"),
        ((0.01, -0.03, 0.05), "is undecided (picture − sound +0.010 [−0.030 to +0.050])"),
    ],
)
def test_picture_against_sound(
    metrics: Metrics, between: tuple[float, float, float], words: str
) -> None:
    assert words in told(metrics, between, (0.2, 0.1, 0.3))


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        ((0.1, 0.05, 0.15), "joining them gains +0.100 [+0.050 to +0.150] over the better one"),
        (
            (-0.1, -0.15, -0.05),
            "joining them changes the better one by −0.100 [−0.150 to −0.050], a loss",
        ),
        (
            (0.01, -0.03, 0.05),
            "whether joining them gains anything is undecided (+0.010 [−0.030 to +0.050])",
        ),
    ],
)
def test_fusion(metrics: Metrics, gain: tuple[float, float, float], words: str) -> None:
    assert words in told(metrics, (0.1, 0.05, 0.15), gain)


def test_banner_only_on_the_sample(metrics: Metrics, films: Metrics) -> None:
    assert "These are not films" in wording.banner(metrics).text
    assert wording.banner(films).text == ""


def test_findings_and_scope(metrics: Metrics, films: Metrics) -> None:
    assert len(wording.findings(metrics)) == 4
    assert len(wording.findings(films)) == 3  # nothing is known of a ceiling
    assert "It does not hold for films." in wording.scope(metrics)[-1]
    assert "224 of 240 trailers came (93.3%)" in wording.came(films)
