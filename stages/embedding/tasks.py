"""Networks on a cluster: a worker holds one network, and is given many trailers at a time.

It embeds them as one machine does (`embed_stream`): a core has its trailers one after another, a
GPU is fed by processes beside the worker. So they have the bytes that a machine of the same kind
gives. Each is kept as soon as it is done: of a worker that dies, its last trailers are lost.
"""

import platform
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial

from stages.base.compute import configure_torch, use_one_thread
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import Shard
from stages.base.parallel import local, run_tasks, workers, workers_are_remote
from stages.base.parallel.children import OWN
from stages.base.store import Store
from stages.embedding.base import Backbone
from stages.embedding.jobs import Job, Recipe, store_of
from stages.embedding.preparing import Prepared, prepare_apart
from stages.embedding.trailers import (
    FEW,
    GPU_THREADS,
    Embedded,
    embed_prepared,
    embed_stream,
    find,
    one_core_each,
)

LOOKED_UP_AT_ONCE = 8


def embed_on_cluster(todo: Sequence[Job]) -> Iterator[tuple[Job, Embedded]]:
    """Embed trailers of one recipe, as results come: id and entry, or why a worker failed."""
    reach = cache(Shard.for_workers)
    task = EmbedTask.of(todo[0].recipe)
    yield from run_tasks(task, [job.reached(reach) for job in todo])


@dataclass(frozen=True)
class EmbedTask:
    """Embeds trailers of one recipe in a worker."""

    recipe: Recipe
    made_from: str
    """What decides an embedding: code, versions of libraries, weights, as of who asks."""
    weights: str = ""
    """Their sha256, by which the shared store has them; "" where the worker sees our folder."""

    @classmethod
    def of(cls, recipe: Recipe) -> "EmbedTask":
        """A task for workers, which find the weights."""
        weights = ""
        if recipe.weights and workers_are_remote():
            weights = _weights_store().upload(recipe.weights).rpartition(".")[2]
        return cls(recipe, store_of(recipe).salt, weights)

    def __call__(self, todo: Sequence[Job]) -> Iterator[Embedded]:
        """id and entry of each, or why a process beside this one failed, in their order."""
        recipe = self._recipe_here()
        if store_of(recipe).salt != self.made_from:
            raise BenchmarkError(
                f"a worker has other packages, or other weights, for {recipe.family}",
                where=platform.node(),
                found=store_of(recipe).salt,
                expected=self.made_from,
                do="install the same there (requirements/), and restart the workers",
            )
        configure_torch()
        use_one_thread()
        network = _network(recipe)
        here = [replace(job, recipe=recipe) for job in todo]
        with ThreadPoolExecutor(LOOKED_UP_AT_ONCE) as pool:  # by another worker, which died
            kept = dict(zip(here, pool.map(find, here), strict=True))
        missing = [job for job in here if kept[job] is None]
        made = dict(_embed_all(missing, network))
        for job in here:
            path = kept[job]
            yield made[job] if path is None else (job.trailer_id, path)

    def _recipe_here(self) -> Recipe:
        """With the weights' place on this machine."""
        if not self.weights:
            return self.recipe
        found = _weights_store().find_content(self.weights)
        if found is None:
            raise BenchmarkError(
                "the weights are gone from the shared store, or damaged there",
                found=f"sha256 {self.weights}",
                do="run the same command again, which sends them again",
            )
        return replace(self.recipe, weights=found)


def _embed_all(todo: Sequence[Job], network: Backbone) -> Iterator[tuple[Job, Embedded]]:
    """A GPU is fed by processes that stay for the next task: torch can start none in a worker."""
    if network.on_gpu and len(todo) > FEW:
        prepared = local.run(prepare_apart, todo, workers(), children=OWN)
        yield from one_core_each(partial(_embed, network), prepared, GPU_THREADS)
    elif todo:
        yield from embed_stream(todo, 1, network)


def _embed(network: Backbone, item: tuple[Job, Prepared | TrailerError]) -> tuple[Job, Embedded]:
    job, prepared = item
    if isinstance(prepared, TrailerError):
        return job, prepared
    return job, embed_prepared(network, job, prepared)


_held: dict[tuple[Recipe, tuple[str | int, ...]], Backbone] = {}


def _network(recipe: Recipe) -> Backbone:
    """The network, loaded; the one before goes first, as there may be no room for two."""
    key = recipe, recipe.version
    if key not in _held:
        _held.clear()
        _held[key] = recipe.create()
    return _held[key]


def _weights_store() -> Store:
    return Store("weights", 1, None)
