from dataclasses import replace
from pathlib import Path

from stages.base.params import PretrainedParams, load
from stages.base.params.matrix import cells, cells_of
from stages.base.params.reading import load_sets
from stages.commands.plan.inventory import CELLS, MODELS, cell_rows, model_rows

ROOT = Path(__file__).resolve().parents[3]


def test_every_cell_once_with_its_reason():
    params, (sets, faults) = load(ROOT / "params.yaml"), load_sets(ROOT / "params.yaml")
    assert not faults
    rows = {row["approach"]: row for row in cell_rows(params, sets)}
    ran = [slug for slug, row in rows.items() if row["run"]]
    assert ran == [cell.slug for cell in cells(params)]
    assert all(row["reason"] == "" for row in rows.values() if row["run"])
    assert rows["late_linear"]["backbones"] == "colour mfcc"
    assert rows["early_light"]["set"] == "light" and rows["late_light"]["run"] == 0
    said = "needs the set everything, and the weights of clip and clap"
    assert rows["late_language"]["reason"] == said
    assert set(rows) == {cell.slug for each in sets.values() for cell in cells_of(each)}
    assert rows["colour_mlp_popular"]["labels"] == "popular"
    assert rows["colour_linear"]["name"] == "colour statistics, linear probe"
    assert rows["vgg16_frame_cnn"]["name"] == "VGG16, frame by frame, CNN"
    assert all(set(CELLS) <= set(row) for row in rows.values())


def test_models_are_those_of_every_set_with_what_their_records_say():
    params, (sets, _) = load(ROOT / "params.yaml"), load_sets(ROOT / "params.yaml")
    rows = {row["backbone"]: row for row in model_rows(params, sets)}
    assert {slug for slug, row in rows.items() if row["run"]} == set(params.matrix.backbones)
    assert rows["colour"]["licence"] == "–" and rows["colour"]["parameters"] == 0
    vgg16 = rows["vgg16"]
    assert (rows["colour"]["name"], vgg16["name"]) == ("colour statistics", "VGG16")
    assert vgg16["licence"] == "BSD-3-Clause" and vgg16["dimensions"] == "4096"
    assert len(vgg16["revision"]) == 40
    assert set(MODELS) <= set(vgg16)


def test_weights_of_ones_own_are_not_told_as_the_published():
    params = load(ROOT / "params.yaml")
    own = PretrainedParams(
        family="timm", reads="frames", model="vgg16.tv_in1k", file="mine.safetensors"
    )
    matrix = replace(params.matrix, pretrained={"own": own})
    rows = {row["backbone"]: row for row in model_rows(replace(params, matrix=matrix), {})}
    assert (rows["own"]["source"], rows["own"]["revision"]) == ("mine.safetensors", "")
    assert rows["own"]["licence"] == rows["own"]["trained_on"] == "not said: weights of one's own"
    assert rows["own"]["dimensions"] == "4096"


def test_a_backbone_is_called_what_params_call_it():
    params = load(ROOT / "params.yaml")
    called = replace(params.matrix.backbones["colour"], name="hues")
    backbones = params.matrix.backbones | {"colour": called}
    params = replace(params, matrix=replace(params.matrix, backbones=backbones))
    rows = {row["approach"]: row["name"] for row in cell_rows(params, {})}
    assert rows["colour_max"] == "hues, maximum, linear probe"
