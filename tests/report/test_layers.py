"""What the sound is made of, as the page shows it."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_up_layers import row, rows
from made_up_run import GENRES

from report import html, sections
from report.figures.layers import COLOURS, SHAPES
from report.loading import Metrics
from report.tables import layers as tables
from stages.base.tables import write_csv
from stages.hearing.shares import LAYERS
from stages.judging.layers import COLUMNS

ROOT = Path(__file__).resolve().parents[2]


def with_layers(
    metrics: Metrics, folder: Path, found: list[dict[str, Any]], **asked: Any
) -> Metrics:
    shutil.copytree(metrics.folder, folder, dirs_exist_ok=True)
    write_csv(found, COLUMNS, folder / "layers.csv")
    return replace(metrics, folder=folder, parameters=metrics.parameters | {"layers": asked})


def test_a_corpus_without_the_stage_has_no_heading(metrics: Metrics) -> None:
    assert sections.layers(metrics).text == ""


def test_the_section_says_what_is_what_and_what_differs(films: Metrics, tmp_path: Path) -> None:
    of = with_layers(films, tmp_path, rows(), voice=0.5, music=0.4)
    said = sections.layers(of).text
    assert '<h2 id="what-the-sound-is-made-of">' in said
    assert "music scores at least 0.4" in said and "(from 0.5 on)" in said
    assert "The sound of a trailer is 30% speech, 40% music and 50% neither" in said
    assert "30 comparisons, p adjusted by Holm for all of them" in said
    assert f"Clear: more speech in {GENRES[-1]}." in said


def test_where_nobody_speaks_speech_is_a_false_alarm(metrics: Metrics, tmp_path: Path) -> None:
    said = sections.layers(with_layers(metrics, tmp_path, rows(("speech",)), voice=0.5)).text
    assert "Nobody speaks, and 30% of the time is taken for speech" in said
    assert "all speech here is a false alarm" in said


def test_speech_alone_says_why_music_is_not_there(films: Metrics, tmp_path: Path) -> None:
    of = with_layers(films, tmp_path, rows(("speech",)), voice=0.5)
    said = sections.layers(of).text
    assert "not run, since layers.music names no score" in said
    assert "The sound of a trailer is 30% speech, on average" in said
    assert "10 comparisons" in said
    assert 'class="key speech"' in said and 'class="key music"' not in said


def test_with_too_few_films_nothing_is_compared(metrics: Metrics, tmp_path: Path) -> None:
    few = [row("speech", "", 0.3) | {"lo": None, "hi": None}]
    few.append(row("speech", GENRES[0], 0.3) | {"lo": None, "hi": None, "verdict": "too few films"})
    said = sections.layers(with_layers(metrics, tmp_path, few)).text
    assert "too few films to say whether genres differ" in said and "nan" not in said.lower()


def test_the_table_is_in_the_order_of_the_genres_all_films_first() -> None:
    placed = tables.placed(pd.DataFrame(rows(("speech",))), GENRES)
    shown = tables.layers(placed)
    assert shown["Genre"].tolist() == ["all films", *GENRES]
    first = shown.iloc[0]
    assert (first["Mean share"], first["95% interval"]) == ("0.300", "0.250 to 0.350")
    assert first["Quartiles"] == "0.20, 0.30, 0.40"
    assert (first["Other films"], first["Verdict"]) == ("–", "–")
    second = shown.iloc[1]
    assert (second["More than those"], second["95% of that"]) == ("+0.100", "+0.080 to +0.120")


def test_each_layer_has_one_colour_a_shape_and_a_key_wherever_it_is_drawn() -> None:
    assert tuple(COLOURS) == tuple(SHAPES) == LAYERS
    css = (ROOT / "report/theme/site.css").read_text(encoding="utf-8")
    for layer, colour in COLOURS.items():
        assert layer in html.KEYS and f".key.{layer} " in css
        (rule,) = [line for line in css.splitlines() if line.startswith(f".key.{layer} ")]
        assert colour in rule or "var(--none)" in rule
    assert "--none: #848a93;" in css and COLOURS["neither"] == "#848a93"


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", ["#ffffff", "#14191f"])
def test_each_layer_is_seen_on_white_and_on_near_black(ground: str) -> None:
    for colour in COLOURS.values():
        light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3, colour
