"""What every backbone is: a way from a trailer's frames or sound to embeddings.

One family is one file in this folder with a class `Family`; it is found by its file name, there is
no list to edit. A family says what it needs in `prepare` and `embed`; checks, batching, dtype and
shape are done here, once.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import ClassVar, Literal

import numpy as np

from stages.errors import BenchmarkError

BATCH_SIZE = 64
SHARED = ("base", "clips", "trailers")  # the files here that are no family


class Backbone(ABC):
    """Turns the items of one trailer (frames, or windows of sound) into embeddings."""

    modality: ClassVar[Literal["picture", "sound"]]
    shape: ClassVar[tuple[int, ...]]  # of one embedding
    dtype: ClassVar[type] = np.float32
    window_seconds: ClassVar[float] = 0.0  # sound only: length of one item

    def load(self, weights: Path | None) -> None:
        """Make ready; a family with pretrained weights reads them here."""
        if weights is not None:
            raise BenchmarkError(f"{type(self).__module__} takes no weights", found=str(weights))

    @abstractmethod
    def prepare(self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int) -> np.ndarray:
        """Items of one trailer, (n_items, ...).

        trailer: for a picture backbone the frames in order, each (h, w, 3) uint8 RGB;
        for a sound backbone one clip, (samples,) float32 in [-1, 1] at `sample_rate` Hz.
        """

    @abstractmethod
    def embed(self, batch: np.ndarray) -> np.ndarray:
        """Embeddings of prepared items, (n_items, *shape); an item never depends on its batch."""

    def __call__(
        self, trailer: Sequence[np.ndarray] | np.ndarray, sample_rate: int = 0
    ) -> np.ndarray:
        """Embeddings of one trailer's items, (n_items, *shape) of `dtype`, all finite."""
        items = self.prepare(trailer, sample_rate)
        batches = [items[i : i + BATCH_SIZE] for i in range(0, len(items), BATCH_SIZE)]
        embedded: np.ndarray = np.concatenate([self.embed(batch) for batch in batches])
        embedded = embedded.astype(self.dtype)
        if embedded.shape != (len(items), *self.shape) or not np.isfinite(embedded).all():
            raise BenchmarkError(
                "a backbone broke its contract",
                where=type(self).__module__,
                found=f"shape {embedded.shape}, all finite: {np.isfinite(embedded).all()}",
                expected=f"shape {(len(items), *self.shape)}, all finite",
            )
        return embedded


def families() -> list[str]:
    """Names of the families in this folder."""
    folder = Path(__file__).parent
    return sorted(m.name for m in iter_modules([str(folder)]) if m.name not in SHARED)


def create(family: str, weights: Path | None = None) -> Backbone:
    """The backbone of a family, loaded. Raises BenchmarkError for a family that does not exist."""
    if family not in families():
        raise BenchmarkError(
            "unknown backbone family",
            where="params.yaml: backbones",
            found=family,
            expected=f"one of {', '.join(families())}",
            do=f"name a known family or add stages/backbones/{family}.py",
        )
    backbone: Backbone = import_module(f"stages.backbones.{family}").Family()
    backbone.load(weights)
    return backbone
