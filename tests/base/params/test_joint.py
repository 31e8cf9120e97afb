"""The section `matrix.joint`: networks that look and listen at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.params.matrix import cells
from tests.base.params.test_clips import loaded

PE_AV = {"family": "pe_av", "reads": "frames_audio", "prompts": {g: ["a film"] for g in GENRES}}
JOINT = {"matrix": {"joint": {"pe_av": PE_AV}}}
ROWS = {
    "matrix": {
        "approaches": {"pe_av_linear": {"backbone": "pe_av", "context": "mean", "head": "linear"}},
        "zero_shot": {"pe_av_asked": {"backbone": "pe_av"}},
    }
}


def test_an_approach_on_it_is_a_union_that_hears_every_window(tmp_path: Path) -> None:
    params = loaded(tmp_path, JOINT, ROWS)
    found = {cell.slug: cell for cell in cells(params)}
    for slug in ("pe_av_linear", "pe_av_asked"):
        cell = found[slug]
        assert (cell.modality, cell.window, cell.parts) == ("both", "all", ("pe_av",))
    assert found["early_linear"].window == "start"  # as before


def test_its_stages_are_groups_of_their_own(tmp_path: Path) -> None:
    matrix = loaded(tmp_path, JOINT, ROWS).matrix
    assert matrix.pretrained["pe_av"] is matrix.joint["pe_av"]
    assert matrix.group("weights", "pretrained", "pe_av") == "weights_joint@pe_av"
    assert matrix.group("embed_pretrained", "pretrained", "pe_av") == "embed_pretrained_joint@pe_av"
    assert matrix.group("embed", "backbones", "colour") == "embed@colour"


def test_another_section_may_be_replaced(tmp_path: Path) -> None:
    """As for the page of `predict`, which looks at every frame."""
    params = loaded(tmp_path, JOINT, ROWS)
    training = replace(params.training, middle_frames=params.frames.count)
    other = replace(params, training=training)
    assert other.matrix == params.matrix and other.training == training


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"joint": {"pe_av": {"reads": "frames"}}}, ["joint.pe_av.reads", "'frames_audio'"]),
        ({"pretrained": {"two": PE_AV}}, ["pretrained.two.reads", "under matrix.joint"]),
        ({"backbones": {"two": PE_AV}}, ["backbones.two"]),
        ({"pretrained": {"pe_av": PE_AV}}, ["both under pretrained and under joint"]),
        ({"joint": {"pe_av": {"family": "pe_ov"}}}, ["joint.pe_av.family", "'pe_ov'"]),
        (
            {"approaches": {"pe_av_linear": {"window": "start"}}},
            ["approaches.pe_av_linear.window", "hears every window"],
        ),
        ({"zero_shot": {"pe_av_asked": {"window": "end"}}}, ["pe_av_asked.window", "every window"]),
        (
            {"approaches": {"pe_av_linear": {"context": "each"}}},
            ["pe_av_linear.context", "reads both"],
        ),
        (
            {"early": {"two": {"picture": "pe_av", "sound": "mfcc", "head": "linear"}}},
            ["early.two.picture", "'pe_av'", "one of colour, pixels"],
        ),
        (
            {"late": {"two": {"picture": "colour_linear", "sound": "pe_av_linear"}}},
            ["late.two.sound", "'pe_av_linear'"],
        ),
        (
            {"headline": {"both": "pe_av_linear"}},
            ["headline.both", "is not a fusion of the headline's picture and sound"],
        ),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, change: dict, parts: list[str]) -> None:
    with pytest.raises(BenchmarkError) as caught:
        loaded(tmp_path, JOINT, ROWS, {"matrix": change})
    assert all(part in str(caught.value) for part in parts), caught.value


def test_single_frames_cannot_be_left_out(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"training\.mask_shared[^$]*pe_av reads them"):
        loaded(tmp_path, JOINT, ROWS, {"training": {"mask_shared": 3}})
