"""OpenL3: audio and image networks trained together to tell which sound belongs to which picture.

Architecture, front ends and layout of the weights: the package openl3 0.4.2 (marl/openl3), which
benchmarks/openl3_parity.py runs beside this on the same clips and pictures.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from stages.embedding import papers
from stages.embedding.clips import resample
from stages.embedding.network import Network
from stages.embedding.openl3_mel import FRONT_ENDS, RATE, decibels, windows_of
from stages.embedding.records import Modality, Record, Source

EPSILON = 1e-3  # of Keras' BatchNormalization
WIDTHS = (64, 64, 128, 128, 256, 256, 512, 512)
SIDE, SCALED = 224, 256  # pixels
PIXELS = ("signed", "package")
# the last pooling, by model: what is left of its map times 512 is the embedding
POOLS = {("audio", 512): (32, 24), ("audio", 6144): (8, 8)} | {
    ("image", 512): (28, 28),
    ("image", 8192): (7, 7),
}
CONTENT = {"env": "environmental sounds", "music": "music"}
NOTE = (
    "AudioSet is cut from YouTube videos, so it may include some of these trailers. By an error in "
    "the training code a video's sound and picture need not be simultaneous (README of openl3). "
)
SOUND_NOTE = (
    "The package's spectrogram is not the one that its weights were trained with: embeddings have "
    "a cosine of 0.976. Default is the package's; option front_end: legacy is the other. One "
    "window a second, where the package takes ten that overlap, at ten times the cost: option "
    "hop_seconds. As in the package the first window is centred on the clip's start, its first "
    "half silent: option center."
)
PICTURE_NOTE = (
    "The middle 224 × 224 of a frame whose shorter side is 256, in [-1, 1], as in training. The "
    "package does so only for images of 224 × 224: larger ones it scales to [0, 1] (shorter side "
    "above 256), or divides by the largest value of all images given at once. Option pixels: "
    "package does that for each frame by itself."
)


def _record(half: str, content: str, size: int) -> Record:
    modality: Modality = "sound" if half == "audio" else "picture"
    file = f"openl3_{half}_mel256_{content}-v0_4_0.h5.gz"
    return Record(
        name=f"OpenL3 {modality}",
        modality=modality,
        input="48 kHz, windows of 1 s every second, or hop_seconds (199 frames × 256 mel bands)"
        if modality == "sound"
        else "224 × 224 RGB, the middle of a frame of shorter side 256",
        shape=(size,),
        parameters=4_687_042 if modality == "sound" else 4_688_198,
        trained_on=f"part of AudioSet, mostly {CONTENT[content]}: whether sound and picture match",
        licence="CC BY 4.0",
        paper="Cramer et al. 2019",
        training_sets=("AudioSet",),
        released="2019",
        bibtex=papers.OPENL3,
        source=Source(
            file=file,
            url=f"https://github.com/marl/openl3/raw/models/{file}",
            stated_in="marl/openl3, setup.py of 0.4.2: file and address",
        ),
        note=NOTE + (SOUND_NOTE if modality == "sound" else PICTURE_NOTE),
    )


class Family(Network):
    RECORDS: ClassVar = {
        f"{half}_{content}_{size}": _record(half, content, size)
        for half, size in POOLS
        for content in CONTENT
    }
    batch_size = 4  # each layer of the first block takes 13 MB a window; more is not faster
    sample_rate = RATE
    window_seconds = 1.0
    hop_seconds = 1.0
    lead_seconds = 0.5  # how long before the clip's start the first window begins

    def __init__(self, model: str = "", **options: Any) -> None:
        """Options of sound: front_end, hop_seconds, center; of pictures: pixels."""
        super().__init__(model)
        sound = {"front_end": "current", "hop_seconds": 1.0, "center": True}
        known: dict[str, Any] = sound if self.modality == "sound" else {"pixels": "signed"}
        if unknown := options.keys() - known:
            raise ValueError(
                f"unknown options: {', '.join(sorted(unknown))}; {model} has {', '.join(known)}"
            )
        chosen = {**known, **options}
        if self.modality == "picture":
            self.pixels = _one_of(PIXELS, "pixels", chosen)
            return
        self.front_end = _one_of(FRONT_ENDS, "front_end", chosen)
        self.center = _one_of((True, False), "center", chosen)
        hop = chosen["hop_seconds"]
        if isinstance(hop, bool) or not isinstance(hop, int | float) or not 1 / RATE <= hop <= 60:
            raise ValueError(f"hop_seconds is a number above 0 and up to 60, not {hop!r}")
        self.hop = int(hop * RATE)  # cut off, as the package does
        self.hop_seconds = self.hop / RATE
        self.lead_seconds = 0.5 if self.center else 0.0

    def build(self) -> nn.Module:
        half, _, size = self.model.split("_")
        layers: dict[str, nn.Module] = {}
        channels = 1 if half == "audio" else 3
        layers["norm0"] = nn.BatchNorm2d(channels, EPSILON)
        for number, width in enumerate(WIDTHS, start=1):
            layers[f"conv{number}"] = nn.Conv2d(channels, width, 3, padding=1)
            channels = width
            if number == len(WIDTHS):
                break
            after = {
                f"norm{number}": nn.BatchNorm2d(width, EPSILON),
                f"relu{number}": nn.ReLU(inplace=True),
            }
            turned = half == "image" and number == 2  # the one pair that is the other way round
            layers |= dict(reversed(after.items())) if turned else after
            if number % 2 == 0:
                layers[f"pool{number}"] = nn.MaxPool2d(2)
        layers["pool"] = nn.MaxPool2d(POOLS[half, int(size)])
        network = nn.Sequential()
        for name, layer in layers.items():
            network.add_module(name, layer)
        return network

    def convert(self, published: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """From Keras' layout by order, as the package loads it: files number layers differently.

        The layer of the spectrogram that files before 0.4.0 have is left out.
        """
        wanted = self.expected_state()
        if published.keys() == wanted.keys():
            found = dict(published)
        else:
            weights = [t for name, t in published.items() if not _spectrogram(name)]
            names = [name for name in wanted if not _counts(name)]
            if len(weights) != len(names):
                raise ValueError(
                    f"this is not {self.model}: it has {len(weights)} weights, not {len(names)}"
                )
            found = {name: _from_keras(t) for name, t in zip(names, weights, strict=True)}
            # how many batches a norm has seen is of no use, but part of its state
            found |= {name: torch.tensor(0) for name in wanted if _counts(name)}
        for name, like in wanted.items():
            if found[name].shape != like.shape:
                raise ValueError(
                    f"this is not {self.model}: {name} is {tuple(found[name].shape)}, "
                    f"not {tuple(like.shape)}"
                )
        return {name: found[name].to(like.dtype).contiguous() for name, like in wanted.items()}

    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Windows (n, 48000), or pictures (n, 224, 224, 3), float32."""
        if self.modality == "picture":
            return np.stack([_picture(frame, self.pixels == "signed") for frame in trailer])
        waveform = resample(np.asarray(trailer), sample_rate, RATE)
        return windows_of(waveform, self.hop, self.center).numpy()

    def forward(self, items: Tensor) -> Tensor:
        if self.modality == "sound":
            items = decibels(items, self.front_end)[..., None]
        maps: Tensor = self.network(items.permute(0, 3, 1, 2))
        return maps.permute(0, 2, 3, 1).flatten(1)  # Keras has the channel fastest

    def _to_device(self, network: nn.Module) -> None:
        super()._to_device(network)
        self.network = self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in its stubs


