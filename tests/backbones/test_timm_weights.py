"""Weights of timm's networks: loaded as timm loads them, the real ones and made-up ones."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import timm
import torch
from PIL import Image
from safetensors.torch import load_file
from sklearn.datasets import load_sample_image
from timm.data import create_transform
from torch import Tensor, nn

from stages.backbones.timm import Family
from tests.backbones.pictures import frame, made, seeded
from tests.backbones.seeded import noise

FROZEN = Path(__file__).parent / "data/timm.npz"
DINOV2 = "vit_small_patch14_dinov2.lvd142m"
MOBILENET = "mobilenetv2_100.ra_in1k"
# Keras' weights of ../shared pad and scale as TensorFlow does
KERAS: dict[str, Any] = {
    "arguments": {"pad_type": "same"},
    "config": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
}


class TestWeights:
    def test_the_classifier_is_left_out_and_the_rest_kept(self):
        published = seeded(timm.create_model("test_vit"))
        found = Family("test_vit.r160_in1k").convert(published)
        assert published.keys() - found.keys() == {"head.weight", "head.bias"}
        assert all(torch.equal(found[name], published[name]) for name in found)
        again = Family("test_vit.r160_in1k").convert(found)
        assert again.keys() == found.keys() and all(again[n] is found[n] for n in found)

    @pytest.mark.parametrize("model", ["test_vit.r160_in1k", "dla46x_c.in1k"])
    def test_other_weights_are_refused(self, model):
        """timm itself loads what fits of DLA and leaves the rest at random."""
        published = seeded(timm.create_model(model.split(".")[0]))
        name = next(n for n, tensor in published.items() if tensor.ndim > 1)
        lacking = {n: tensor for n, tensor in published.items() if n != name}
        odd = {**published, name: published[name][..., :1]}
        stranger = seeded(timm.create_model("test_resnet"))
        for wrong in (lacking, odd, stranger, {}):
            with pytest.raises(ValueError, match=model):
                Family(model).convert(wrong)

    def test_positions_are_resampled_to_the_size(self):
        small: dict[str, Any] = {"depth": 1, "embed_dim": 32, "num_heads": 2}
        published = seeded(timm.create_model("vit_small_patch14_dinov2", **small))
        found = Family(DINOV2, arguments=small).convert(published)  # as the stage does
        first, rest = published["pos_embed"].split([1, 37 * 37], dim=1)
        grid = rest.reshape(1, 37, 37, 32).permute(0, 3, 1, 2)
        grid = nn.functional.interpolate(grid, (16, 16), mode="bicubic", antialias=True)
        expected = torch.cat([first, grid.flatten(2).transpose(1, 2)], dim=1)
        torch.testing.assert_close(found["pos_embed"], expected, atol=1e-6, rtol=0)

    def test_clip_is_that_of_openai(self, tmp_path):
        """One block of its layout and activation, written from the paper's own description."""
        width, block = 64, nn.MultiheadAttention(64, 2, batch_first=True)
        random = np.random.RandomState(1)

        def drawn(*shape: int) -> Tensor:
            return torch.from_numpy(noise(random, shape)) * (3 / shape[-1]) ** 0.5

        layer = "visual.transformer.resblocks.0."
        shapes: dict[str, tuple[int, ...]] = {
            "visual.class_embedding": (width,),
            "visual.positional_embedding": (197, width),
            "visual.proj": (width, 512),
            "visual.conv1.weight": (width, 3, 16, 16),
            f"{layer}attn.in_proj_weight": (3 * width, width),
            f"{layer}attn.in_proj_bias": (3 * width,),
            f"{layer}attn.out_proj.weight": (width, width),
            f"{layer}attn.out_proj.bias": (width,),
            f"{layer}mlp.c_fc.weight": (4 * width, width),
            f"{layer}mlp.c_fc.bias": (4 * width,),
            f"{layer}mlp.c_proj.weight": (width, 4 * width),
            f"{layer}mlp.c_proj.bias": (width,),
            "token_embedding.weight": (100, width),
            "logit_scale": (),
        }
        for norm in ("visual.ln_pre", "visual.ln_post", f"{layer}ln_1", f"{layer}ln_2"):
            shapes |= {f"{norm}.weight": (width,), f"{norm}.bias": (width,)}
        w = {name: drawn(*shape) if shape else torch.ones(()) for name, shape in shapes.items()}

        def normed(x: Tensor, name: str) -> Tensor:
            return nn.functional.layer_norm(x, (width,), w[f"{name}.weight"], w[f"{name}.bias"])

        names = {n.split("attn.")[1]: tensor for n, tensor in w.items() if "attn." in n}
        block.load_state_dict(names)
        model = "vit_base_patch16_clip_quickgelu_224.openai"
        arguments = {"embed_dim": width, "depth": 1, "num_heads": 2}
        backbone = made(tmp_path, model, w, arguments=arguments)
        transform = create_transform(**backbone.timm_model.data_config())
        pixels = transform(Image.fromarray(frame(256, 455)))[None]
        with torch.inference_mode():
            x = nn.functional.conv2d(pixels, w["visual.conv1.weight"], stride=16)
            x = x.flatten(2).transpose(1, 2)
            x = torch.cat([w["visual.class_embedding"].expand(1, 1, width), x], dim=1)
            x = normed(x + w["visual.positional_embedding"], "visual.ln_pre")
            y = normed(x, f"{layer}ln_1")
            x = x + block(y, y, y)[0]
            y = nn.functional.linear(normed(x, f"{layer}ln_2"), *_of(w, f"{layer}mlp.c_fc"))
            y = y * torch.sigmoid(1.702 * y)
            x = x + nn.functional.linear(y, *_of(w, f"{layer}mlp.c_proj"))
            expected = normed(x[:, 0], "visual.ln_post")
        np.testing.assert_allclose(backbone([frame(256, 455)]), expected, atol=1e-4)


