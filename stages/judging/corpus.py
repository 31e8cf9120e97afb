"""Gather what the ideal observer needs of the sample corpus from the stages' outputs."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stages.heads.films import read_films
from stages.judging.ceilings import Corpus
from stages.media.sample.events import Event
from stages.packs import read_pack


def read_corpus(data: Path) -> Corpus | None:
    """The sample corpus's films, or None where no trailer was rendered.

    Every film of the sample has one trailer; of several, the events would lie on several clocks.
    """
    events = defaultdict(list)
    for row in pq.read_table(data / "sample_events.parquet").to_pylist():
        events[row["film_id"]].append(Event(**row))
    if not events:
        return None
    films = read_films(data)
    film_of = {trailer: str(films.ids[row]) for trailer, row in films.film_of.items()}
    frames = defaultdict(list)
    for row in _rows(data / "frames", ["trailer_id", "frame", "time"]):
        frames[film_of.get(row["trailer_id"])].append((row["frame"], row["time"]))
    windows: defaultdict[str | None, dict[str, tuple[float, float]]] = defaultdict(dict)
    for row in _rows(data / "audio", ["trailer_id", "window", "start", "seconds"]):
        span = (row["start"], row["start"] + row["seconds"])
        windows[film_of.get(row["trailer_id"])][row["window"]] = span
    splits = pq.read_table(data / "splits.parquet")
    judged = splits["picture"].to_numpy() & splits["sound"].to_numpy()
    order = [str(film) for film in films.ids]
    return Corpus(
        films.y_true,
        judged,
        [events[film] for film in order],
        [sorted(frames[film]) for film in order],
        [windows[film] for film in order],
    )


def _rows(folder: Path, columns: list[str]) -> list[dict]:
    return pa.concat_tables(read_pack(folder, columns)).to_pylist()
