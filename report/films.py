"""The films with every approach's scores: search, hits and misses, disagreements."""

import json
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from report.html import Html, paragraph
from report.loading import Metrics
from report.text import isolate, number

SHOWN = 8  # rows of a list of films
VALUES = np.array(
    [int(chr(code), 36) if chr(code).isalnum() else 0 for code in range(128)], np.int16
)
"""Of base-36 digits, by their ASCII codes."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Films:
    """Every film with its genres and scores."""

    titles: list[str]
    """With the year."""
    genres: list[str]
    approaches: list[str]
    """Names."""
    y_true: np.ndarray | None
    """(n_films, n_genres) bool; None where labels may not be passed on."""
    scores: np.ndarray
    """(n_films, n_approaches, n_genres)."""

    def of(self, name: str) -> np.ndarray:
        """Scores of one approach, (n_films, n_genres)."""
        return np.asarray(self.scores[:, self.approaches.index(name)])

    @property
    def labels(self) -> np.ndarray:
        """`y_true` where it is there; ValueError where it is not."""
        if self.y_true is None:
            raise ValueError("the genres of these films are not here")
        return self.y_true

    @cached_property
    def names(self) -> np.ndarray:
        """The titles, isolated from the direction of surrounding text."""
        return np.array([isolate(title) for title in self.titles])


def read(metrics: Metrics) -> Films:
    """Read films.json; two base-36 digits are a score in thousandths."""
    path: Path = metrics.folder / "films.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    films, genres = found["films"], found["genres"]
    approaches = [metrics.names.of(approach["slug"]) for approach in found["approaches"]]
    labelled = all("genres" in film for film in films)
    y_true = np.zeros((len(films), len(genres)), bool)
    for row, film in enumerate(films):
        y_true[row, film.get("genres", [])] = True
    text = "".join(film["scores"] for film in films).encode("ascii")
    high, low = VALUES[np.frombuffer(text, np.uint8)].reshape(-1, 2).T
    scores = ((high * 36 + low) / 1000).reshape(len(films), len(approaches), len(genres))
    titles = [f"{film['title']} ({film.get('year') or '–'})" for film in films]
    return Films(titles, genres, approaches, y_true if labelled else None, scores)


def hits(films: Films, name: str) -> pd.DataFrame:
    """The highest scores of a genre that the film has, as texts."""
    return _extremes(films, name, films.labels, highest=True)


def false_alarms(films: Films, name: str) -> pd.DataFrame:
    """The highest scores of a genre that the film does not have, as texts."""
    return _extremes(films, name, ~films.labels, highest=True)


def missed(films: Films, name: str) -> pd.DataFrame:
    """The lowest scores of a genre that the film has, as texts."""
    return _extremes(films, name, films.labels, highest=False)


def _extremes(films: Films, name: str, among: np.ndarray, highest: bool) -> pd.DataFrame:
    scores = np.where(among, films.of(name), -np.inf if highest else np.inf)
    order = np.argsort(-scores if highest else scores, axis=None, kind="stable")
    rows, columns = np.unravel_index(order[: min(SHOWN, int(among.sum()))], scores.shape)
    return pd.DataFrame(
        {
            "Film": films.names[rows],
            "Genre": [films.genres[column] for column in columns],
            "Score": [number(v) for v in scores[rows, columns]],
            "Its genres": [_own(films, row) for row in rows],
        }
    )


def disagreements(films: Films, picture: str, sound: str) -> pd.DataFrame:
    """Where the scores from picture and sound lie furthest apart; with labels, which is nearer."""
    seen, heard = films.of(picture), films.of(sound)
    order = np.argsort(-np.abs(seen - heard), axis=None, kind="stable")
    rows, columns = np.unravel_index(order[:SHOWN], seen.shape)
    shown = pd.DataFrame(
        {
            "Film": films.names[rows],
            "Genre": [films.genres[column] for column in columns],
            "Picture": [number(v) for v in seen[rows, columns]],
            "Sound": [number(v) for v in heard[rows, columns]],
        }
    )
    if films.y_true is None:
        return shown
    truth = films.y_true[rows, columns]
    right = (seen[rows, columns] > heard[rows, columns]) == truth
    return shown.assign(
        **{
            "Has it": ["yes" if has else "no" for has in truth],
            "Nearer": ["picture" if yes else "sound" for yes in right],
        }
    )


def _own(films: Films, row: int) -> str:
    own = films.labels[row]
    return ", ".join(genre for genre, has in zip(films.genres, own, strict=True) if has)


def labels_from(metrics: Metrics) -> Html:
    """A warning where the labels on this page are not those of a file that may be passed on."""
    path = metrics.folder / "films.json"
    if not json.loads(path.read_text(encoding="utf-8")).get("labels_from"):
        return Html("")
    return paragraph(
        "The genres on this page were read from the catalogue on this machine. Its terms do not "
        "allow them to be passed on: do not publish these pages as they are.",
        "banner",
    )


def explorer(metrics: Metrics) -> Html:
    """A search over the films; the page's script fills in what is found from films.js and the
    shards of titles and scores in films/, as a reader asks for them."""
    named = " ".join(map(metrics.names.slug, metrics.named.values()))
    return Html(
        f'<div class="explorer" id="explorer" data-named="{escape(named)}">'
        '<div class="controls"><label>Search films by title, year or id '
        '<input type="search" id="film-search" autocomplete="off" spellcheck="false"></label>'
        '<label hidden>Genre <select id="film-genre"><option value="">any</option></select></label>'
        "</div>"
        '<p class="caption" id="film-count" role="status"></p>'
        '<ul class="found" id="film-found"></ul>'
        '<div id="film-shown" aria-live="polite"></div>'
        "<noscript><p>This search needs JavaScript; films.json has the same data.</p></noscript>"
        '<script src="metrics/films.js" defer></script></div>'
        '<p class="source">Data: <a href="metrics/films.json" download>films.json</a></p>'
    )
