"""What accuracy says of an answer that looks at nothing: labels to reorder, and to set."""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from report.corpora import Corpus
from report.html import Html, as_json, column
from report.text import number
from stages.base import published_studies as studies

DATASET = "dataset_labels.json"
MOST = 400_000  # bytes of scores on the page, of all corpora together
SCRIPT = '<script src="theme/accuracy.js" defer></script>'
NO_SCRIPT = "<noscript><p>This part needs JavaScript.</p></noscript>"
ORDERS = (
    ("alphabetical", "Alphabetical"),
    ("reversed", "Reversed"),
    ("rarest", "Rarest first"),
    ("commonest", "Most common first"),
)
MEASURES = (
    ("keras", "Keras’ accuracy", "the largest score is at the film’s first label"),
    ("top", "Top-1 accuracy", "the largest score is at any of its labels"),
    ("exact", "Exact match", "every label of the film is right"),
    ("binary", "Binary accuracy", "pairs of film and label that are right"),
    ("f1", "Macro F1", "of what is named at this threshold"),
    ("ap", "Macro average precision", "by the order of the films alone"),
)
ANSWERS = (
    ("constant", "Constant guess"),
    ("everything", "Every label"),
    ("approach", "Approach"),
    ("perfect", "Perfect"),
)


@dataclass(frozen=True)
class Labels:
    """The labels of some films, and the scores of approaches where there are any."""

    title: str
    genres: list[str]
    films: list[list[int]]
    """Of each film its genres, as places in `genres`."""
    approaches: list[dict[str, str]]
    """slug, name, modality."""
    scores: list[str]
    """Of each film, as in films.json: two base-36 digits are a score in thousandths."""
    leading: int = 0
    """Which of the approaches is shown first."""

    @property
    def y_true(self) -> np.ndarray:
        """(n_films, n_genres) bool."""
        found = np.zeros((len(self.films), len(self.genres)), bool)
        for row, own in zip(found, self.films, strict=True):
            row[own] = True
        return found


def of_dataset(folder: Path) -> Labels:
    """The labels of dataset.txt, which the rendering puts beside the tables of the corpora."""
    found = json.loads((folder / DATASET).read_text(encoding="utf-8"))
    title = f"{len(found['films']):,} real films ({found['path']})"
    return Labels(title, found["genres"], found["films"], [], [])


