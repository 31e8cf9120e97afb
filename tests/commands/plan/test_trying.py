"""The plan tries families, heads, contexts and modalities, and names what cannot run."""

import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.params import load, yaml12
from stages.base.params.matrix import (
    ApproachParams,
    BackboneParams,
    DualParams,
    EarlyParams,
    PretrainedParams,
    cells_of,
)
from stages.commands.plan.output import problems
from stages.commands.plan.trying import try_approach, try_backbone
from tests.commands.plan.test_costs import MATRIX, planned
from tests.guide.documents import README, ROOT, files

SHAPES = {"colour": (40,), "mfcc": (80,), "pixels": (3, 36, 64), "spectrogram": (1, 48, 94)}


def single(backbone: str, head: str, context: str = "mean") -> dict[str, ApproachParams]:
    return {"mine": ApproachParams(backbone=backbone, context=context, head=head)}


def found(**changes) -> list[str]:
    return problems(list(planned(dataclasses.replace(MATRIX, **changes))))


def test_nothing_is_wrong_with_the_matrix_that_is_shipped():
    matrix = load(ROOT / "params.yaml").matrix
    for slug, backbone in matrix.backbones.items():
        assert try_backbone(slug, backbone).shape == SHAPES[slug]
    for cell in cells_of(matrix):
        try_approach(cell, SHAPES)


def test_a_backbone_that_reads_what_its_family_is_not_for_is_named():
    sound = BackboneParams(family="mfcc", reads="frames")
    (said,) = found(backbones=MATRIX.backbones | {"ears": sound})
    assert said.startswith("ears: params.yaml: ears.reads: family mfcc is for sound")
    assert "found: frames" in said and "expected: audio" in said


def test_prompts_of_a_network_that_reads_no_texts_are_named_before_anything_is_embedded():
    asked: dict[str, tuple[str, ...]] = dict.fromkeys(GENRES, ("a film",))
    deaf = PretrainedParams(family="audiomae", reads="audio", prompts=asked)
    (said,) = found(pretrained=MATRIX.pretrained | {"deaf": deaf})
    assert said.startswith("deaf: params.yaml: deaf.prompts: prompts for a network that reads no")
    assert "found: audiomae" in said and "leave out `prompts`" in said
    reads = PretrainedParams(family="clap", reads="audio", prompts=asked)
    assert not found(pretrained=MATRIX.pretrained | {"reads": reads})


def test_a_head_for_maps_on_an_embedding_is_named_once_for_all_that_use_it():
    fits_not = ApproachParams(backbone="colour", context="mean", head="conv")
    added = {"one": fits_not, "two": dataclasses.replace(fits_not, context="max")}
    (said,) = found(approaches=MATRIX.approaches | added)
    assert said.startswith("one, two: head conv does not fit this backbone")


def test_two_transformers_take_embeddings_alone():
    clips = {"moves": BackboneParams(family="motion", reads="clips")}
    dual = {"two": DualParams(frames="colour", clips="moves", head="mlp")}
    backbones = MATRIX.backbones | clips
    assert not found(backbones=backbones, dual=dual)
    (row,) = [
        row
        for row in planned(dataclasses.replace(MATRIX, backbones=backbones, dual=dual))
        if row.slug == "two"
    ]
    assert row.what == "mlp, dual"
    pixels = {"pixels": BackboneParams(family="pixels", reads="frames")}
    dual = {"two": dataclasses.replace(dual["two"], frames="pixels")}
    (said,) = found(backbones=backbones | pixels, dual=dual)
    assert said.startswith("two: context dual does not fit this backbone")


def test_an_unknown_head_and_an_unknown_context_are_named():
    assert "unknown head" in found(approaches=MATRIX.approaches | single("colour", "deep"))[0]
    (said,) = found(approaches=MATRIX.approaches | single("colour", "linear", "memory"))
    assert said.startswith("mine: params.yaml: unknown context")


def test_a_head_for_two_parts_fits_early_fusion_alone():
    assert "use it under early" in found(approaches=MATRIX.approaches | single("mfcc", "gated"))[0]
    early = EarlyParams(picture="colour", sound="mfcc", head="gated")
    assert not found(early={"joined": early})


def test_maps_cannot_be_joined():
    matrix = dataclasses.replace(
        load(ROOT / "params.yaml").matrix,
        early={"joined": EarlyParams(picture="pixels", sound="mfcc", head="linear")},
    )
    (cell,) = [each for each in cells_of(matrix) if each.kind == "early"]
    with pytest.raises(BenchmarkError, match="not maps") as error:
        try_approach(cell, SHAPES)
    assert "pixels of shape (3, 36, 64)" in str(error.value)


def test_the_command_names_them_below_its_table_and_exits_with_1(tmp_path: Path):
    """In a copy with README's head as it is, and with a batch norm in it."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "stages", tmp_path / "stages", ignore=ignored)
    (tmp_path / "sample.txt").symlink_to(ROOT / "sample.txt")
    (source,) = [block.text for name, block in files(README) if "/heads/" in name]
    (tmp_path / "stages/heads/wide.py").write_text(source)
    line = "        self.output = "
    (tmp_path / "stages/heads/buffered.py").write_text(
        source.replace(line, f"        self.norm = nn.BatchNorm1d(256)\n{line}")
    )
    params = yaml12.read((ROOT / "params.yaml").read_text())
    heads = ("wide", "buffered")
    approaches = {head: {"backbone": "colour", "context": "mean", "head": head} for head in heads}
    params["matrix"] |= {
        "backbones": {"colour": {"family": "colour", "reads": "frames"}},
        "approaches": approaches,
        "early": {},
        "late": {},
        "headline": {"picture": "wide"},
    }
    params["training"]["heads"] |= dict.fromkeys(heads, params["training"]["heads"]["mlp"])
    (tmp_path / "params.yaml").write_text(yaml12.block(params))
    call = [sys.executable, "-m", "stages.plan"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True)
    table, _, below = done.stdout.partition("\nThis cannot run:\n")
    assert done.returncode == 1, done.stderr
    assert table.count("no, see below") == 1
    assert below.startswith("buffered: stages/heads/buffered.py: this file breaks its contract\n")
    assert "norm.running_mean" in below and "To run it" not in below
