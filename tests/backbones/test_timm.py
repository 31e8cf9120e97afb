"""timm's networks through the family: seen as timm sees, described as they are."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from timm.data import create_transform, resolve_data_config
from timm.models import get_pretrained_cfg
from torch import nn

from stages.backbones.timm import Family
from stages.base.errors import BenchmarkError
from stages.embedding.base import create
from tests.backbones.pictures import frame, made, seeded

DINOV2 = "vit_small_patch14_dinov2.lvd142m"
SIZES = [(256, 455), (455, 256), (256, 256), (143, 256), (301, 257)]


def published(model: str) -> Any:
    return get_pretrained_cfg(model)


class TestSight:
    """What a network is given, against timm's transform of PIL pictures: equal to the bit."""

    @pytest.mark.parametrize(
        "model",
        [
            *Family.RECORDS,
            "test_vit.r160_in1k",  # 160 of 168
            "convnext_tiny.fb_in22k_ft_in1k_384",  # squashed, not cropped
            "deepseek_vit_412m.deepseek_v4_flash_vision_exp",  # bordered, not cropped
        ],
    )
    def test_is_that_of_timm(self, model):
        config = published(model).to_dict()
        if model == DINOV2:
            config["input_size"] = (3, 224, 224)
        transform = create_transform(**resolve_data_config(pretrained_cfg=config))
        frames = [frame(*size) for size in SIZES]
        expected = torch.stack([transform(Image.fromarray(each)) for each in frames])
        backbone = Family(model)
        items = backbone.prepare(frames, 0)
        assert items.dtype == np.uint8 and items.shape[-1] == 3
        backbone.network = nn.Identity()
        pixels = backbone.forward(torch.from_numpy(items))
        assert torch.equal(pixels, expected)
        assert pixels.is_contiguous(memory_format=torch.channels_last)

    def test_follows_the_entry(self):
        config = {"input_size": [3, 96, 96], "crop_pct": 0.5, "interpolation": "bilinear"}
        picture = Image.fromarray(frame(256, 455))
        expected = picture.resize((341, 192), Image.Resampling.BILINEAR).crop((122, 48, 218, 144))
        found = Family("resnet10t.c3_in1k", config=config).prepare([np.asarray(picture)], 0)
        assert (found[0] == np.asarray(expected)).all()


class TestRecords:
    @pytest.mark.parametrize("model", Family.RECORDS)
    def test_say_what_timm_says(self, model):
        record = Family.RECORDS[model]
        assert record == Family.describe(model, output="pooled")  # measured, not read
        assert record.source is not None and record.source.hub == published(model).hf_hub_id
        assert record.licence.lower().replace(" ", "-").startswith(published(model).license)

    def test_any_other_model_has_one_too(self, tmp_path):
        record = Family.describe("resnet10t")
        assert record == Family.describe("resnet10t.c3_in1k")
        assert record.shape == (512,) and record.input.endswith("176 × 176")
        assert record.source is not None
        assert record.source.name == "timm/resnet10t.c3_in1k/model.safetensors"
        network: Any = timm.create_model("resnet10t", num_classes=1000).eval()
        assert record.parameters == sum(p.numel() for p in network.parameters()) - 513_000
        backbone = made(tmp_path, "resnet10t", network.state_dict())
        transform = create_transform(**resolve_data_config(model=network))
        pixels = transform(Image.fromarray(frame(256, 455)))[None]
        with torch.inference_mode():
            expected = network.forward_head(network.forward_features(pixels), pre_logits=True)
        np.testing.assert_allclose(backbone([frame(256, 455)]), expected, atol=1e-5)

    @pytest.mark.parametrize(
        ("model", "options", "said"),
        [
            ("mobilnetv2_100", {}, "ids like it: mobilenetv2_100.ra_in1k"),
            ("vgg16.nope", {}, "ids like it: vgg16.tv_in1k"),
            ("hf_hub:timm/vgg16.tv_in1k", {}, "knows no weights"),
            ("vgg16", {"size": 3}, "known: arguments, config, output"),
            ("vgg16", {"output": "all"}, "not pooled or map"),
            ("vgg16", {"arguments": {"pretrained": True}}, "may not have pretrained"),
            ("vgg16", {"config": {"url": "x"}}, "may not have url"),
            ("vgg16", {"arguments": {"colour": 1}}, "cannot use vgg16 so"),
            (DINOV2, {"output": "map"}, "no feature map"),
            (DINOV2, {"arguments": {"img_size": 98}, "config": {"input_size": [3, 9, 9]}}, "twice"),
        ],
    )
    def test_what_cannot_be_is_said(self, model, options, said):
        with pytest.raises(BenchmarkError, match=said):
            create("timm", None, model, options)

    def test_dinov2_is_small_unless_it_is_asked_for_whole(self):
        positions = {size: 384 * ((size // 14) ** 2 + 1) for size in (224, 518)}
        whole = Family.describe(DINOV2, arguments={"img_size": 518}).parameters
        assert whole - Family.RECORDS[DINOV2].parameters == positions[518] - positions[224]

    def test_another_file_of_the_hub(self):
        config = {"hf_hub_filename": "open_clip_pytorch_model.bin"}
        record = Family.describe("vit_base_patch32_clip_224.openai", config=config)
        assert record.source is not None
        assert record.source.file == "open_clip_model.safetensors"


class TestMap:
    def test_of_vgg16_is_the_seed_studys(self):
        record = Family.describe("vgg16.tv_in1k", output="map")
        widths = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
        assert record.shape == (512, 7, 7)
        assert record.parameters == sum(
            9 * before * after + after for before, after in pairwise(widths)
        )

    @pytest.mark.parametrize(
        ("model", "arguments", "shape"),
        [
            ("resnet10t", {}, (512, 6, 6)),
            (  # timm has its channels last
                "swin_tiny_patch4_window7_224",
                {"embed_dim": 16, "depths": [1, 1, 1, 1], "num_heads": [1, 1, 2, 2]},
                (128, 7, 7),
            ),
        ],
    )
    def test_its_mean_is_the_pooled_embedding(self, tmp_path, model, arguments, shape):
        state = seeded(timm.create_model(model, num_classes=0, **arguments))
        pooled = made(tmp_path, model, state, arguments=arguments)
        mapped = made(tmp_path, model, state, arguments=arguments, output="map")
        found = mapped([frame(256, 455)])
        assert found.dtype == np.float16 and found.shape[1:] == shape == mapped.shape
        expected = pooled([frame(256, 455)])
        scale = np.abs(expected).max()
        means = found.astype(np.float32).mean(axis=(2, 3))
        np.testing.assert_allclose(means, expected, atol=1e-3 * scale)