def of_corpora(corpora: list[Corpus]) -> list[Labels]:
    """Of each corpus whose labels are in its metrics: those that may be passed on.

    Of a corpus with more films than a page can hold, every k-th.
    """
    known = []
    for corpus in corpora:
        path = corpus.metrics.folder / "films.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        films = found["films"]
        if not all("genres" in film for film in films):
            continue
        of = "rendered trailers, not films" if corpus.metrics.sample else f"films of {corpus.title}"
        most = max(1, MOST // len(corpora) // len(films[0]["scores"]))
        some = films[:: -(-len(films) // most)]
        size = f"{len(films):,}" if some == films else f"{len(some):,} of {len(films):,}"
        approaches = [
            each | {"name": corpus.metrics.names.of(each["slug"])} for each in found["approaches"]
        ]
        known.append(
            Labels(
                f"{size} {of}",
                found["genres"],
                [film["genres"] for film in some],
                approaches,
                [film["scores"] for film in some],
                [each["name"] for each in approaches].index(corpus.metrics.leading),
            )
        )
    return known


def of_constants(y_true: np.ndarray, order: list[int]) -> np.ndarray:
    """Keras' accuracy of each genre as the answer for every film, (n_genres,), in this order.

    The share of films whose first label it is. y_true: (n_films, n_genres) bool, each film with a
    genre; order: the columns as the list of labels has them.
    """
    first = np.asarray(order)[y_true[:, order].argmax(axis=1)]
    return np.bincount(first, minlength=y_true.shape[1]) / len(y_true)


def reorder(labels: Labels) -> Html:
    """The list of labels to be put into another order, and what a constant answer then scores."""
    rows = "".join(
        f'<li data-genre="{at}"><span class="grip" aria-hidden="true">⠿</span>'
        f'<span class="genre">{escape(genre)}</span>'
        '<span class="shares" aria-hidden="true"><i class="share"></i><i class="first"></i></span>'
        '<output class="value"></output>'
        f'<button type="button" data-by="-1" aria-label="{escape(genre)}: up">↑</button>'
        f'<button type="button" data-by="1" aria-label="{escape(genre)}: down">↓</button></li>'
        for at, genre in enumerate(labels.genres)
    )
    presets = "".join(
        f'<button type="button" data-order="{name}">{text}</button>' for name, text in ORDERS
    )
    return Html(
        f'<div class="reorder" id="reorder">{_data(labels)}'
        f'<div class="presets" role="group" aria-label="Order of the labels">{presets}</div>'
        '<dl class="outcome">'
        "<div><dt>Keras’ accuracy of the best constant answer</dt>"
        '<dd><output id="best-accuracy"></output> <small id="best-genre"></small></dd></div>'
        "<div><dt>Its macro average precision</dt>"
        '<dd><output id="best-precision"></output> <small>in any order</small></dd></div>'
        "<div><dt>Keras’ accuracy of a perfect predictor</dt>"
        '<dd><output id="perfect-accuracy"></output> <small>in any order</small></dd></div></dl>'
        f'<ol class="genres">{rows}</ol>'
        '<p class="caption">Drag a genre by its dots, or move it with its arrows. Dark bar and '
        "number: films whose first label it is, which is Keras’ accuracy of this genre as the "
        "answer for every film. Faint bar: all films with it.</p>"
        f'<p class="visually-hidden" role="status"></p>{NO_SCRIPT}{SCRIPT}</div>'
    )


def lab(choices: list[Labels]) -> Html:
    """Prevalence, number of labels and threshold to set, and what four answers then score."""
    options = "".join(
        f'<option value="{at}">{escape(each.title)}</option>' for at, each in enumerate(choices)
    )
    data = "".join(map(_data, choices))
    head = column("Measure", "") + "".join(column(text) for _, text in ANSWERS)
    body = "".join(
        f'<tr data-measure="{key}"><th scope="row">{name}<small>{about}</small></th>'
        + "".join(
            f'<td class="number score"><output data-answer="{answer}"></output></td>'
            for answer, _ in ANSWERS
        )
        + "</tr>"
        for key, name, about in MEASURES
    )
    return Html(
        f'<div class="lab" id="lab">{data}<div class="controls">'
        f'<label>Labels of <select id="lab-corpus">{options}</select></label>'
        '<label>Approach <select id="lab-approach"></select></label>'
        f"{_range('labels', 'Number of labels', 2, 10, 1)}"
        f"{_range('threshold', 'Threshold', 0, 1, 0.01)}"
        '<label>Prevalence of <select id="lab-genre"></select></label>'
        f"{_range('share', 'Its share of the films', 0.05, 0.95, 0.01)}</div>"
        '<p class="presets"><button type="button" id="lab-reset">As they were</button> '
        '<span id="lab-kept"></span></p>'
        '<div class="table-frame" tabindex="0" role="region" aria-label="What each answer scores">'
        '<table data-quarto-disable-processing="true"><thead><tr>'
        f"{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p id="lab-finding" role="status"></p>{NO_SCRIPT}</div>'
    )


def _range(name: str, text: str, least: float, most: float, step: float) -> str:
    return (
        f'<label>{text} <output id="lab-{name}-value"></output>'
        f'<input id="lab-{name}" type="range" min="{least}" max="{most}" step="{step}"></label>'
    )


def _data(labels: Labels) -> str:
    """Films as bits: the k-th of a film's number says whether it has the k-th genre."""
    found: dict[str, Any] = {
        "genres": labels.genres,
        "films": [sum(1 << genre for genre in own) for own in labels.films],
        "approaches": labels.approaches,
        "scores": labels.scores,
        "leading": labels.leading,
    }
    return f'<script type="application/json" class="labels">{as_json(found)}</script>'


def reported() -> str:
    """What the measure asks, and where the accuracy in the page's title is from."""
    (blind,) = studies.CONSTANT_ACCURACY.values
    reported = studies.percentages(studies.KERAS_ACCURACY.values)
    return (
        "Keras’ categorical accuracy asks whether the largest score falls on the first of a film’s "
        "labels, in the order of the label list. It was made for one label per film; films have "
        f"several. A study of trailers reported {reported} for its models; on "
        f"{studies.IMDB_LABELS.partition(';')[0]} the constant answer Drama scores "
        f"{blind:.0%}. What does such a number say? Try it, alone or with a class."
    )


def opening(labels: Labels) -> str:
    """What only another order of the labels does to a constant answer, in words."""
    y_true = labels.y_true
    ascending = list(range(len(labels.genres)))
    rarest = sorted(ascending, key=lambda genre: int(y_true[:, genre].sum()))
    best = [of_constants(y_true, order).max() for order in (ascending, ascending[::-1], rarest)]
    alphabetical, backwards, rare = (f"{value:.0%}" for value in best)
    return (
        f"Say the same genre for every one of {labels.title}: with the best genre that is right "
        f"for {alphabetical} of them where the labels stand in alphabetical order, for {backwards} "
        f"in the reverse order and for {rare} with the rarest label first. Nothing about the films "
        "or the answers has changed. Average precision, by which this site compares, is "
        f"{number(y_true.mean(), 3)} for such an answer in every order."
    )
