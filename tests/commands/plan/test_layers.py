"""What the plan says of the layers, by hand."""

from pathlib import Path

import pytest

from stages.base.params import LayersParams, load
from stages.commands.plan import layers
from stages.commands.plan.costs import Recorded
from stages.commands.plan.layers import layer_rows
from stages.hearing import music

ROOT = Path(__file__).resolve().parents[3]
RECORDED = Recorded({"layers": 60.0}, trailers=10)


def rows(asked: LayersParams | None, done: bool = False, recorded: Recorded = RECORDED):
    params = load(ROOT / "params.yaml")
    object.__setattr__(params, "layers", asked)  # frozen; it is this test's own
    return list(layer_rows(params, 20, recorded, lambda name: done))


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    monkeypatch.setattr(layers, "find_spec", lambda name: object())


def test_without_the_section_there_is_no_row():
    assert rows(None) == []


def test_speech_alone_needs_no_weights():
    (row,) = rows(LayersParams())
    assert (row.needs, row.available, row.megabytes) == ("the extra words", "yes", 0.0)
    assert row.what == "speech in 150 s of each trailer" and row.stages == 1
    assert row.minutes == row.left == 2.0  # a minute of ten trailers
    assert rows(LayersParams(), done=True)[0].left == 0.0


@pytest.mark.parametrize(("where", "megabytes"), [("", 14.9), ("in WEIGHTS_DIR", 0.0)])
def test_music_needs_the_weights_of_a_network(monkeypatch, where, megabytes):
    monkeypatch.setattr(music, "where", lambda config: where)
    (row,) = rows(LayersParams(music=0.5))
    assert row.needs == "the extra words, yamnet.h5 (weights)"
    assert row.available == (where or "to be downloaded")
    assert row.megabytes == pytest.approx(megabytes, abs=0.05)  # 3.7 million numbers of 4 bytes


def test_before_it_ever_ran_it_is_foretold(monkeypatch):
    monkeypatch.setattr(layers, "workers", lambda: 2)
    monkeypatch.setattr(music, "where", lambda config: "")
    speech, both = (
        rows(asked, recorded=Recorded({}, 0))[0]
        for asked in (LayersParams(), LayersParams(music=0.5))
    )
    each = (layers.SOUND + layers.VOICE) * 150
    assert speech.minutes == pytest.approx(each * 20 / 2 / 60)
    assert both.minutes == pytest.approx((each + layers.MUSIC * 150) * 20 / 2 / 60)


def test_what_is_not_installed_is_said_how_to_get(monkeypatch):
    monkeypatch.setattr(layers, "find_spec", lambda name: None)
    assert rows(LayersParams())[0].available.endswith("core words`")
