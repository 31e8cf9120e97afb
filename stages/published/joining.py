"""Tables as the embeddings of a catalogue's films, in the file that every backbone writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.base.errors import BenchmarkError
from stages.base.files import replacing
from stages.base.params.features import IdKind
from stages.corpus.reader import Trailer
from stages.published.ids import canonical, translate
from stages.published.reading import Settled


@dataclass(frozen=True)
class Joined:
    """Which of a table's films is which of the catalogue's."""

    film_of: dict[str, int]
    """trailer_id -> number of its film in the table."""
    not_joined: list[str]
    """The table's films that the catalogue lacks, by the table's ids."""
    without: list[str]
    """The catalogue's films that the table lacks, by film_id."""


def join(
    table: Settled,
    kind: IdKind,
    trailers: Sequence[Trailer],
    catalogue_kind: IdKind,
    links: Path | None,
) -> Joined:
    """A film of the catalogue has one row of the catalogue, or features for its first.

    kind: whose ids the table has; links: MovieLens' links.csv, if any.
    """
    first: dict[str, Trailer] = {}
    for trailer in trailers:
        first.setdefault(trailer.film_id, trailer)
    by_id = {canonical(film, catalogue_kind): trailer for film, trailer in first.items()}
    names = _catalogue_ids(table.ids, kind, catalogue_kind, links)
    film_of: dict[str, int] = {}
    not_joined: list[str] = []
    joined: set[str] = set()
    for number, (film, name) in enumerate(zip(table.ids, names, strict=True)):
        if name not in by_id:
            not_joined.append(film)
            continue
        film_of[by_id[name].trailer_id] = number
        joined.add(by_id[name].film_id)
    return Joined(film_of, not_joined, [film for film in first if film not in joined])


def _catalogue_ids(
    ids: Sequence[str], kind: IdKind, catalogue_kind: IdKind, links: Path | None
) -> list[str]:
    other = translate(links, kind, catalogue_kind)
    if other is None:
        return [canonical(film, catalogue_kind) for film in ids]
    return [other.get(film, "") for film in ids]


def write_embeddings(parts: Sequence[tuple[Settled, Mapping[str, int]]], path: Path) -> int:
    """Write the films that all tables have, their features side by side; how many there are.

    parts: each a table and its films by trailer_id. Arrays as stages/embedding/joining.py writes
    them; group is 0, time the table's, embedding float32, NaN where a number is not known. Raises
    BenchmarkError where no film is left.
    """
    trailer_ids = sorted(set.intersection(*(set(films) for _, films in parts)))
    if not trailer_ids:
        raise BenchmarkError(
            "no film of the catalogue has these features",
            where=str(path),
            do="check `ids` of the table and catalogue.ids; metrics/features.csv lists what did "
            "not join",
        )
    first, films = parts[0]
    numbers = [films[name] for name in trailer_ids]
    rows = np.concatenate([np.arange(first.start[n], first.start[n + 1]) for n in numbers])
    counts = [int(first.start[n + 1] - first.start[n]) for n in numbers]
    embedding = [first.values[rows]]
    for table, of in parts[1:]:  # of one row a film
        embedding.append(table.values[[table.start[of[name]] for name in trailer_ids]])
    with replacing(path) as new:
        np.savez(
            new,
            allow_pickle=False,
            trailer_id=np.array(trailer_ids),
            trailer=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
            group=np.zeros(len(rows), np.int16),
            time=first.time[rows],
            embedding=np.ascontiguousarray(np.concatenate(embedding, axis=1)),
        )
    return len(trailer_ids)
