"""Which films have a picture, a sound, known words, and how many each step lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyarrow.parquet import read_metadata

from stages.base.packs import read_table, shard_paths, trailers_in
from stages.corpus.folds import attrition
from stages.corpus.reader import Trailer


@dataclass(frozen=True)
class Served:
    """What there is to look at and to listen to, by film_id."""

    picture: set[str]
    sound: set[str]
    attrition: list[dict[str, Any]]
    """Rows of metrics/attrition.csv."""
    left_out: set[str] = field(default_factory=set)
    """Films that are neither learnt from nor judged."""
    words: set[str] | None = None
    """Films of which it is known what they say, if anything; None where nobody asks."""


def served_by_trailers(data: Path, trailers: Sequence[Trailer], with_words: bool) -> Served:
    """By the frames and sound that were extracted, `data/frames` and `data/audio`.

    with_words: by the texts of `data/words` too.
    """
    outcomes = {
        step: read_table(data / step / "outcomes.parquet").to_pylist()
        for step in ("frames", "audio")
    }
    served = {
        step: {row["trailer_id"] for row in rows if row["reason"] == "ok"}
        for step, rows in outcomes.items()
    }
    if with_words:
        shards = map(read_metadata, shard_paths(data / "words"))
        served["words"] = {name for shard in shards for name, _ in trailers_in(shard)}
    films = {
        step: {trailer.film_id for trailer in trailers if trailer.trailer_id in ids}
        for step, ids in served.items()
    }
    ledger = read_table(data / "downloads.parquet", columns=["reason"]).to_pylist()
    lost = attrition(ledger, outcomes)
    return Served(films["frames"], films["audio"], lost, words=films.get("words"))
