"""The base class of backbones, which turn a trailer's frames or sound into embeddings.

One family is one file in stages/backbones with a class `Family`; it is found by its file name,
there is no list to edit. A family says what it needs in `prepare` and `embed`; checks, batching,
dtype and shape are done here, once.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Literal, NoReturn

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.plugins import FAMILY, invalid_plugin, load_class, plugin_errors
from stages.embedding.records import Modality, Record

Precision = Literal["float32", "bfloat16"]


class Backbone(ABC):
    """Turns the items of one trailer (frames, windows of sound, both, or texts) into embeddings."""

    RECORDS: ClassVar[Mapping[str, Record]] = {}
    """The record of each model by its name; a family of one model names it ""."""
    LIBRARIES: ClassVar[tuple[str, ...]] = ()
    """Packages beside torch and OpenCV whose version may change an embedding."""
    heavy: ClassVar[bool] = False
    """Whether one process holds it, for all cores or the GPU."""
    on_gpu: bool = False
    """Known once it is loaded."""
    precision: Precision = "float32"
    dtype: type = np.float32
    """Of the embeddings that are kept."""
    batch_size: int = 64
    sample_rate: int = 0
    """Sound only: of the clips that the stage gives to `prepare`, in Hz, for a family that
    resamples them by `clips.resample` anyway; 0: that of the pack."""
    pictures: int = 0
    """Of what looks and listens at once only: how many it takes beside a window of sound."""
    window_seconds: float = 0.0
    """Sound only: length of one item."""
    hop_seconds: float = 0.0
    """Sound only: from one item's start to the next; 0: window_seconds."""
    lead_seconds: float = 0.0
    """Sound only: how long before the clip its first window begins."""

    def __init__(self, model: str = "", **options: Any) -> None:
        """A model of the family, without its weights; `options` are those of params.yaml."""
        if options:
            raise ValueError(f"unknown options: {', '.join(sorted(options))}")
        self.model = model
        self.record = self.describe(model)
        self.modality: Modality = self.record.modality
        self.shape = self.record.shape

    @classmethod
    def describe(cls, model: str = "", **options: Any) -> Record:
        """The record of a model. Raises ValueError that names the known ones."""
        if model not in cls.RECORDS:
            known = ", ".join(cls.RECORDS) or "none"
            raise ValueError(f"unknown model {model!r}, known: {known}")
        return cls.RECORDS[model]

    def load(self, weights: Path | None) -> None:
        """Make ready; a family with pretrained weights reads them here."""
        if weights is not None:
            raise BenchmarkError(f"{type(self).__module__} takes no weights", found=str(weights))

    def load_random(self) -> None:
        """Make ready without weights, to try it."""
        self.load(None)

    @abstractmethod
    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Items of one trailer, (n_items, ...).

        trailer: for a picture backbone the frames in order, each (h, w, 3) uint8 RGB, or, where
        its record says `of_clips`, the clips, each (CLIP_PICTURES, h, w, 3) uint8 RGB;
        for a sound backbone one clip, (samples,) float32 in [-1, 1] at `sample_rate` Hz;
        for one that looks and listens at once the `pictures` of one window of sound in order, as
        frames, and after them its clip, of which it makes one item;
        for a backbone of words its texts in order, each its UTF-8 as uint8 (`texts.Texts`).
        """

    @abstractmethod
    def embed(self, batch: np.ndarray) -> np.ndarray:
        """Embeddings of prepared items, (n_items, *shape); an item never depends on its batch."""

    def prepare_items(
        self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int
    ) -> np.ndarray:
        """Items of one trailer, as `prepare` makes them; as many as frames or clips, and one of
        pictures with their sound."""
        with plugin_errors(FAMILY, type(self).__module__):
            items = self.prepare(trailer, sample_rate)
        count = {"picture": len(trailer), "both": 1}.get(self.modality, 0)
        wanted = f"{count} items" if count else "one item or more"
        if not _is_numeric(items) or not len(items) or count not in (0, len(items)):
            self._refuse("prepare", items, f"{wanted}, an array of numbers")
        return items

    def embed_items(self, items: np.ndarray) -> np.ndarray:
        """Embeddings of one trailer's prepared items, (n_items, *shape) of `dtype`, all finite."""
        return self.embed_checked(items, self.shape)

    def embed_checked(self, items: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """What `embed` gives of prepared items, batch by batch, once it is (n_items, *shape)."""
        size = self.batch_size
        batches = [items[i : i + size] for i in range(0, len(items), size)]
        with plugin_errors(FAMILY, type(self).__module__):
            embedded: np.ndarray = np.concatenate([self.embed(batch) for batch in batches])
        expected = (len(items), *shape)
        if not _is_numeric(embedded) or embedded.shape != expected:
            self._refuse("embed", embedded, f"an array of numbers of shape {expected}")
        embedded = embedded.astype(self.dtype)
        if not np.isfinite(embedded).all():
            self._refuse("embed", embedded, "finite numbers in it")
        return embedded

    def _refuse(self, method: str, found: Any, expected: str) -> NoReturn:
        array = isinstance(found, np.ndarray)
        shown = f"{found.dtype} {found.shape}" if array else type(found).__name__
        raise invalid_plugin(type(self).__module__, f"{method} gave {shown}", expected)

    def __call__(
        self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int = 0
    ) -> np.ndarray:
        """Embeddings of one trailer, (n_items, *shape) of `dtype`, all finite."""
        return self.embed_items(self.prepare_items(trailer, sample_rate))


def family(name: str) -> type[Backbone]:
    """The class of a family. Raises BenchmarkError for one that is unknown or lacks a library."""
    found: type[Backbone] = load_class("backbones", name, "Family", Backbone, FAMILY)
    module = found.__module__
    if lacking := ", ".join(sorted(found.__abstractmethods__)):
        raise invalid_plugin(module, f"Family has no {lacking}", FAMILY)
    if not found.RECORDS and "describe" not in vars(found):
        raise invalid_plugin(module, "RECORDS is empty", FAMILY)
    return found


def create(
    name: str,
    weights: Path | None = None,
    model: str = "",
    options: Mapping[str, Any] | None = None,
    precision: Precision = "float32",
) -> Backbone:
    """A backbone of a family, loaded and ready. Raises BenchmarkError where it cannot be."""
    backbone = create_unloaded(name, model, options, precision)
    with plugin_errors(FAMILY, type(backbone).__module__):
        backbone.load(weights)
    return backbone


def create_unloaded(
    name: str,
    model: str = "",
    options: Mapping[str, Any] | None = None,
    precision: Precision = "float32",
) -> Backbone:
    """The same without weights: it prepares items and cannot embed them."""
    with _benchmark_errors(name):
        backbone = family(name)(model, **dict(options or {}))
        if precision != "float32" and not backbone.heavy:
            raise ValueError(f"precision {precision} is for networks")
    backbone.precision = precision
    return backbone


def create_for_trial(
    name: str,
    model: str = "",
    options: Mapping[str, Any] | None = None,
    precision: Precision = "float32",
) -> Backbone:
    """A backbone that is ready without weights: those of a network are drawn at random."""
    backbone = create_unloaded(name, model, options, precision)
    with plugin_errors(FAMILY, type(backbone).__module__):
        backbone.load_random()
    return backbone


def describe(name: str, model: str = "", options: Mapping[str, Any] | None = None) -> Record:
    """The record of a family's model. Raises BenchmarkError where there is no such model."""
    with _benchmark_errors(name):
        record = family(name).describe(model, **dict(options or {}))
    if not isinstance(record, Record):
        raise invalid_plugin(f"stages.backbones.{name}", f"RECORDS[{model!r}] is no Record", FAMILY)
    return record


@contextmanager
def _benchmark_errors(name: str) -> Iterator[None]:
    with plugin_errors(FAMILY, f"stages.backbones.{name}"):
        try:
            yield
        except ValueError as error:
            raise BenchmarkError(f"family {name}: {error}", where="params.yaml") from None


def _is_numeric(found: Any) -> bool:
    return isinstance(found, np.ndarray) and found.ndim > 0 and found.dtype.kind in "fiub"
