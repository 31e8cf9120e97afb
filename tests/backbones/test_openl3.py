"""OpenL3 against the answers of its own package; see test_openl3_shared.py for more of them.

data/openl3.npz was computed by openl3 0.4.2 (TensorFlow 2.20, Keras 3.13, kapre 0.4.1, as
requirements/openl3.txt has them) from the sound, the frames and the weights that this file makes
from a seed. data/openl3_front_ends.npz is an excerpt of the references in ../shared: half a second
of sound, the last 14 of every eighth frame that the package and kapre 0.1.4's functions made of it,
and both filterbanks.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from stages.backbones.openl3 import Family
from stages.base.errors import BenchmarkError
from stages.embedding.base import create
from stages.embedding.openl3_mel import decibels, filterbank, windows_of
from tests.backbones.seeded import holding, noise

DATA = Path(__file__).parent / "data"
WIDTHS = (64, 64, 128, 128, 256, 256, 512, 512)
SIZES = ((224, 224), (300, 400), (240, 250), (256, 300))


def published(half: str) -> dict[str, Tensor]:
    """Weights of a half as its published file holds them, from a seed: Keras' names and layout."""
    random = np.random.RandomState({"audio": 11, "image": 12}[half])
    found: dict[str, np.ndarray] = {}

    def norm(layer: str, width: int, mean: float, spread: float) -> None:
        values = [noise(random, (width,)) for _ in range(4)]
        found[f"{layer}/{layer}/gamma:0"] = 1 + 0.3 * values[0]
        found[f"{layer}/{layer}/beta:0"] = 0.3 * values[1]
        found[f"{layer}/{layer}/moving_mean:0"] = mean + 0.3 * spread * values[2]
        found[f"{layer}/{layer}/moving_variance:0"] = spread**2 * (1 + 0.5 * values[3])

    of = {"audio": 1, "image": 3}[half]
    mean, spread = {"audio": (-40.0, 20.0), "image": (0.0, 0.5)}[half]
    norm("batch_normalization", of, mean, spread)
    for number, width in enumerate(WIDTHS):
        last = number == len(WIDTHS) - 1
        layer = f"conv2d_{number}" if not last else f"{half}_embedding_layer"
        kernel = noise(random, (3, 3, of, width)) * np.sqrt(6 / 9 / of)  # He et al. 2015
        found[f"{layer}/{layer}/kernel:0"] = kernel
        found[f"{layer}/{layer}/bias:0"] = 0.3 * noise(random, (width,))
        if not last:
            norm(f"batch_normalization_{number + 1}", width, 0, 1)
        of = width
    return {name: torch.from_numpy(values.astype(np.float32)) for name, values in found.items()}


def sound() -> np.ndarray:
    """1.5 s at 48 kHz: four tones and noise that swells and never ends, (72000,) float32."""
    time = np.arange(72_000) / 48_000
    tones = sum(np.sin(2 * np.pi * hertz * time) for hertz in (220, 1250, 5300, 15_000))
    swell = 0.02 + 0.2 * np.abs(np.sin(2 * np.pi * 0.7 * time))
    mixed = 0.1 * tones + swell * noise(np.random.RandomState(3), time.shape)
    return mixed.astype(np.float32)


def frame(size: tuple[int, int]) -> np.ndarray:
    """A frame of noise, (height, width, 3) uint8; its darkest and brightest are 0 and 199."""
    random = np.random.RandomState(sum(size))
    return (np.frombuffer(random.bytes(size[0] * size[1] * 3), np.uint8) % 200).reshape(*size, 3)


@pytest.fixture(scope="module")
def seeded():
    return {half: published(half) for half in ("audio", "image")}


@pytest.fixture(scope="module")
def original():
    with np.load(DATA / "openl3.npz") as arrays:
        return dict(arrays)


@pytest.fixture(scope="module")
def front_ends():
    with np.load(DATA / "openl3_front_ends.npz") as arrays:
        return dict(arrays)