def _one_of(known: Sequence[Any], option: str, chosen: Mapping[str, Any]) -> Any:
    if chosen[option] not in known:
        names = ", ".join(map(str, known))
        raise ValueError(f"{option} is one of {names}, not {chosen[option]!r}")
    return chosen[option]


def _spectrogram(name: str) -> bool:
    return "spectrogram" in name.split("/")[0]


def _counts(name: str) -> bool:
    return name.endswith("num_batches_tracked")


def _from_keras(weight: Tensor) -> Tensor:
    """Kernels are (height, width, in, out) there."""
    return weight.permute(3, 2, 0, 1) if weight.ndim == 4 else weight


def _picture(frame: np.ndarray, signed: bool) -> np.ndarray:
    """The middle of a frame, at a shorter side of 224 to 256: (224, 224, 3) float32.

    frame: (h, w, 3) uint8. signed: in [-1, 1]. Otherwise as openl3's _preprocess_image_batch does
    with this frame alone; shorter sides below 224, which it refuses, go as those above 256.
    """
    whole = frame.shape[:2] == (SIDE, SIDE)
    pixels = torch.from_numpy(np.ascontiguousarray(frame)).to(torch.float32)
    scale = not SIDE <= min(frame.shape[:2]) <= SCALED
    if scale:
        pixels = _scaled(pixels)
    top, left = (length // 2 - SIDE // 2 for length in pixels.shape[:2])
    pixels = pixels[top : top + SIDE, left : left + SIDE]
    if signed or whole:
        pixels = 2 * (pixels / 255) - 1
    elif scale:
        pixels = pixels / 255
    else:
        pixels = pixels / pixels.amax().clamp(min=1)
    return pixels.numpy()


def _scaled(pixels: Tensor) -> Tensor:
    """To a shorter side of 256: bilinear, half-pixel centres, no low-pass, as skimage's rescale."""
    height, width = pixels.shape[:2]
    factor = SCALED / min(height, width)
    size = (round(height * factor), round(width * factor))
    planes = pixels.permute(2, 0, 1)[None].double()
    scaled = nn.functional.interpolate(planes, size, mode="bilinear", align_corners=False)
    return scaled[0].permute(1, 2, 0).to(torch.float32)