def _of(weights: Mapping[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


@pytest.fixture(scope="module")
def shared():
    """The folder of real weights and media, where there is one."""
    beside = Path(__file__).resolve().parents[3] / "shared"
    folder = Path(os.environ.get("TRAILER_SHARED", beside))
    if not (folder / "weights/mobilenetv2_100_imagenet.safetensors").exists():
        pytest.skip(f"no real weights below {folder}: set TRAILER_SHARED")
    return folder


def real(shared: Path, folder: Path, classes: int = 0) -> Family:
    published = load_file(shared / "weights/mobilenetv2_100_imagenet.safetensors")
    arguments = KERAS["arguments"] | {"num_classes": classes}
    return made(folder, MOBILENET, published, **KERAS | {"arguments": arguments})


class TestRealWeights:
    def test_tell_what_is_in_a_picture(self, shared, tmp_path):
        """Classes of ImageNet: 698 palace; 309 bee, 599 honeycomb, 985 daisy; 151-268 dogs."""
        classifier = real(shared, tmp_path, classes=1000)
        with av.open(str(shared / "media/dog_eating_854132.mp4")) as film:
            dog = [each.to_ndarray(format="rgb24") for each in film.decode(video=0)][::100]
        pictures = [load_sample_image("china.jpg"), load_sample_image("flower.jpg"), *dog]
        best = np.argsort(-classifier(pictures), axis=1)
        assert best[0, 0] == 698
        assert set(best[1, :3]) == {309, 599, 985}  # a bee on a flower
        assert set(best[2:, 0]) <= {222, 257}  # kuvasz, Great Pyrenees: it is white
        assert ((best[2:, :3] >= 151) & (best[2:, :3] <= 268)).all()

    def test_embed_as_timm_did(self, shared, tmp_path):
        backbone = real(shared, tmp_path)
        pictures = [load_sample_image("china.jpg"), load_sample_image("flower.jpg")]
        with np.load(FROZEN) as frozen:
            np.testing.assert_allclose(backbone(pictures)[:, ::80], frozen["real"], atol=0.02)
            ours = backbone([frame(256, 455)])[:, ::80]
            np.testing.assert_allclose(ours, frozen["real_frame"], atol=1e-4)


@pytest.mark.parametrize(
    ("model", "options"),
    [(MOBILENET, KERAS), ("test_vit.r160_in1k", {"config": {"input_size": [3, 96, 96]}})],
)
def test_embeddings_are_those_that_timm_gave(tmp_path, model, options):
    """Frozen: timm 1.0.31 alone, its own transform of a PIL picture, weights from the seed."""
    arguments = options.get("arguments", {})
    published = seeded(timm.create_model(model, **arguments))
    found = made(tmp_path, model, published, **options)([frame(256, 455), frame(301, 257)])
    with np.load(FROZEN) as frozen:
        expected = frozen[model.split(".")[0]]
    found = found[:, :: found.shape[1] // 16]
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())


def test_nothing_is_ever_fetched(tmp_path, monkeypatch):
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a network was touched")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    published = seeded(timm.create_model("test_convnext"))
    backbone = made(tmp_path, "test_convnext.r160_in1k", published)
    assert backbone([frame(256, 455)]).shape == (1, 64)
    with pytest.raises(ValueError, match="cannot load"):
        Family("test_convnext.r160_in1k").convert({})