class TestOriginal:
    """Reached: mel 4e-5 dB, sound 5e-6 (largest 5.6), pictures 1e-5, their embedding 2e-5 (21)."""

    def test_mel(self, original):
        items = torch.from_numpy(Family("audio_env_512", hop_seconds=0.5).prepare(sound(), 48_000))
        mel = decibels(items, "current")
        assert mel.shape == (3, 256, 199)
        np.testing.assert_allclose(mel[:, :, ::16], original["mel"], atol=1e-3, rtol=0)

    def test_sound(self, seeded, original):
        backbone = holding(Family("audio_env_512", hop_seconds=0.5), seeded["audio"])
        embedding = backbone(sound(), 48_000)
        np.testing.assert_allclose(embedding, original["audio_512"], atol=1e-4, rtol=0)
        backbone = holding(Family("audio_music_6144", hop_seconds=0.5), seeded["audio"])
        embedding = backbone(sound(), 48_000)[1]
        np.testing.assert_allclose(embedding, original["audio_6144"], atol=1e-4, rtol=0)

    def test_pictures_as_the_package_takes_them(self, seeded, original):
        backbone = holding(Family("image_env_512", pixels="package"), seeded["image"])
        items = backbone.prepare([frame(size) for size in SIZES], 0)
        sparse = items[:, ::16, ::16]
        np.testing.assert_allclose(sparse, original["pictures"], atol=2e-5, rtol=0)
        embedding = backbone.embed_items(items)
        np.testing.assert_allclose(embedding, original["image_512"], atol=2e-4, rtol=0)

    def test_pictures_in_the_range_of_training(self, seeded, original):
        """What the package computes for the middle of a frame, handed to it as 224 × 224."""
        backbone = holding(Family("image_env_512"), seeded["image"])
        embedding = backbone([frame((256, 300))])[0]
        np.testing.assert_allclose(embedding, original["cropped_512"], atol=2e-4, rtol=0)
        backbone = holding(Family("image_env_8192"), seeded["image"])
        embedding = backbone([frame((224, 224))])[0]
        np.testing.assert_allclose(embedding, original["image_8192"], atol=2e-4, rtol=0)

    @pytest.mark.parametrize("front_end", ["current", "legacy"])
    def test_front_ends(self, front_ends, front_end):
        """Reached: filterbanks 7e-9, mel 2e-4 dB."""
        bank = front_ends[f"{front_end}_filterbank"]
        np.testing.assert_allclose(filterbank(front_end), bank, atol=5e-8, rtol=0)
        window = windows_of(torch.from_numpy(front_ends["wave"]), 24_000, center=True)
        mel = decibels(window, front_end)[0, :, 87::8]
        np.testing.assert_allclose(mel, front_ends[f"{front_end}_mel"], atol=1e-3, rtol=0)


class TestWindows:
    @pytest.mark.parametrize(
        ("samples", "options", "windows", "starts_at"),
        [
            (480_000, {}, 11, -24_000),  # 1 + ceil((504000 - 48000) / 48000), rounded up
            (480_000, {"hop_seconds": 0.1}, 96, -24_000),  # as PARITY has it
            (480_000, {"hop_seconds": 0.5}, 20, -24_000),
            (480_000, {"center": False}, 10, 0),
            (480_001, {"center": False}, 11, 0),
            (20_000, {"center": False}, 1, 0),
            (1, {}, 1, -24_000),
        ],
    )
    def test_where_they_lie(self, samples, options, windows, starts_at):
        family = Family("audio_env_512", **options)
        clip = np.arange(1, samples + 1, dtype=np.float32)
        items = family.prepare(clip, 48_000)
        assert items.shape == (windows, 48_000)
        assert family.lead_seconds * 48_000 == -starts_at
        hop = round(family.hop_seconds * 48_000)
        for number, item in enumerate(items):
            inside = np.arange(48_000) + starts_at + number * hop
            heard = (inside >= 0) & (inside < samples)
            assert (item == np.where(heard, inside + 1, 0)).all()
        assert items.max() == samples  # the last sample is in a window

    def test_hop_is_cut_off_to_whole_samples(self):
        assert Family("audio_env_512", hop_seconds=0.29).hop_seconds == 13_919 / 48_000

    def test_silence_is_the_loudest_there_is(self):
        assert (decibels(torch.zeros(2, 48_000), "current") == 0).all()
        assert (decibels(torch.zeros(2, 48_000), "legacy") == 0).all()


