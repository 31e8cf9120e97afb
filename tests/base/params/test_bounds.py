"""Values that no run could make sense of are refused when read, with the value and the rule."""

from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import load, yaml12

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "params.yaml").read_text()
NUMBERS = [
    (section, name)
    for section, values in yaml12.read(TEXT).items()
    for name, value in values.items()
    if isinstance(value, int | float) and not isinstance(value, bool)
]


def refused(tmp_path, value, *keys) -> str:
    content = yaml12.read(TEXT)
    place = content
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path = tmp_path / "params.yaml"
    path.write_text(yaml12.block(content))
    with pytest.raises(BenchmarkError) as caught:
        load(path)
    message = str(caught.value)
    assert ".".join(map(str, keys)) in message
    return message


@pytest.mark.parametrize(
    ("keys", "value", "rule"),
    [
        ("training.seeds", [1, 1], "has 1 beside 1; its values must differ"),
        ("judging.thresholds", [0.5, 0.1, 0.5], "has 0.5 beside 0.5; its values must differ"),
        ("judging.thresholds", [0.1, 0.1 + 1e-7], "differ by more than 1e-06"),
        ("audio.windows", ["end", "start", "end"], "has 'end' beside 'end'"),
        ("matrix.approaches.colour_mlp.fewer_labels", ["one", "one"], "has 'one' beside 'one'"),
        ("training.seeds", [2**63], "less than 4294967296 (found: 9223372036854775808)"),
        ("splits.seed", 2**32, "less than 4294967296"),
        ("judging.seed", 2**32, "less than 4294967296"),
        ("sample.seed", -1, "greater than or equal to 0 (found: -1)"),
        ("audio.seconds", 1e-9, "greater than or equal to 0.5 (found: 1e-09)"),
        ("audio.seconds", 1e9, "less than or equal to 3600"),
        ("judging.sweep_step", 1e-9, "greater than or equal to 0.001 (found: 1e-09)"),
        ("judging.resamples", 10**9, "less than or equal to 1000000"),
        ("judging.permutations", 10**9, "less than or equal to 1000000"),
        ("download.files_under", "", "an empty text"),
        ("download.files_under", " ", "an empty text"),
        ("catalogue.path", "", "an empty text"),
        ("catalogue.second_source", "", "an empty text"),
        ("download.timeout_seconds", 1e-9, "greater than or equal to 0.1"),
        ("download.pause_seconds", 1e9, "less than or equal to 3600"),
        ("download.max_minutes", 1e-9, "greater than or equal to 0.01"),
        ("download.max_megabytes", 1e-9, "greater than or equal to 0.01"),
        ("download.max_height", 1, "greater than or equal to 16"),
        ("download.retries", 10**9, "less than or equal to 100"),
        ("frames.count", 10**9, "less than or equal to 10000"),
        ("splits.folds", 1000, "less than or equal to 100"),
        ("leaks.flat", 256.0, "less than or equal to 255"),
        ("leaks.luma_difference", 256.0, "less than or equal to 255"),
        ("leaks.sound_seconds", 1e-9, "greater than or equal to 0.5"),
        ("training.heads.mlp.learning_rate", 1e9, "less than or equal to 10"),
        ("training.heads.mlp.weight_decay", 1e9, "less than or equal to 1000000"),
        ("training.heads.mlp.epochs", 10**12, "less than or equal to 1000000000"),
        ("training.heads.linear.grid", [0.01, 0.01], "has 0.01 after 0.01; its values must rise"),
        ("training.heads.linear.grid", [], "at least 1 item"),
        ("training.heads.linear.grid", [0.0, 0.03], "greater than 0"),
        ("training.heads.mlp.epochs", [15, 15], "has 15 after 15; its values must rise"),
        ("training.heads.mlp.epochs", [], "at least 1 item"),
        ("training.heads.mlp.fixed", None, "missing: expected one of epochs and one of weight"),
        ("training.heads.mlp.fixed.epochs", 7, "is not one of epochs (found: 7)"),
        ("training.contexts.temporal.fixed.weight_decay", 7, "is not one of weight_decay"),
        ("training.heads.knn.fixed", 7, "is not one of the grid (found: 7)"),
        ("training.heads.linear", {"epochs": 3}, "missing"),
        ("training.heads.linear.epoch", 3, "unknown parameter; known: fixed, grid"),
        ("training.heads.mlp.epoch", 3, "unknown parameter, did you mean 'epochs'?"),
        (
            "training.heads.mlp",
            {"grid": [1], "fixed": 1},
            "is trained, not solved: expected epochs, batch_size",
        ),
        (
            "training.heads.linear",
            {"epochs": 1, "batch_size": 2, "learning_rate": 0.1, "weight_decay": 0},
            "is solved, not trained: expected grid and fixed",
        ),
        ("matrix.approaches.colour_linear.ungrouped", "yes", "valid boolean (found: 'yes')"),
        ("matrix.backbones.colour.options", {"a": [float("inf")]}, "has inf"),
        ("judging.resamples", 1000.5, "valid integer"),
    ],
)
def test_a_value_without_sense_is_refused_with_the_rule(tmp_path, keys, value, rule):
    assert rule in refused(tmp_path, value, *keys.split("."))


@pytest.mark.parametrize("value", [float("inf"), float("nan"), -float("inf")])
@pytest.mark.parametrize(("section", "name"), NUMBERS)
def test_no_number_is_infinite(tmp_path, section, name, value):
    refused(tmp_path, value, section, name)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ("splits.folds", 5.0),
        ("judging.resamples", 1e4),
        ("audio.seconds", 1),
        ("training.seeds", [2**32 - 1, 0]),
        ("judging.thresholds", [1e-05]),
        ("training.heads.mlp.learning_rate", 1e-05),
        ("training.heads.linear.grid", [1e-05, 0.1, 1]),
        ("download.files_under", None),
    ],
)
def test_what_makes_sense_is_taken(tmp_path, keys, value):
    content = yaml12.read(TEXT)
    *path, name = keys.split(".")
    place = content
    for key in path:
        place = place[key]
    place[name] = value
    (tmp_path / "params.yaml").write_text(yaml12.block(content))
    found = load(tmp_path / "params.yaml")
    for key in path:
        found = found[key] if isinstance(found, dict) else getattr(found, key)
    assert getattr(found, name) == (tuple(value) if isinstance(value, list) else value)
