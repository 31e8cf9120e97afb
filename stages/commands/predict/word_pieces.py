"""The words of one moment of a trailer as if it said nothing else, for the page of --plot."""

from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.packs import read_pack
from stages.base.params import Params
from stages.commands.predict.embeddings import embed
from stages.commands.predict.words import Words
from stages.words.texts import write_texts

SAID = "said"  # the folder of the pieces, in that of `predict`
CARD_SECONDS = 1.5  # how long what is written is drawn at least: nobody knows when it goes


def write_word_pieces(
    backbone: str, trailer_id: str, words: Words, params: Params, data: Path, folder: Path
) -> tuple[list[str], np.ndarray]:
    """Embed the words of each moment as if they were a trailer's own: the pieces' names, and from
    when to when each is drawn, (n, 2) seconds, ascending.

    What is said or written at one time is one piece, such as the lines of a card. None where the
    trailer says nothing, or is not in the pack `words` of `folder`, as `predict` filled it. data:
    the pipeline's folder, with the pretrained backbones' weights.
    """
    texts = _texts_of(trailer_id, folder / "words")
    moments = groupby(texts, key=lambda row: float(row["time"]))
    every = {f"{number:016x}": list(rows) for number, (_, rows) in enumerate(moments)}
    if not every:
        return [], np.empty((0, 2))
    times = np.array([rows[0]["time"] for rows in every.values()], np.float64)
    ends = {each["start"]: each["end"] for each in words.heard or ()}
    until = np.array([max(ends.get(time, 0.0), time + CARD_SECONDS) for time in times.tolist()])
    pieces = folder / SAID
    write_texts(pieces / "words", every)
    embed([backbone], params, data / "weights", pieces)
    return list(every), np.stack([times, np.minimum(until, np.append(times[1:], np.inf))], axis=1)


def _texts_of(trailer_id: str, pack: Path) -> list[dict[str, Any]]:
    """A trailer's texts in order of time, without its id; none where they are empty."""
    rows = [row for table in read_pack(pack) for row in table.to_pylist()]
    return [
        {name: value for name, value in row.items() if name != "trailer_id"}
        for row in rows
        if row["trailer_id"] == trailer_id and row["text"]
    ]
