"""The contract of a backbone, as checks that the tests and `stages.check_family` share."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.params import CLIP_PICTURES
from stages.base.params.modalities import JOINT
from stages.embedding.base import Backbone
from stages.embedding.network import Network
from stages.embedding.records import TRAINING_SETS
from stages.embedding.texts import coded

RATE = 48_000  # hertz
TOLERANCE = 1e-4
CHECKS = ("shapes", "shortest", "empty", "determinism", "batch_size", "record", "licence")
"""In the order in which a reviewer asks; each is a method of Contract."""
STATED = ("input", "trained_on", "licence", "paper")
TEXTS = ("This summer", "the house at the end of the road waits for all who come near it", "ÉTÉ 2")
NAMES = {  # of the shortest trailer, and of an empty one
    "frames": ("one frame", "black pictures"),
    "clips": ("one clip", "black pictures"),
    "audio": ("one sample", "silence"),
    JOINT: ("pictures and one sample", "black pictures in silence"),
    "words": ("one letter", "no words"),
}
Trailer = list[np.ndarray] | np.ndarray


@dataclass(frozen=True)
class Check:
    """One question, and how a backbone answers it."""

    name: str
    passed: bool
    found: str
    do: str = ""
    """What would make it pass."""


def trailer(backbone: Backbone, kind: str) -> Trailer:
    """Made-up input: three frames, two clips, three windows of sound as far as 10 s reach, pictures
    and one window, or three texts.

    kind: usual, noise; empty, black pictures, silence or no words; shortest, one frame or clip, one
    sample or one letter.
    """
    rng = np.random.default_rng(0)
    if backbone.modality == "words":
        return coded({"usual": TEXTS, "empty": [""], "shortest": ["a"]}[kind])
    pictures: list[np.ndarray] = []
    if backbone.modality in ("picture", "both"):
        of_clips = backbone.record.of_clips
        count = backbone.pictures or (1 if kind == "shortest" else 2 if of_clips else 3)
        size = (count, CLIP_PICTURES, 144, 256, 3) if of_clips else (count, 144, 256, 3)
        frames = rng.integers(0, 256, size, dtype=np.uint8)
        pictures = [frame * (kind != "empty") for frame in frames]
    if backbone.modality == "picture":
        return pictures
    seconds = min(3 * backbone.window_seconds or 10, 10)
    samples = 1 if kind == "shortest" else round(seconds * RATE)
    sound = (rng.normal(0, 0.1, samples) * (kind != "empty")).astype(np.float32)
    return [*pictures, sound] if pictures else sound


class Contract:
    """The checks of one backbone, which is loaded."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone

    @cached_property
    def usual(self) -> np.ndarray:
        """Embeddings of a usual trailer; BenchmarkError where the family's code fails."""
        return self.backbone(trailer(self.backbone, "usual"), RATE)

    def run(self) -> Iterator[Check]:
        """Every check; code that fails is a check that is not passed."""
        for name in CHECKS:
            try:
                yield self.check(name)
            except BenchmarkError as error:
                yield Check(name, False, str(error), "correct the line that is named")

    def check(self, name: str) -> Check:
        """One of CHECKS. BenchmarkError where the family's code fails."""
        found: Check = getattr(self, name)()
        return found

    def shapes(self) -> Check:
        """Rows of the record's shape and the family's dtype, all finite."""
        return self._rows("shapes", self.usual)

    def shortest(self) -> Check:
        """The same of one frame or clip, one sample, or one letter."""
        rows = self.backbone(trailer(self.backbone, "shortest"), RATE)
        return self._rows(NAMES[self.backbone.record.reads][0], rows)

    def empty(self) -> Check:
        """The same of black pictures, or silence; without words unknown but for the last, 1."""
        rows = self.backbone(trailer(self.backbone, "empty"), RATE)
        name = NAMES[self.backbone.record.reads][1]
        if self.backbone.modality == "words":
            stated = bool(np.isnan(rows[:, :-1]).all() and (rows[:, -1] == 1).all())
            if not stated:
                do = "let embed_items of texts.Texts see to it"
                return Check(name, False, "numbers that mean something", do)
            rows = np.nan_to_num(rows)
        return self._rows(name, rows)

    def determinism(self) -> Check:
        """The same trailer twice, to the bit."""
        again = self.backbone(trailer(self.backbone, "usual"), RATE)
        differs = int((again.astype(float) != self.usual.astype(float)).sum())
        said = f"{differs} of {again.size} numbers differ" if differs else "the same to the bit"
        return Check(
            "determinism", not differs, f"twice the same trailer: {said}",
            "draw no random numbers, put a network into eval mode, keep nothing between calls",
        )  # fmt: skip

    def batch_size(self) -> Check:
        """An item alone as in a batch."""
        with _batches_of(self.backbone, 1):
            alone = self.backbone(trailer(self.backbone, "usual"), RATE).astype(float)
        together = self.usual.astype(float)
        if alone.shape != together.shape:
            found = f"{alone.shape} alone, {together.shape} in a batch"
            return Check("batch size", False, found, "return one row an item")
        apart = np.abs(alone - together)
        close = bool((apart <= TOLERANCE + TOLERANCE * np.abs(together)).all())
        return Check(
            "batch size", close, f"an item alone and in a batch: {apart.max():.1e} apart at most",
            "compute each row of embed from its own item: no mean, no normalising over the batch",
        )  # fmt: skip

    def record(self) -> Check:
        """Nothing left out, and what can be counted is so."""
        record, wrong = self.backbone.record, []
        wrong += [f"{name} is empty" for name in STATED if not getattr(record, name)]
        wrong += [
            f"training set {name!r} is unknown" for name in record.training_sets
            if name not in TRAINING_SETS
        ]  # fmt: skip
        if isinstance(self.backbone, Network):
            learnt = sum(p.numel() for p in self.backbone.network.parameters())
            if learnt != record.parameters:
                wrong.append(f"parameters is {record.parameters}, the network has {learnt}")
            if record.source is None:
                wrong.append("source is None, and a network needs weights")
        return Check(
            "record", not wrong, "; ".join(wrong) or "complete",
            "complete RECORDS; training sets that are not in stages/embedding/records.py are "
            "described in trained_on",
        )  # fmt: skip

    def licence(self) -> Check:
        """Of the weights; what learnt nothing has none."""
        record = self.backbone.record
        stated = record.licence.strip(" –-") != "" and "not stated" not in record.licence
        passed = stated or record.parameters == 0
        return Check(
            "licence", passed, record.licence or "none",
            "state the licence of the weights, as their publisher does",
        )  # fmt: skip

    def _rows(self, name: str, rows: np.ndarray) -> Check:
        backbone = self.backbone
        wanted = (len(rows), *backbone.record.shape)
        found = _said(rows.shape, rows.dtype, bool(np.isfinite(rows.astype(float)).all()))
        expected = _said(wanted, np.dtype(backbone.dtype), True)
        right = len(rows) >= 1 and found == expected and backbone.shape == backbone.record.shape
        return Check(name, right, found, f"return {expected}")


def _said(shape: tuple[int, ...], dtype: np.dtype, finite: bool) -> str:
    return f"{shape} {dtype}, {'finite' if finite else 'not all finite'}"


@contextmanager
def _batches_of(backbone: Backbone, size: int) -> Iterator[None]:
    usual, backbone.batch_size = backbone.batch_size, size
    try:
        yield
    finally:
        backbone.batch_size = usual
