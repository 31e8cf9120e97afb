"""The record that is printed for a published model, against the library that knows it."""

import json
from typing import Any

import pytest
import timm

from stages.base.errors import BenchmarkError
from stages.commands.families.describing import describe_model
from stages.embedding.base import describe
from stages.embedding.records import Record, Source


def pasted(lines: list[str]) -> Record:
    """What a family's RECORDS would hold."""
    start = next(place for place, line in enumerate(lines) if line.endswith(": Record("))
    found = eval("{" + "\n".join(lines[start:]) + "\n}", {"Record": Record, "Source": Source})
    (record,) = found.values()
    assert isinstance(record, Record)
    return record


def test_a_model_of_timm_without_its_weights():
    lines = list(describe_model("timm:resnet10t.c3_in1k"))
    record, network = pasted(lines), timm.create_model("resnet10t", num_classes=0)
    assert record == describe("timm", "resnet10t.c3_in1k")
    assert record.parameters == sum(p.numel() for p in network.parameters())
    assert record.shape == (network.num_features,)
    assert record.licence == timm.models.get_pretrained_cfg_value("resnet10t.c3_in1k", "license")
    said = "\n".join(lines)
    assert "resnet10t_c3_in1k: {family: timm, model: resnet10t.c3_in1k, reads: frames}" in said
    assert "mean 0.485 0.456 0.406, std 0.229 0.224 0.225" in said
    assert "its tag 'c3_in1k' names ImageNet-1k" in said


def test_a_model_of_transformers_by_its_config_alone(tmp_path):
    import transformers

    sizes: dict[str, Any] = {"hidden_size": 8, "num_attention_heads": 2, "num_hidden_layers": 1}
    sizes |= {"intermediate_size": 16, "image_size": 32, "patch_size": 16}
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "vit", **sizes}))
    record = pasted(list(describe_model(f"transformers:{tmp_path}")))
    network = transformers.ViTModel(transformers.ViTConfig(**sizes))
    assert record.parameters == sum(p.numel() for p in network.parameters())
    assert (record.modality, record.shape, record.input) == ("picture", (8,), "32 × 32")
    assert "not stated" in record.licence


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("resnet18", "names no model"),
        ("timm:", "names no model"),
        ("timm:resnet18.nosuch", "timm knows no weights of 'resnet18.nosuch'"),
        ("transformers:{tmp_path}", "no config of this model is at hand"),
    ],
)
def test_what_is_not_known_is_told(name, said, tmp_path):
    with pytest.raises(BenchmarkError, match=said):
        list(describe_model(name.format(tmp_path=tmp_path)))
