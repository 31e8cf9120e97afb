"""Gather what the ideal observer needs of the sample corpus from the stages' outputs."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa

from stages.base.packs import read_pack, read_table
from stages.fitting.films import read_films
from stages.judging.ceilings import Corpus
from stages.sample.events import Event


def read_corpus(data: Path) -> Corpus | None:
    """The films of a corpus that was rendered as a whole, or None.

    None too where a judged film has no planted events or several trailers: their events would
    lie on several clocks, and there is no ceiling to speak of.
    """
    events = defaultdict(list)
    for row in read_table(data / "sample_events.parquet").to_pylist():
        events[row["film_id"]].append(Event(**row))
    films = read_films(data)
    film_of = {trailer: str(films.ids[row]) for trailer, row in films.film_of.items()}
    one_each = len(film_of) == len(films.ids)
    if not one_each or not all(str(film) in events for film in films.ids):
        return None
    frames = defaultdict(list)
    for row in _rows(data / "frames", ["trailer_id", "frame", "time"]):
        frames[film_of.get(row["trailer_id"])].append((row["frame"], row["time"]))
    windows: defaultdict[str | None, dict[str, tuple[float, float]]] = defaultdict(dict)
    for row in _rows(data / "audio", ["trailer_id", "window", "start", "seconds"]):
        span = (row["start"], row["start"] + row["seconds"])
        windows[film_of.get(row["trailer_id"])][row["window"]] = span
    splits = read_table(data / "splits.parquet")
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
