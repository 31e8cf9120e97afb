"""Embed trailers: read a trailer's rows from a pack, embed its items, keep the result.

Of trailers whose embeddings are kept, no more than the digest in their shard's footer is read.
"""

import io
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from stages.base.compute import use_one_thread
from stages.base.errors import TrailerError
from stages.base.packs import Shard
from stages.base.parallel import on_cluster, run, workers
from stages.embedding.base import Backbone, family
from stages.embedding.jobs import Job, Recipe, store_of
from stages.embedding.preparing import Prepared, prepare

Item = TypeVar("Item")
Result = TypeVar("Result")
Embedded = tuple[str, Path] | TrailerError
"""A trailer's id and the entry of its embeddings, or why a worker failed."""
FEW = 16  # trailers are done here before other processes have loaded torch
CHUNK = 1024  # trailers looked up together
GPU_THREADS = 2  # one is stored or copied while the other is computed


def embed(todo: Sequence[Job], backbone: Backbone | None = None) -> Iterator[tuple[Job, Embedded]]:
    """Embed trailers of one recipe, as results come: id and entry, or why a worker failed.

    What the store has is found before a network is loaded or another process started. With the
    address of a cluster the rest is embedded there.
    backbone: the recipe's, if it is loaded already; then all is done in this process.
    """
    missing = []
    with ThreadPoolExecutor(workers()) as pool:
        for start in range(0, len(todo), CHUNK):
            chunk = todo[start : start + CHUNK]
            for job, stored in zip(chunk, pool.map(find, chunk), strict=True):
                if stored is None:
                    missing.append(job)
                else:
                    yield job, (job.trailer_id, stored)
    if missing and (backbone or family(missing[0].recipe.family).heavy):
        if backbone or not on_cluster():
            yield from embed_stream(missing, workers(), backbone)
            return
        from stages.embedding.tasks import embed_on_cluster

        yield from embed_on_cluster(missing)
        return
    reach = cache(Shard.for_workers)
    missing = [job.reached(reach) for job in missing]
    yield from run(embed_trailer, missing, serial_up_to=FEW)


def find(job: Job) -> Path | None:
    """The entry of a trailer's embeddings, if the store has it."""
    return store_of(job.recipe).find(job.key)


def embed_trailer(job: Job) -> tuple[str, Path]:
    """Embed one trailer unless the store has it; its id and the entry's path."""
    kept = find(job)
    if kept is not None:
        return job.trailer_id, kept
    backbone = _backbone(job.recipe, job.recipe.version)
    return embed_prepared(backbone, job, prepare(backbone, job))


def embed_stream(
    todo: Sequence[Job], threads: int, backbone: Backbone | None = None
) -> Generator[tuple[Job, tuple[str, Path]], None, None]:
    """Embed trailers that the store does not have with a network that `threads` share.

    On a CPU a trailer has one core: small batches side by side are quicker than large ones spread
    over the cores, and what comes out does not depend on how many cores there are. A GPU is fed by
    processes, and two threads have it in turns: one stores while the other computes.
    Batches never hold items of two trailers, so a result does not depend on what was done before.
    """
    network = backbone or todo[0].recipe.create()
    if not network.on_gpu or len(todo) <= FEW:
        yield from one_core_each(
            lambda job: (job, embed_prepared(network, job, prepare(network, job))),
            todo,
            GPU_THREADS if network.on_gpu else threads,
        )
        return
    from stages.embedding.prefetching import prefetch, worker_death_as_error  # a second, for torch

    with worker_death_as_error():
        yield from one_core_each(
            lambda item: (item[0], embed_prepared(network, *item)),
            zip(todo, prefetch(todo, threads), strict=True),
            GPU_THREADS,
        )


def one_core_each(
    work: Callable[[Item], Result], todo: Iterable[Item], threads: int
) -> Iterator[Result]:
    """Results of `work` on each item, in order, each on one core; two begun for each thread."""
    with ThreadPoolExecutor(threads, initializer=use_one_thread) as pool:
        waiting = iter(todo)
        ahead = deque(pool.submit(work, item) for item in islice(waiting, 2 * threads))
        try:
            while ahead:
                result = ahead.popleft().result()
                ahead.extend(pool.submit(work, item) for item in islice(waiting, 1))
                yield result
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def embed_prepared(backbone: Backbone, job: Job, prepared: Prepared) -> tuple[str, Path]:
    """Embed one trailer's items and keep the result; its id and the entry's path."""
    embedding = backbone.embed_items(prepared.items)
    with store_of(job.recipe).put(job.key) as path:
        path.write_bytes(_npz(group=prepared.group, time=prepared.time, embedding=embedding))
    found = find(job)
    assert found is not None
    return job.trailer_id, found


def _npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


@cache
def _backbone(recipe: Recipe, version: tuple[str | int, ...]) -> Backbone:
    backbone = recipe.create()
    use_one_thread()  # one process a core already
    return backbone
