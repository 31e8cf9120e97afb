"""What there is to embed: one job a trailer, and the store that keeps what came of it."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

from stages.base.packs import Part, contents, parts
from stages.base.params import BackboneParams
from stages.base.store import Store, sha256
from stages.base.versions import code_of
from stages.embedding.base import Backbone, Precision, create, family, made

LIBRARIES = ("av", "numpy", "opencv-python-headless", "torch", "torchaudio")


@dataclass(frozen=True)
class Recipe:
    """What items are embedded with: a family, a model of it, its options (JSON), its weights."""

    family: str
    model: str = ""
    options: str = "{}"
    weights: Path | None = None
    precision: Precision = "float32"

    @classmethod
    def of(cls, params: BackboneParams, weights: Path | None) -> "Recipe":
        """What params.yaml says of a backbone, with its weights if it has any."""
        options = json.dumps(params.options, sort_keys=True)
        return cls(params.family, params.model, options, weights, params.precision)

    def unloaded(self) -> Backbone:
        """What prepares items, and cannot embed them."""
        return made(self.family, self.model, json.loads(self.options), self.precision)

    def backbone(self) -> Backbone:
        options = json.loads(self.options)
        return create(self.family, self.weights, self.model, options, self.precision)


@dataclass(frozen=True)
class Job:
    """Where one trailer's rows lie (a row group of a pack) and what to embed them with.

    digest: of its rows.
    """

    pack: Part
    row_group: int
    trailer_id: str
    digest: str
    recipe: Recipe

    @property
    def key(self) -> str:
        """Of its embeddings in the store."""
        return store_of(self.recipe).key(self.digest)


def jobs(pack: Path, recipe: Recipe) -> list[Job]:
    """One job a trailer, in the order of the pack."""
    return [
        Job(Part(path), group, trailer_id, digest, recipe)
        for path in parts(pack)
        for group, (trailer_id, digest) in enumerate(contents(pq.read_metadata(path)))
    ]


@cache
def store_of(recipe: Recipe) -> Store:
    """Where a recipe's embeddings are kept."""
    libraries = (*LIBRARIES, *family(recipe.family).LIBRARIES)
    source = f"stages/backbones/{recipe.family}.py"
    code = code_of("stages/embedding/*.py", source, libraries=libraries)
    weights = sha256(recipe.weights) if recipe.weights else ""
    made_by = [recipe.family, recipe.model, recipe.options, weights, recipe.precision]
    return Store("embed", code, made_by)
