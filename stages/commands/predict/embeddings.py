"""Frames, sound and embeddings of trailers, made as the pipeline does, in a folder like data/.

What the pipeline made before is taken from the same store, and what is made here is kept there, so
predicting twice costs one extraction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stages.base import places
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import read_table
from stages.base.parallel import within_bounds
from stages.base.params import ClipsRecipe, Params
from stages.base.params.modalities import packs_read
from stages.commands.predict.inputs import TrailerFile
from stages.embedding.base import Backbone
from stages.embedding.jobs import Recipe, jobs_of
from stages.embedding.joining import write_embeddings
from stages.embedding.trailers import embed as embed_trailers
from stages.trailers.media import results
from stages.trailers.media.stored import Section

MODALITIES = {"frames": "picture", "clips": "picture", "audio": "sound"}
"""What backbones read, in the order in which it is taken."""


@dataclass(frozen=True)
class Outcome:
    """How the extraction of one trailer's picture or sound ended."""

    reason: str
    """"ok", or what went wrong, as in the ledger."""
    note: str


def extract(
    files: Sequence[TrailerFile], params: Params, packs: Iterable[str], folder: Path
) -> dict[str, dict[str, Outcome]]:
    """Write the packs that backbones read; the outcomes by trailer_id and modality."""
    found: dict[str, dict[str, Outcome]] = {each.trailer_id: {} for each in files}
    for pack in packs:
        modality = MODALITIES[pack]
        picture = modality == "picture"
        section = _section(params, pack)
        todo = [
            results.Job(
                each.trailer_id,
                each.sha256,
                each.has_picture if picture else each.has_sound,
                section,
                each.path,
            )
            for each in files
        ]
        target = folder / pack
        schema = results.schema_of(section)
        results.write(target, schema, ((job, _extracted(job)) for job in todo))
        for row in read_table(target / "outcomes.parquet").to_pylist():
            outcome = Outcome(row["reason"], row["note"])
            found[row["trailer_id"]].setdefault(modality, outcome)  # frames' before clips'
    return found


def _section(params: Params, pack: str) -> Section:
    if pack == "clips":
        assert params.clips is not None  # a backbone reads them, so `Params` has seen to it
        return ClipsRecipe.of(params.clips, params.frames)
    return params.frames if pack == "frames" else params.audio


def embed(backbones: Iterable[str], params: Params, weights: Path, folder: Path) -> None:
    """Write the embeddings of the packs in `folder`, a file a backbone; none where all are empty.

    weights: folder of the pretrained backbones' weights. Raises BenchmarkError if they are missing.
    """
    for name in backbones:
        backbone = params.matrix.backbone(name)
        path = weights / f"{name}.safetensors" if name in params.matrix.pretrained else None
        if path is not None and not path.is_file():
            stage = params.matrix.group("weights", "pretrained", name)
            raise BenchmarkError(
                f"no weights of {name}",
                where=str(path),
                do=f"run `{places.dvc('repro', stage)}`, which fetches them",
            )
        recipe = Recipe.from_params(backbone, path)
        todo = jobs_of(folder, backbone.reads, recipe)
        if todo:
            entries = {}
            for _, found in embed_trailers(todo, _loaded(recipe, recipe.version)):
                if isinstance(found, TrailerError):
                    raise found
                entries[found[0]] = found[1]
            write_embeddings(entries, folder / "embeddings" / f"{name}.npz")


def packs_of(backbones: Iterable[str], params: Params) -> list[str]:
    """What these backbones read, each once; cards, where they read words, are read on frames."""
    needed = {pack for name in backbones for pack in packs_read(params.matrix.backbone(name).reads)}
    if "words" in needed and params.words and params.words.cards:
        needed.add("frames")
    return [pack for pack in MODALITIES if pack in needed]


def _extracted(job: results.Job) -> Path | TrailerError:
    try:
        return within_bounds(results.extract, job)
    except TrailerError as error:
        return error


@cache
def _loaded(recipe: Recipe, version: tuple[str | int, ...]) -> Backbone:
    return recipe.create()
