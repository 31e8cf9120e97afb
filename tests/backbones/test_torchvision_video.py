"""Video networks against torchvision's own transforms and forward, on random weights."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from stages.backbones.torchvision_video import MODELS, Family
from stages.base.errors import BenchmarkError
from stages.base.params import CLIP_PICTURES
from stages.embedding.base import create, create_unloaded
from stages.embedding.weights.published import read_published

pytestmark = pytest.mark.xdist_group("torchvision_video")


def random_numbers(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Others under every name; of integers, which are indices, the same in another order."""
    draw = torch.Generator().manual_seed(0)
    found = {}
    for name, tensor in state.items():
        if not tensor.is_floating_point():
            found[name] = tensor.roll(1) if tensor.ndim else tensor + 7
        else:  # small, and a variance is above 0
            found[name] = torch.rand(tensor.shape, generator=draw) * 0.05 + 0.01
    return found


@pytest.fixture(scope="module", params=MODELS)
def model(request) -> str:
    return str(request.param)


def clip(size: tuple[int, int] = (144, 256)) -> np.ndarray:
    random = np.random.default_rng(0)
    small = random.integers(0, 256, (CLIP_PICTURES, 9, 16, 3), dtype=np.uint8)
    large = torch.from_numpy(small).permute(0, 3, 1, 2).float()
    large = torch.nn.functional.interpolate(large, size, mode="bilinear")
    return large.round().to(torch.uint8).permute(0, 2, 3, 1).numpy()


def test_every_published_number_arrives(model, tmp_path):
    """All parameters and buffers, through the file as torchvision publishes it."""
    torch.manual_seed(0)
    published = random_numbers(MODELS[model].make().state_dict())
    torch.save(published, tmp_path / "published.pth")
    network = create_unloaded("torchvision_video", model)
    assert isinstance(network, Family)
    assert network.record.source is not None
    read = read_published(tmp_path / "published.pth", network.record.source.file)
    save_file(network.convert(read), tmp_path / "weights.safetensors")
    network.load(tmp_path / "weights.safetensors")
    loaded = network.network.state_dict()
    classifier = [n for n in published if n.startswith(f"{MODELS[model].classifier}.")]
    assert len(classifier) == 2 and loaded.keys() == published.keys() - set(classifier)
    for name, tensor in loaded.items():
        assert torch.equal(tensor.contiguous(), published[name]), name
    unsaved = {n for n, _ in network.network.named_buffers()} - loaded.keys()
    assert not unsaved, "a buffer that no file holds"


def test_the_same_as_torchvisions_own_way(model, tmp_path):
    torch.manual_seed(1)
    original = MODELS[model].make().eval()
    ours = create_unloaded("torchvision_video", model)
    assert isinstance(ours, Family)
    save_file(ours.convert(original.state_dict()), tmp_path / "weights.safetensors")
    backbone = create("torchvision_video", tmp_path / "weights.safetensors", model)
    pictures = clip()
    found = backbone([pictures])
    assert found.shape == (1, *backbone.record.shape)
    transform = MODELS[model].weights.transforms()
    with torch.inference_mode():
        prepared = transform(torch.from_numpy(pictures).permute(0, 3, 1, 2))
        expected = original(prepared[None])
        classifier = getattr(original, MODELS[model].classifier)
        logits = classifier(torch.from_numpy(found))
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=1e-4)


def test_pictures_are_prepared_to_the_bit(model):
    backbone = create_unloaded("torchvision_video", model)
    assert isinstance(backbone, Family)
    for size in ((144, 256), (256, 455), (256, 144)):
        (items,) = backbone.prepare([clip(size)], 0)
        transform = MODELS[model].weights.transforms()
        expected = transform(torch.from_numpy(clip(size)).permute(0, 3, 1, 2))
        mean, std = (torch.tensor(v)[:, None, None, None] for v in (transform.mean, transform.std))
        levels = ((expected * std + mean) * 255).permute(1, 0, 2, 3)
        assert items.dtype == np.uint8
        torch.testing.assert_close(torch.from_numpy(items).float(), levels, atol=1e-3, rtol=0)


def test_records_say_what_torchvision_says(model):
    record, known = Family.RECORDS[model], MODELS[model]
    source = record.source
    assert source is not None and source.url == known.weights.url
    assert source.begins and f"-{source.begins}." in source.file
    assert source.sha256.startswith(source.begins)
    with torch.device("meta"):
        classifier = getattr(known.make(), known.classifier)
    left_out = sum(parameter.numel() for parameter in classifier.parameters())
    assert record.parameters == known.weights.meta["num_params"] - left_out


def test_other_weights_and_other_clips_are_refused():
    backbone = create_unloaded("torchvision_video", "r2plus1d_18")
    assert isinstance(backbone, Family)
    state = backbone.build().state_dict()
    del state["layer4.1.conv2.0.0.weight"]
    with pytest.raises(ValueError, match=r"not the weights of r2plus1d_18: layer4\.1\.conv2"):
        backbone.convert(state)
    with pytest.raises(BenchmarkError, match="a clip of 15 pictures, expected 16"):
        backbone.prepare_items([clip()[1:]], 0)
