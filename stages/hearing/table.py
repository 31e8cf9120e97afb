"""What trailers are made of as a table, a row each, and as shares of each film's time."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from stages.base import places
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import LayersParams, Params
from stages.hearing.heard import read
from stages.hearing.shares import BOTH, LAYERS, seconds_of
from stages.trailers.media.results import TRAILER

TRAILERS = pa.schema(
    [
        TRAILER,
        ("reason", pa.string()),
        ("note", pa.string()),
        ("seconds", pa.float64()),  # of its sound; null where it has none
        *((layer, pa.float64()) for layer in (*LAYERS, BOTH)),  # seconds; null where not known
    ]
)
Row = dict[str, Any]


def asked(params: Params) -> LayersParams:
    """The corpus's layers. Raises BenchmarkError where it asks for none."""
    if params.layers is None:
        raise BenchmarkError(
            "this corpus does not ask for its layers",
            where=str(places.params()),
            do="add `layers: {voice: 0.5}` to it, then run `python -m stages.corpora --write "
            f"--corpus {places.corpus()}`",
        )
    return params.layers


def rows_of(
    found: Iterable[tuple[str, Path | TrailerError]], params: LayersParams
) -> Sequence[Row]:
    """Rows of TRAILERS, by trailer. found: trailer id and what was heard, or why nothing was."""
    rows: list[Row] = []
    for trailer_id, entry in found:
        row: Row = {"trailer_id": trailer_id, "reason": "ok", "note": ""}
        if isinstance(entry, TrailerError):
            row |= {"reason": entry.reason, "note": entry.detail}
        else:
            heard = read(entry, params)
            row |= {"seconds": heard.seconds, **seconds_of(heard)}
        rows.append(row)
    return sorted(rows, key=lambda row: row["trailer_id"])


def of(rows: Sequence[Row]) -> pa.Table:
    """The table."""
    return pa.Table.from_pylist(list(rows), TRAILERS)


def shares(rows: Sequence[Row], film_of: Mapping[str, int], n_films: int) -> np.ndarray:
    """Share of each film's time that each layer has, (n_films, len(LAYERS)), NaN where not known.

    All trailers of a film that were heard count by their length. film_of: trailer_id -> film.
    """
    seconds, whole = np.zeros((n_films, len(LAYERS))), np.zeros((n_films, 1))
    for row in rows:
        if row["reason"] == "ok" and row["trailer_id"] in film_of:
            film = film_of[row["trailer_id"]]
            known = [np.nan if row[layer] is None else row[layer] for layer in LAYERS]
            seconds[film] += known
            whole[film] += row["seconds"]
    return np.divide(seconds, whole, out=np.full(seconds.shape, np.nan), where=whole > 0)
