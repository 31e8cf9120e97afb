import re
from dataclasses import replace
from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import load, yaml12
from stages.base.params.matrix import cells

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "params.yaml").read_text()


def error_of(tmp_path: Path, old: str, new: str) -> str:
    """Message for params.yaml with `old` replaced, and the line that `new` stands on."""
    assert old in TEXT
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(BenchmarkError) as caught:
        load(path)
    return str(caught.value)


def line_of(text: str) -> int:
    return TEXT[: TEXT.index(text)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("folds: 5", "folds: 1", ["splits.folds", "greater than or equal to 3", "found: 1"]),
        ("folds: 5", 'folds: "5"', ["splits.folds", "valid integer", "found: '5'"]),
        ("folds: 5", "folds: true", ["splits.folds", "valid integer"]),
        ("folds: 5", "fold: 5", ["unknown parameter, did you mean 'folds'?"]),
        ("max_missing: 0.5", "max_missing: 1.5", ["download.max_missing", "less than or equal"]),
        ("silence_level: -70", "silence_level: 3", ["audio.silence_level", "less than or equal"]),
        ("jpeg_quality: 90", "jpeg_quality: 900", ["frames.jpeg_quality"]),
        (
            "min_pictures: 10",
            "min_pictures: 0",
            ["frames.min_pictures", "greater than or equal to"],
        ),
        (
            "min_seconds: 0.96",
            "min_seconds: -1.0",
            ["audio.min_seconds", "greater than or equal to"],
        ),
        ("head: conv}", "head: convolution}", ["frame_cnn", "training.heads", "linear"]),
        ("head: gated}", "head: deep}", ["matrix.early.early_gated.head", "lacks 'deep'"]),
        ("backbone: pixels", "backbone: pixel", ["frame_cnn.backbone", "'pixel'", "pixels"]),
        ("picture: colour, sound: mfcc", "picture: mfcc, sound: mfcc", ["early", "colour, pixels"]),
        ("colour_mlp:", "Colour-mlp:", ["approaches.Colour-mlp"]),
        ("context: max", "context: sum", ["colour_max.context", "'sum'", "attention, temporal"]),
        ("window: end", "window: begin", ["mfcc_linear_end.window", "'begin'"]),
        (
            "picture: frame_cnn, sound: window_cnn}",
            "picture: window_cnn, sound: window_cnn}",
            ["late_cnn.picture", "'window_cnn'", "expected one of colour_linear"],
        ),
        ("context: max,", "window: end, context: max,", ["colour_max.window", "of sound"]),
        ("    attention:", "    intention:", ["training.contexts lacks 'attention'"]),
        ("late_cnn: {", "frame_cnn: {", ["name of its own", "frame_cnn"]),
        ("sound_window: start", "sound_window: begin", ["sound_window"]),
        ("    Horror: 0.", "    Horor: 0.", ["unknown genre", "Horor"]),
        (
            "  pretrained: {}",
            "  pretrained: {clip: {family: clip, reads: frames, prompts: {Horror: [a scare]}}}",
            ["matrix.pretrained.clip", "prompts lack Action, Adventure, Comedy, Crime, Drama"],
        ),
        (
            "  pretrained: {}",
            "  pretrained: {clip: {family: clip, reads: frames, prompts: {Horor: [a scare]}}}",
            ["unknown genre", "Horor"],
        ),
        (
            "  zero_shot: {}",
            "  zero_shot: {asked: {backbone: colour}}",
            ["zero_shot.asked.backbone", "'colour'", "matrix.pretrained with prompts: none is"],
        ),
        (
            "{backbone: colour, context: max, head: linear}",
            "{backbone: colour, context: max, head: few_shot}",
            ["colour_max.backbone", "with prompts: none is", "colour_max.context", "mean or each"],
        ),
    ],
)
def test_an_error_is_told_with_what_was_found_and_expected(tmp_path, old, new, parts):
    message = error_of(tmp_path, old, new)
    for part in parts:
        assert part in message


