"""What a run exports as JSON: a summary for `dvc metrics diff`, films with scores for the site."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from stages.base.params import Params
from stages.base.params.matrix import Cell, cells_of
from stages.corpus.reader import Trailer
from stages.fitting.approaches import training_budget
from stages.judging.board import Board
from stages.judging.rules import TUNED

Row = dict[str, Any]
DIFFERENCES = {  # family of the headline's comparisons -> its name in headline.json
    "picture_sound": "picture_minus_sound",
    "picture_words": "picture_minus_words",
    "sound_words": "sound_minus_words",
    "fusion": "fusion_gain",
    "with_words": "words_gain",
}
THOUSANDTHS = 1000
BASE = 36
WIDTH = 2  # digits of a score: 36 * 36 is more than a thousand
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def summarise(
    approaches: Sequence[Row],
    rules: Sequence[Row],
    comparisons: Sequence[Row],
    ceilings: Sequence[Row],
    headline: Mapping[str, str],
) -> dict[str, Any]:
    """Macro AP with interval, micro AP, tuned macro F1 of every approach; headline; ceilings.

    Intervals and p-values that too few films leave out are None, which no file gets. headline: as
    in headline.json, the names of the comparisons that the report opens with.
    """
    summary: dict[str, Any] = {"approaches": {}, "differences": {}}
    for row in approaches:
        summary["approaches"][row["approach"]] = {
            "macro_ap": row["macro_ap"],
            "lo": row["macro_ap_lo"],
            "hi": row["macro_ap_hi"],
            "micro_ap": row["micro_ap"],
        }
    for row in rules:
        if row["rule"] == TUNED:
            summary["approaches"][row["approach"]]["macro_f1_tuned"] = row["f1_macro"]
    for row in comparisons:
        if row["name"] in {headline.get(name) for name in DIFFERENCES.values()}:
            summary["differences"][row["name"]] = {
                name: row.get(name) for name in ("difference", "lo", "hi", "p_holm")
            }
    for row in ceilings:
        view = f"{row['modality']}: {row['window']}"
        summary.setdefault("ceilings", {})[view] = {"macro_ap": float(row["macro_ap"])}
    return summary


def headline_record(
    cells: Sequence[Cell], comparisons: Sequence[Row], params: Params, data: Path
) -> dict[str, Any]:
    """What headline.json under data/ holds: all that another training of the headline hangs on.

    It changes only with these approaches, their scores and their comparisons, however many other
    approaches a matrix gets. cells: the headline's.
    """
    known = {cell.slug: cell for cell in cells_of(params.matrix, params.training.sound_window)}
    approaches = {}
    for cell in cells:
        parts = [known[slug] for slug in cell.parts] if cell.kind == "late" else [cell]
        content = (data / "scores" / f"{cell.slug}.npz").read_bytes()
        approaches[cell.slug] = {
            "scores": hashlib.sha256(content).hexdigest(),
            "budgets": {
                part.head: asdict(training_budget(part, params))
                for part in parts
                if part.kind in ("single", "early", "dual")
            },
        }
    return {"approaches": approaches, "comparisons": list(comparisons)}


def film_scores(board: Board, trailers: Sequence[Trailer], labels: bool = True) -> dict[str, Any]:
    """What films.json holds: genres, approaches, and the films in the board's order.

    labels: whether each film's own genres may be in it. A film's `genres` are places in the list of
    genres. `scores` has two base-36 digits a score, the
    genres of the first approach, then those of the second: 10 bytes a score would be megabytes.
    Thousandths are cut off, not rounded, so that a score is above a threshold of three digits
    where it was before. Approaches whose scores are no probabilities are not among them.
    """
    shown = [number for number, cell in enumerate(board.cells) if cell.is_probability]
    known = {trailer.film_id: trailer for trailer in trailers}
    thousandths = np.floor(board.y_scores[shown].clip(0, 1) * THOUSANDTHS).astype(int)
    films = []
    for row, film in enumerate(board.film_id.tolist()):
        trailer = known[film]
        own = {"genres": np.flatnonzero(board.y_true[row]).tolist()} if labels else {}
        about = {"id": film, "title": trailer.title, "year": trailer.year, **own}
        digits = map(_digits, thousandths[:, row].ravel().tolist())
        films.append(about | {"scores": "".join(digits)})
    return {
        "genres": list(board.genres),
        "approaches": [
            {"slug": cell.slug, "modality": cell.modality}
            for cell in (board.cells[number] for number in shown)
        ],
        "films": films,
    }


def _digits(value: int) -> str:
    return DIGITS[value // BASE] + DIGITS[value % BASE]
