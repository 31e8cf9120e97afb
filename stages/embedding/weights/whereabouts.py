"""Whether weights are on this machine, asked without fetching a thing."""

from pathlib import Path

from stages.embedding.records import Record, Source
from stages.embedding.weights import repository
from stages.embedding.weights.lock import known, read_lock
from stages.embedding.weights.placed import placed
from stages.embedding.weights.sources import Means


def whereabouts(record: Record, means: Means, target: Path) -> str:
    """Where a model's weights lie: "yes", or the place they would come from; "" if nowhere here.

    Raises BenchmarkError for a file that params.yaml states and that is not there.
    """
    if target.is_file():
        return "yes"
    if record.source is None:
        return ""
    found = [_place(source, means, not n) for n, source in enumerate((record.source, *record.more))]
    return ", ".join(dict.fromkeys(found)) if all(found) else ""


def _place(source: Source, means: Means, first: bool) -> str:
    if placed(means.folder, means.slug, source, means.file if first else None, first):
        return "in WEIGHTS_DIR"
    expected = known(source, read_lock(means.lock), means.lock)
    if expected.sha256 and means.store.find(means.store.key(expected.sha256)):
        return "fetched before"
    return (
        "in the hub's cache" if source.hub and repository.cached(source, expected.revision) else ""
    )