def test_an_error_is_told_with_its_line(tmp_path):
    message = error_of(tmp_path, "folds: 5", "folds: 1")
    assert f"params.yaml:{line_of('folds: 5')}: splits.folds" in message


def test_what_does_not_fit_together_is_named_with_its_line_all_at_once(tmp_path):
    path = tmp_path / "params.yaml"
    changed = TEXT.replace("colour_max: {backbone: colour", "colour_max: {backbone: color", 1)
    changed = changed.replace("mfcc: {family: mfcc,", "mfcc: {family: mffc,", 1)
    changed = changed.replace("sound_window: start", "sound_window: middle", 1)
    changed = changed.replace("  - middle\n", "", 1)
    path.write_text(changed)
    with pytest.raises(BenchmarkError) as caught:
        load(path)
    for what, where in (
        ("matrix.approaches.colour_max.backbone: found 'color'", "colour_max: {"),
        ("matrix.backbones.mfcc.family: found 'mffc', expected one of", "mfcc: {family"),
        ("training.sound_window: is not one of audio.windows", "sound_window: middle"),
    ):
        line = changed[: changed.index(where)].count("\n") + 1
        assert f"params.yaml:{line}: {what}" in str(caught.value)


def of_pictures() -> dict:
    """The content of params.yaml with the approaches of pictures alone."""
    content = yaml12.read(TEXT)
    matrix = content["matrix"]
    matrix["backbones"] = {slug: matrix["backbones"][slug] for slug in ("colour", "pixels")}
    matrix["approaches"] = {
        slug: approach
        for slug, approach in matrix["approaches"].items()
        if approach["backbone"] in matrix["backbones"]
    }
    matrix |= {"early": {}, "late": {}, "headline": {"picture": "colour_linear"}}
    return content