class TestPictures:
    @pytest.mark.parametrize("pixels", ["signed", "package"])
    def test_a_frame_does_not_depend_on_the_others(self, pixels):
        family = Family("image_env_512", pixels=pixels)
        bright = np.full((256, 455, 3), 255, np.uint8)
        for size in ((256, 300), (300, 400), (144, 256)):
            alone = family.prepare([frame(size)], 0)[0]
            assert (family.prepare([bright, frame(size)], 0)[1] == alone).all()

    @pytest.mark.parametrize("size", [(256, 455), (455, 256), (224, 224), (720, 1280), (90, 160)])
    def test_black_and_white(self, size):
        frames = [np.full((*size, 3), value, np.uint8) for value in (0, 255)]
        black, white = Family("image_env_512").prepare(frames, 0)
        assert (black == -1).all() and np.allclose(white, 1, atol=1e-6)

    def test_the_middle_is_kept(self):
        spotted = np.zeros((256, 456, 3), np.uint8)
        spotted[16, 116] = spotted[239, 339] = 255  # first and last of rows 16…239, columns 116…339
        picture = Family("image_env_512").prepare([spotted], 0)[0]
        assert (picture[0, 0] == 1).all() and (picture[-1, -1] == 1).all()
        assert (picture == 1).sum() == 6


class TestConvert:
    def test_by_order_whatever_the_layers_are_called(self, seeded):
        state = Family("audio_env_512").convert(seeded["audio"])
        older = {"melspectrogram/melspectrogram/real:0": torch.zeros(2048, 1, 1, 1025)}
        older |= {f"other_{i}/w:0": tensor for i, tensor in enumerate(seeded["audio"].values())}
        again = Family("audio_env_512").convert(older)
        assert all(torch.equal(again[name], tensor) for name, tensor in state.items())
        kernel = seeded["audio"]["conv2d_1/conv2d_1/kernel:0"]  # (height, width, in, out)
        assert state["conv2.weight"][3, 5, 0, 2] == kernel[0, 2, 5, 3]

    def test_what_was_converted_loads_and_passes_through(self, seeded, tmp_path):
        state = Family("image_env_512").convert(seeded["image"])
        again = Family("image_env_512").convert(state)
        assert list(again) == list(state)
        assert all(torch.equal(again[name], tensor) for name, tensor in state.items())
        save_file(state, tmp_path / "weights.safetensors")
        create("openl3", tmp_path / "weights.safetensors", "image_env_512")

    def test_other_weights_are_refused(self, seeded):
        with pytest.raises(ValueError, match=r"not audio_env_512: norm0\.weight is \(3,\)"):
            Family("audio_env_512").convert(seeded["image"])
        fewer = dict(list(seeded["audio"].items())[:-1])
        with pytest.raises(ValueError, match="it has 47 weights, not 48"):
            Family("audio_env_512").convert(fewer)


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ("audio_env_512", {"front_end": "new"}, "front_end is one of current, legacy, not 'new'"),
        ("audio_env_512", {"hop_seconds": 0}, "hop_seconds is a number above 0 and up to 60"),
        ("audio_env_512", {"hop_seconds": True}, "hop_seconds is a number above 0 and up to 60"),
        ("audio_env_512", {"center": "yes"}, "center is one of True, False, not 'yes'"),
        ("audio_env_512", {"pixels": "signed"}, "unknown options: pixels; audio_env_512 has front"),
        ("image_env_512", {"pixels": "x"}, "pixels is one of signed, package, not 'x'"),
        ("image_env_512", {"center": True}, "unknown options: center; image_env_512 has pixels"),
    ],
)
def test_options_that_are_none(model, options, message):
    with pytest.raises(BenchmarkError, match=message):
        create("openl3", None, model, options)
