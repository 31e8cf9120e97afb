"""What a trailer's sound is made of, beside the prediction; the networks are stand-ins."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from report.figures.layers import COLOURS
from stages import predict
from stages.base.console import run_command
from stages.base.errors import BenchmarkError
from stages.base.params import LayersParams
from stages.commands.predict import layers
from stages.commands.predict.layers import Layers, as_dict, line
from stages.commands.predict.layers_drawing import drawn_lane, lanes_of
from stages.commands.predict.timeline import PAGE
from stages.hearing import music, voice
from stages.hearing.shares import Heard
from tests.commands.predict.small_run import Run, write_clip

MUSIC = np.array([[0.0, 2.0], [6.0, 9.0]])
HEARD = Heard(10.0, np.array([[1.0, 4.0]]), MUSIC)


@pytest.fixture
def call(inside: Run, monkeypatch, capsys):
    """Run the command where speech and music can be heard; what it printed and what it said."""
    monkeypatch.setattr(layers, "DEFAULT", LayersParams(music=0.5))
    monkeypatch.setattr(voice, "check", lambda: None)
    monkeypatch.setattr(voice, "spans", lambda waveform, voice: np.array([[1.0, 2.0]]))
    monkeypatch.setattr(music, "where", lambda config: "in WEIGHTS_DIR")
    monkeypatch.setattr(music, "fetch", lambda config, target: write_weights(target))
    every_other = np.resize(np.array([0.9, 0.1], np.float32), 8)
    monkeypatch.setattr(music, "loaded", lambda weights: lambda waveform: every_other)

    def run(*arguments: object) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["predict", *map(str, arguments)])
        run_command(predict.main)
        return capsys.readouterr()

    return run


def write_weights(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b"weights")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mkv", 99)


def test_the_table_has_the_shares_in_one_line(call, clip):
    shown, said = call(clip)
    # 4 s: music from 0 to .7275, then .48 s from 1.2075, 2.1675 and 3.1275 on
    music_share = (0.7275 + 3 * 0.48) / 4
    assert f"its sound: 25% speech, {music_share:.0%} music" in shown and "note" not in said


def test_json_says_when_there_is_what(call, clip):
    told = json.loads(call(clip, "--json")[0])["trailers"][0]["layers"]
    assert told["seconds"] == 4 and told["speech"] == [[1.0, 2.0]]
    assert told["shares"]["speech"] == 0.25 and len(told["music"]) == 4


def test_the_page_has_a_lane_for_each_layer(call, clip, tmp_path):
    page = tmp_path / "page.html"
    call(clip, "--plot", page)
    html = page.read_text(encoding="utf-8")
    for layer in ("speech", "music", "neither"):
        assert f">{layer}</text>" in html and f'<g class="{layer}"><title>{layer} 0:0' in html
    assert html.count('<g class="speech">') == 1 and html.count('<g class="music">') == 4
    assert "<p>its sound: 25% speech" in html


def test_without_the_weights_speech_is_told_and_why_music_is_not(call, clip, monkeypatch, tmp_path):
    monkeypatch.setattr(music, "where", lambda config: "")
    monkeypatch.setattr(music, "fetch", lambda config, target: pytest.fail("downloaded"))
    shown, said = call(clip)
    assert "its sound: 25% speech; music not run: YAMNet's weights are not here" in shown
    assert "note" not in said
    page = tmp_path / "page.html"
    told = json.loads(call(clip, "--json", "--plot", page)[0])["trailers"][0]["layers"]
    assert told["music"] is None and told["shares"]["neither"] is None
    assert '<g class="music">' not in page.read_text(encoding="utf-8")


def test_without_the_extra_nothing_is_shown(call, clip, monkeypatch):
    def missing() -> None:
        raise BenchmarkError("finding speech needs faster-whisper")

    monkeypatch.setattr(voice, "check", missing)
    shown, said = call(clip)
    assert "its sound" not in shown and "faster-whisper" not in said
    assert json.loads(call(clip, "--json")[0])["trailers"][0]["layers"] is None


def test_a_trailer_without_sound_has_none(call, tmp_path):
    silent = write_clip(tmp_path / "silent.mkv", 1, sound=False)
    assert "its sound:" not in call(silent)[0]


def test_what_is_only_predicted_pins_no_weights(inside, monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(music, "where", lambda config: "in WEIGHTS_DIR")
    monkeypatch.setattr(music, "fetch", lambda config, target: asked.append(config.pins))
    layers._weights(tmp_path)
    assert asked == [False]


def test_the_page_has_the_colours_of_the_site():
    for layer, colour in COLOURS.items():
        assert f"--{layer}: {colour};" in PAGE.read_text(encoding="utf-8")


def test_shares_in_words():
    (said,) = line(Layers(HEARD))
    assert said == (
        "its sound: 30% speech, 50% music, 30% neither; speech over music counts as either (10%)"
    )
    assert list(line(Layers())) == [] and as_dict(Layers()) is None
    (alone,) = line(Layers(Heard(10.0, HEARD.speech, None)))
    assert alone == "its sound: 30% speech"


def test_lanes_are_drawn_by_the_second_and_cut_at_the_edge():
    assert [layer for layer, _ in lanes_of(Layers(HEARD))] == ["speech", "music", "neither"]
    drawn = list(drawn_lane("music", MUSIC, begin=1.0, scale=10, top=40, height=20))
    assert len(drawn) == 2
    assert '<rect x="0.0" y="43" width="10.0" height="12"/>' in drawn[0]
    assert '<rect x="50.0" y="43" width="30.0"' in drawn[1]
    assert "<title>music 0:06.0 to 0:09.0</title>" in drawn[1]
    assert list(drawn_lane("music", MUSIC, begin=20.0, scale=10, top=0, height=20)) == []
