import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from stages.base import params
from stages.judging import ceilings
from stages.sample.contact_sheet import (
    LABEL,
    OVER_TIME,
    THUMBNAIL,
    _motion_cell,
    contact_sheet,
    motion_sheet,
    sound_sheet,
)


@pytest.mark.parametrize("sheet", [contact_sheet, sound_sheet, motion_sheet])
def test_sheets_are_small_pictures_with_something_on_them(sheet):
    data = sheet()
    assert data == sheet()
    assert len(data) <= 250_000
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] < 1400
    assert picture.std() > 30


@pytest.mark.parametrize(("cue", "turns"), [("Crime", 4), ("Horror", 8)])
def test_light_that_flickers_is_seen_over_time(cue, turns):
    """Much of what its light does, it does about so often in its two seconds."""

    def share(cue: str) -> float:
        column = _motion_cell("", cue, 3)[LABEL:, THUMBNAIL[0] :][:, : OVER_TIME[0]]
        light = column.astype(float).mean(axis=(0, 2))
        power = np.abs(np.fft.rfft(light - light.mean())) ** 2
        return float(power[turns - 1 : turns + 2].sum() / power.sum())

    assert share(cue) > 0.3 > 3 * share("")


@pytest.mark.parametrize("corpus", ["sample", "sample_words"])
def test_only_a_corpus_with_motion_has_a_sheet_of_it(tmp_path, monkeypatch, corpus):
    root = Path(__file__).resolve().parents[2]
    found = params.load(root / (f"corpora/{corpus}" if corpus != "sample" else "") / "params.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(params, "load", lambda: found)
    monkeypatch.setattr(ceilings, "read_corpus", lambda folder, clips: "a corpus")
    monkeypatch.setattr(ceilings, "ceilings", lambda *given: [])
    monkeypatch.setattr(sys, "argv", ["ceiling"])
    runpy.run_module("stages.ceiling")["main"]()
    written = {path.name for path in (tmp_path / "metrics/sample/sheets").iterdir()}
    assert written == {"about.txt", "picture.jpg", "sound.jpg"} | (
        {"motion.jpg"} if corpus == "sample_words" else set()
    )
