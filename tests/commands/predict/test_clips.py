"""Trailers of one's own, where an approach looks at clips."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from stages.base.params import BackboneParams, load
from stages.base.params.clips import ClipsParams
from stages.base.params.matrix import Cell
from stages.commands.predict.embeddings import Outcome, embed, extract, packs_of
from stages.commands.predict.inputs import open_trailer
from stages.commands.predict.predictor import Predictor
from stages.commands.predict.timeline import page
from stages.commands.predict.trailers import TrailerResult
from tests.commands.predict.small_run import write_clip

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def params():
    found = load(ROOT / "params.yaml")
    motion = BackboneParams(family="motion", reads="clips")
    backbones = {**found.matrix.backbones, "motion": motion}
    frames = replace(found.frames, count=10, first_frame=0)
    matrix = replace(found.matrix, backbones=backbones)
    return replace(found, clips=ClipsParams(count=2), matrix=matrix, frames=frames)


def test_what_is_taken_is_what_backbones_read(params):
    assert packs_of(["mfcc", "motion", "colour"], params) == ["frames", "clips", "audio"]
    assert packs_of(["motion"], params) == ["clips"]


def test_clips_are_taken_and_embedded(params, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = ("whole.mkv", "heard.mkv")
    write_clip(tmp_path / names[0], 1)
    write_clip(tmp_path / names[1], 2, picture=False)
    files = [
        open_trailer(str(tmp_path / name), number, lambda trailer: pytest.fail("downloaded"))
        for number, name in enumerate(names)
    ]
    (tmp_path / "data").mkdir()
    outcomes = extract(files, params, ["clips"], tmp_path / "data")
    whole, heard = (outcomes[each.trailer_id]["picture"] for each in files)
    assert whole == Outcome("ok", "") and heard.reason == "no_video"
    embed(["motion"], params, tmp_path / "weights", tmp_path / "data")
    with np.load(tmp_path / "data/embeddings/motion.npz") as found:
        assert found["trailer_id"].tolist() == [files[0].trailer_id]
        assert found["group"].tolist() == [0, 1] and found["embedding"].shape == (2, 43)


def test_the_page_says_that_two_transformers_score_a_trailer_as_a_whole(tmp_path):
    cells = {
        "two": Cell("two", "dual", "picture", ("colour", "motion"), "dual", "linear"),
        "seen": Cell("seen", "single", "picture", ("colour",), "mean", "linear"),
    }
    predictor = cast(Predictor, SimpleNamespace(cells=cells))
    result = TrailerResult("own.mkv", cells=tuple(cells.values()))
    assert "<p>two: scores a trailer as a whole" in page(predictor, [result], "", [], tmp_path)
