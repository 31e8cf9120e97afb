"""Results as a table, as JSON and as CSV. A file's name is text, whatever it holds."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from stages.base.formulas import escape_formula
from stages.base.genres import GENRES
from stages.commands.lock import Corpus
from stages.commands.predict.layers import as_dict, line
from stages.commands.predict.predictor import Prediction
from stages.commands.predict.trailers import TrailerResult
from stages.commands.predict.words import lines

COLUMNS = [
    *("trailer", "approach", "modality", "genre", "score", "spread", "probability", "threshold"),
    *("decision", "votes", "folds"),
]


def printable(text: str) -> str:
    """Text with control characters escaped, those that turn its direction too."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def corpus_line(corpus: Corpus) -> str:
    """What the models were trained on, in a few words."""
    kind = "rendered films that do not exist" if corpus.sample else "films"
    return f"trained on {printable(corpus.catalogue)}: {corpus.films} {kind}"


def table(result: TrailerResult) -> Group:
    """One trailer: a row a genre, for each approach its score, probability and decision."""
    found = Table(box=None, pad_edge=False)
    found.add_column("genre")
    for prediction in result.predictions:
        cell, threshold = prediction.cell, prediction.threshold
        head = f"{cell.modality}: {cell.slug}\nyes from {threshold:.2f}"
        found.add_column(Text(head), justify="right")
    for genre in GENRES:
        found.add_row(genre, *(_cell(prediction, genre) for prediction in result.predictions))
    key = Text(
        "score ± standard deviation over the models, calibrated probability, decision", "dim"
    )
    return Group(
        Text(printable(result.name), "bold"),
        found,
        key,
        *(Text(f"note: {printable(note)}") for note in result.notes),
        *(Text(printable(each)) for each in (*line(result.layers), *lines(result.words))),
    )


def as_json(results: Sequence[TrailerResult], corpus: Corpus, warnings: Sequence[str]) -> str:
    """Everything, names as they were given."""
    trailers = [
        {"trailer": result.name, "error": result.error}
        if result.error
        else {
            "trailer": result.name,
            "notes": list(result.notes),
            "approaches": [_as_dict(prediction) for prediction in result.predictions],
            "said": result.words.heard,
            "written": result.words.read,
            "layers": as_dict(result.layers),
        }
        for result in results
    ]
    about = {"corpus": vars(corpus), "warnings": list(warnings)}
    return json.dumps({**about, "trailers": trailers}, indent=2)


def as_csv(results: Sequence[TrailerResult]) -> str:
    """A row a trailer, approach and genre; trailers that failed have none."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for result in results:
        for prediction in result.predictions:
            place = {
                "trailer": escape_formula(printable(result.name)),
                "approach": prediction.cell.slug,
            }
            for row in _rows(prediction):
                about = {"threshold": round(prediction.threshold, 6), "folds": prediction.n_folds}
                writer.writerow({**place, "modality": prediction.cell.modality, **row, **about})
    return file.getvalue()


def messages(results: Sequence[TrailerResult], notes: bool) -> Iterator[str]:
    """Lines for stderr: errors, and notes where the chosen format has no room for them."""
    for result in results:
        if result.error:
            yield f"error: {result.error}"
        for note in result.notes if notes else ():
            yield f"note: {printable(result.name)}: {printable(note)}"
    for missing in dict.fromkeys(result.words.missing for result in results):
        if missing:
            yield f"note: {missing}"


def _as_dict(prediction: Prediction) -> dict[str, Any]:
    return {
        "approach": prediction.cell.slug,
        "modality": prediction.cell.modality,
        "threshold": round(prediction.threshold, 6),
        "folds": prediction.n_folds,
        "genres": list(_rows(prediction)),
    }


def _rows(prediction: Prediction) -> Iterator[dict[str, Any]]:
    for number, genre in enumerate(prediction.genres):
        yield {
            "genre": genre,
            "score": round(float(prediction.score[number]), 6),
            "spread": round(float(prediction.spread[number]), 6),
            "probability": round(float(prediction.probability[number]), 6),
            "decision": bool(prediction.decision[number]),
            "votes": int(prediction.votes[number]),
        }


def _cell(prediction: Prediction, genre: str) -> Text:
    if genre not in prediction.genres:
        return Text("–")
    at = prediction.genres.index(genre)
    yes = bool(prediction.decision[at])
    scored = f"{prediction.score[at]:.2f} ± {prediction.spread[at]:.2f}"
    return Text(
        f"{scored}  {prediction.probability[at]:4.0%}  " + ("yes" if yes else " no"),
        "bold green" if yes else "dim",
    )