def test_a_matrix_of_pictures_alone_is_one(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(yaml12.block(of_pictures()))
    params = load(path)
    assert {cell.modality for cell in cells(params)} == {"none", "picture"}
    assert params.matrix.headline.named == {"picture": "colour_linear"}
    assert params.matrix.headline.leading == "colour_linear"


@pytest.mark.parametrize(
    ("section", "entry", "said"),
    [
        (
            "early",
            {"own": {"picture": "colour", "sound": "mfcc", "head": "linear"}},
            "early.own.sound: found 'mfcc', and the matrix has none of sound: leave this out",
        ),
        (
            "late",
            {"own": {"picture": "colour_linear", "sound": "mfcc_linear"}},
            "late.own.sound: found 'mfcc_linear', and matrix.approaches has none of sound",
        ),
        (
            "headline",
            {"picture": "colour_linear", "sound": "mfcc_linear"},
            "headline.sound: found 'mfcc_linear', and the matrix has none of sound",
        ),
        (
            "headline",
            {},
            "headline: names no approach, expected some of picture, sound, words, both",
        ),
    ],
)
def test_what_a_matrix_cannot_name_it_is_told_to_leave_out(tmp_path, section, entry, said):
    path, content = tmp_path / "params.yaml", of_pictures()
    content["matrix"][section] = entry
    path.write_text(yaml12.block(content))
    with pytest.raises(BenchmarkError) as caught:
        load(path)
    assert said in str(caught.value)


def test_both_in_a_headline_needs_picture_and_sound(tmp_path):
    old = "headline: {picture: colour_linear, sound: mfcc_linear, both: late_linear}"
    message = error_of(tmp_path, old, "headline: {picture: colour_linear, both: late_linear}")
    assert "headline.both: is not a fusion of the headline's picture and sound" in message


def test_all_errors_are_told_at_once(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(TEXT.replace("folds: 5", "folds: 0").replace("count: 31", "count: none"))
    with pytest.raises(BenchmarkError) as caught:
        load(path)
    assert "splits.folds" in str(caught.value) and "frames.count" in str(caught.value)


def test_an_unknown_key_of_an_entry_lists_the_known_ones(tmp_path):
    message = error_of(tmp_path, "head: conv}", "heat: conv}")
    assert "frame_cnn.heat: unknown parameter, did you mean 'head'?" in message
    message = error_of(tmp_path, "head: conv}", "head: conv, xyz: 1}")
    assert "frame_cnn.xyz: unknown parameter; known: backbone, code, context, fewer_" in message


def test_not_yaml_and_not_there(tmp_path):
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(BenchmarkError, match="not valid YAML"):
        load(tmp_path / "bad.yaml")
    with pytest.raises(BenchmarkError, match="run from the project's folder"):
        load(tmp_path / "none.yaml")


def test_cells_are_the_prior_and_every_declared_approach():
    params = load(ROOT / "params.yaml")
    found = {cell.slug: cell for cell in cells(params) if not cell.base}
    declared = [*params.matrix.approaches, *params.matrix.early, *params.matrix.late]
    assert list(found) == ["prior", *declared]
    fewer = {cell.slug: cell for cell in cells(params) if cell.base}
    assert fewer["colour_mlp_one"] == replace(
        found["colour_mlp"], slug="colour_mlp_one", labels="one", base="colour_mlp"
    )
    assert len(fewer) == 6
    assert found["frame_cnn"].modality == "picture"
    assert found["window_cnn"].modality == "sound"
    assert {cell.modality for cell in found.values() if cell.kind in ("early", "late")} == {"both"}


def test_stages_read_only_the_sections_that_dvc_knows_they_read():
    """An undeclared parameter would change results without a re-run."""
    import yaml

    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    for name in ("catalogue", "download", "frames", "audio", "splits", "embed"):
        declared = {
            str(param).split(".")[0] for param in stages[name].get("do", stages[name])["params"]
        }
        source = (ROOT / f"stages/{name}.py").read_text()
        read = set(re.findall(r"(?:load\(\)|\bparams)\.(\w+)", source))
        sections = read & set(load(ROOT / "params.yaml").__dataclass_fields__)
        assert sections <= declared, name


def test_of_very_many_errors_the_first_hundred_are_named(tmp_path):
    many = "".join(f"unknown_{number}: 1\n" for number in range(2000))
    message = error_of(tmp_path, "catalogue:", many + "catalogue:")
    assert "unknown_99: unknown parameter" in message and "unknown_100" not in message
    assert "\nand 1,900 more\n" in message


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("9" * 5000, "an integer of 5000 characters"),
        ("0x" + "f" * 5000, "an integer of 5002 characters"),
        (".inf", "(found: inf)"),
        ("1e999", "(found: inf)"),
        ("1e308", "(found: 1e+308)"),
        ("!!int ten", "not of its type tag:yaml.org,2002:int"),
        ("!!bool ten", "not of its type tag:yaml.org,2002:bool"),
        ("!!timestamp ten", "not of its type tag:yaml.org,2002:timestamp"),
        ("[" * 100 + "]" * 100, "values within values, more than 50 deep"),
        ("{!!merge <<: {a: 1}}", "a merge (!!merge)"),
    ],
    ids=lambda text: text[:20],
)
def test_a_value_beyond_all_measure_is_one_sentence(tmp_path, value, part):
    old = next(line for line in TEXT.splitlines() if line.startswith("  retries: "))
    message = error_of(tmp_path, old, f"  retries: {value}")
    line = line_of(old)
    assert part in message and len(message) < 600
    assert f"params.yaml:{line}:" in message or f"line {line}, column" in message


def test_merges_of_merges_are_refused_before_they_grow(tmp_path):
    """Each line has twice the values of the one before, the last of them its own."""
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{!!merge <<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 10)]
    message = error_of(tmp_path, "catalogue:", "\n".join([*lines, "catalogue:"]))
    assert "a merge (!!merge)" in message
    message = error_of(tmp_path, "catalogue:", "own: &own {a: *own}\ncatalogue:")
    assert "params.yaml" in message and "an alias (*name)" in message
