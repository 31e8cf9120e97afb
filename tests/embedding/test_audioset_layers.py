"""Speech, music and effects share AudioSet's classes among them, by the numbers of two networks."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from stages.backbones import efficientat, yamnet
from stages.base.errors import BenchmarkError
from stages.embedding.audioset_layers import CLASSES, LAYERS, columns_of
from stages.embedding.base import create_for_trial, describe
from tests.backbones.sounds import recipe

NETWORKS = {"yamnet": "yamnet_scores", "efficientat": "mn04_scores"}


def test_every_class_is_of_one_layer():
    assert sorted(number for layer in LAYERS.values() for number in layer) == list(range(CLASSES))
    assert len(yamnet.Family.classes) == 521 and len(efficientat.Family.classes) == 527


def test_columns_follow_the_order_of_a_network():
    assert columns_of("speech", yamnet.Family.classes).tolist() == [0, 1, 2, 3, 4, 5]
    assert columns_of("speech", range(CLASSES)).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    music = columns_of("music", yamnet.Family.classes)
    assert yamnet.Family.classes[music[0]] == 27 and yamnet.Family.classes[music[-1]] == 282


@pytest.mark.parametrize(("family", "model"), NETWORKS.items())
def test_a_layer_is_a_part_of_the_scores(family, model):
    sound = recipe(32_000, 3.0)
    torch.manual_seed(0)
    every = create_for_trial(family, model)(sound, 32_000)
    assert ((every > 0) & (every < 1)).all()
    joined = np.full_like(every, np.nan)
    classes = {"yamnet": yamnet, "efficientat": efficientat}[family].Family.classes
    for layer in LAYERS:
        torch.manual_seed(0)
        backbone = create_for_trial(family, model, {"layer": layer})
        columns = columns_of(layer, classes)
        assert backbone.shape == (len(columns),) == describe(family, model, {"layer": layer}).shape
        joined[:, columns] = backbone(sound, 32_000)
    np.testing.assert_array_equal(joined, every)


@pytest.mark.parametrize(
    ("model", "layer", "said"),
    [
        ("yamnet", "music", "layer is an option of yamnet_scores"),
        ("yamnet_scores", "noise", "effects"),
    ],
)
def test_other_layers_and_models_are_refused(model, layer, said):
    with pytest.raises(BenchmarkError, match=said):
        describe("yamnet", model, {"layer": layer})
    with pytest.raises(BenchmarkError, match=said):
        create_for_trial("yamnet", model, {"layer": layer})


def test_numbers_are_of_the_classes_that_they_name():
    """By the names in AudioSet's list, and in YAMNet's."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside)) / "weights"
    if not (folder / "audioset_class_labels_indices.csv").exists():
        pytest.skip(f"no list of classes in {folder}: set TRAILER_SHARED to the folder above it")

    def names(file: str) -> list[str]:
        with (folder / file).open(encoding="utf-8") as lines:
            return [row["display_name"] for row in csv.DictReader(lines)]

    every, known = names("audioset_class_labels_indices.csv"), names("yamnet_class_map.csv")
    assert [every[number] for number in yamnet.Family.classes] == known
    speech, music = ([every[number] for number in LAYERS[name]] for name in ("speech", "music"))
    assert (speech[0], speech[-1]) == ("Speech", "Speech synthesizer")
    assert (music[0], music[10], music[11], music[-1]) == (
        *("Singing", "Humming"), *("Music", "Scary music"),
    )  # fmt: skip
    assert {"Shout", "Whistling", "Wind", "Explosion", "Silence"} <= {
        every[number] for number in LAYERS["effects"]
    }
