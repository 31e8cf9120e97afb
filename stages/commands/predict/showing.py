"""Replies as a table for people, as JSON and as CSV. A file's name is text, whatever it holds."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from stages.base.genres import GENRES
from stages.commands.predict.answers import Answer
from stages.commands.predict.asking import Reply
from stages.commands.predict.record import Corpus

COLUMNS = [
    *("trailer", "approach", "modality", "genre", "score", "spread", "probability", "threshold"),
    *("decision", "votes", "folds"),
]


def safe(text: str) -> str:
    """Text without what a terminal or a page would obey: controls, turned directions."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def corpus_line(corpus: Corpus) -> str:
    """What the models learnt from, in a few words."""
    kind = "rendered films that do not exist" if corpus.sample else "films"
    return f"trained on {safe(corpus.catalogue)}: {corpus.films} {kind}"


def table(reply: Reply) -> Group:
    """One trailer: a row a genre, for each approach its score, probability and decision."""
    found = Table(box=None, pad_edge=False)
    found.add_column("genre")
    for answer in reply.answers:
        head = f"{answer.cell.modality}: {answer.cell.slug}\nyes from {answer.threshold:.2f}"
        found.add_column(Text(head), justify="right")
    for genre in GENRES:
        found.add_row(genre, *(_cell(answer, genre) for answer in reply.answers))
    key = Text("score ± spread over the models, calibrated probability, decision", "dim")
    return Group(
        Text(safe(reply.name), "bold"),
        found,
        key,
        *(Text(f"note: {safe(note)}") for note in reply.notes),
    )


def as_json(replies: Sequence[Reply], corpus: Corpus, warnings: Sequence[str]) -> str:
    """Everything, names as they were given."""
    trailers = [
        {"trailer": reply.name, "error": reply.error}
        if reply.error
        else {
            "trailer": reply.name,
            "notes": list(reply.notes),
            "approaches": [_answer(answer) for answer in reply.answers],
        }
        for reply in replies
    ]
    about = {"corpus": vars(corpus), "warnings": list(warnings)}
    return json.dumps({**about, "trailers": trailers}, indent=2)


def as_csv(replies: Sequence[Reply]) -> str:
    """A row a trailer, approach and genre; trailers that failed have none."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for reply in replies:
        for answer in reply.answers:
            place = {"trailer": safe(reply.name), "approach": answer.cell.slug}
            for row in _rows(answer):
                about = {"threshold": round(answer.threshold, 6), "folds": answer.n_folds}
                writer.writerow({**place, "modality": answer.cell.modality, **row, **about})
    return file.getvalue()


def aside(replies: Sequence[Reply], notes: bool) -> Iterator[str]:
    """What is said beside the answers: errors, and notes where the form has no room for them."""
    for reply in replies:
        if reply.error:
            yield f"error: {reply.error}"
        for note in reply.notes if notes else ():
            yield f"note: {safe(reply.name)}: {safe(note)}"


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "approach": answer.cell.slug,
        "modality": answer.cell.modality,
        "threshold": round(answer.threshold, 6),
        "folds": answer.n_folds,
        "genres": list(_rows(answer)),
    }


def _rows(answer: Answer) -> Iterator[dict[str, Any]]:
    for number, genre in enumerate(answer.genres):
        yield {
            "genre": genre,
            "score": round(float(answer.score[number]), 6),
            "spread": round(float(answer.spread[number]), 6),
            "probability": round(float(answer.probability[number]), 6),
            "decision": bool(answer.decision[number]),
            "votes": int(answer.votes[number]),
        }


def _cell(answer: Answer, genre: str) -> Text:
    if genre not in answer.genres:
        return Text("–")
    at = answer.genres.index(genre)
    yes = bool(answer.decision[at])
    said = f"{answer.score[at]:.2f} ± {answer.spread[at]:.2f}  {answer.probability[at]:4.0%}  "
    return Text(said + ("yes" if yes else " no"), "bold green" if yes else "dim")
