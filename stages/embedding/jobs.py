"""What there is to embed: one job per trailer, and the store that keeps the embeddings."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from stages.base.errors import BenchmarkError
from stages.base.npz import check_npz
from stages.base.outside import bring
from stages.base.packs import Shard, shard_paths, trailers_in
from stages.base.params import BackboneParams
from stages.base.params.modalities import packs_read
from stages.base.store import Store, identity, sha256
from stages.base.versions import code_of_plugin
from stages.embedding.base import Backbone, Precision, create, create_unloaded

LIBRARIES = ("av", "numpy", "opencv-python-headless", "torch", "torchaudio")


@dataclass(frozen=True)
class Recipe:
    """What items are embedded with."""

    family: str
    model: str = ""
    """A model of the family; empty for the only one."""
    options: str = "{}"
    """Of the model, as JSON."""
    weights: Path | None = None
    """As the weights stage writes them; None for a family without."""
    precision: Precision = "float32"
    mask_title: bool = False
    """Of words: without those of the film's own title."""
    code: str = ""
    """Where the family is from, if not from stages/; a process of its own has to be told."""

    @classmethod
    def from_params(cls, params: BackboneParams, weights: Path | None) -> "Recipe":
        """A backbone of params.yaml, with its weights if it has any."""
        options = json.dumps(params.options, sort_keys=True)
        code = params.code or ""
        mask = params.mask_title
        return cls(params.family, params.model, options, weights, params.precision, mask, code)

    @property
    def version(self) -> tuple[str | int, ...]:
        """Of the weights as they are now, for what a process keeps of a recipe."""
        return identity(self.weights) if self.weights else ()

    def create_unloaded(self) -> Backbone:
        """The backbone without weights, which prepares items and cannot embed them."""
        self._bring()
        return create_unloaded(self.family, self.model, json.loads(self.options), self.precision)

    def create(self) -> Backbone:
        """The backbone, ready to embed."""
        self._bring()
        options = json.loads(self.options)
        return create(self.family, self.weights, self.model, options, self.precision)

    def _bring(self) -> None:
        if self.code:
            try:
                bring("backbones", self.family, self.code)
            except ValueError as error:  # another machine may lack what this one has
                raise BenchmarkError(f"family {self.family}: {error}", where=self.code) from None


@dataclass(frozen=True)
class Job:
    """Where one trailer's rows lie, and what to embed them with."""

    pack: Shard
    row_group: int
    """Of the pack's file."""
    trailer_id: str
    digest: str
    """Of the trailer's rows."""
    recipe: Recipe
    frames: "Job | None" = None
    """Of what looks and listens at once: where its frames lie. The rest is of its sound."""

    @property
    def key(self) -> str:
        """Of its embeddings in the store."""
        seen = () if self.frames is None else (self.frames.digest,)
        return store_of(self.recipe).key(self.digest, *seen)

    def reached(self, reach: Callable[[Path], Shard]) -> "Job":
        """The same, where each pack is as `reach` finds it by its path."""
        frames = None if self.frames is None else self.frames.reached(reach)
        return replace(self, pack=reach(self.pack.path), frames=frames)


def jobs_of(folder: Path, reads: str, recipe: Recipe) -> list[Job]:
    """The jobs of what reads this, as of `BackboneParams`, of the packs in a folder.

    What looks and listens at once has those of the trailers that have frames and sound.
    """
    *frames, own = (jobs(folder / name, recipe) for name in packs_read(reads))
    if not frames:
        return own
    seen = {job.trailer_id: job for job in frames[0]}
    return [replace(j, frames=seen[j.trailer_id]) for j in own if j.trailer_id in seen]


def jobs(pack: Path, recipe: Recipe) -> list[Job]:
    """One job per trailer, in the order of the pack."""
    return [
        Job(Shard(path), group, trailer_id, digest, recipe)
        for path in shard_paths(pack)
        for group, (trailer_id, digest) in enumerate(trailers_in(pq.read_metadata(path)))
    ]


@dataclass(frozen=True)
class EmbeddingCheck:
    """Raises ValueError for a file that holds no embeddings of one trailer."""

    shape: tuple[int, ...]
    """Of one item's embedding."""
    dtype: str
    may_be_unknown: bool = False
    """Whether a number may be missing, NaN: of words, where there are none."""

    def __call__(self, path: Path) -> None:
        check_npz(
            path,
            {
                "group": (np.int16, ("n",)),
                "time": (np.float32, ("n",)),
                "embedding": (self.dtype, ("n", *self.shape)),
            },
        )
        with np.load(path) as entry:
            if not len(entry["group"]) or min(entry["group"]) < 0:
                raise ValueError("it has no item, or one of no frame or window")
            bad = np.isinf if self.may_be_unknown else _not_finite
            if bad(entry["embedding"]).any() or _not_finite(entry["time"]).any():
                raise ValueError("a number is not finite")


def _not_finite(values: np.ndarray) -> np.ndarray:
    return ~np.isfinite(values)


def store_of(recipe: Recipe) -> Store:
    """Where a recipe's embeddings are kept."""
    return _store_of(recipe, recipe.version)


@cache
def _store_of(recipe: Recipe, version: tuple[str | int, ...]) -> Store:
    backbone = recipe.create_unloaded()
    libraries = (*LIBRARIES, *backbone.LIBRARIES)
    code = code_of_plugin("backbones", recipe.family, "stages/embedding/*.py", libraries=libraries)
    weights = sha256(recipe.weights) if recipe.weights else ""
    made_from = [recipe.family, recipe.model, recipe.options, weights, recipe.precision]
    made_from += ["mask_title"] if recipe.mask_title else []
    dtype, reads_words = np.dtype(backbone.dtype).str, backbone.modality == "words"
    check = EmbeddingCheck(tuple(backbone.shape), dtype, reads_words)
    return Store("embed", code, made_from, check=check)
