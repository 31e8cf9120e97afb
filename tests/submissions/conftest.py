"""A corpus of eight films in two folds, one of them without sound, and a submission to it."""

from pathlib import Path

import pytest

from stages.base.genres import GENRES
from stages.submissions.card import Card
from stages.submissions.expected import Expected, from_metrics

FILMS = ["603", "0604", "tt1", "=1+1", "a,b", "f6", "f7", "mute"]
CARD = {
    "who": "A Person",
    "looks_at": "both",
    "scale": "probability",
    "learnt_from": "our_folds",
    "trained_on": "nothing else",
    "our_films_among_it": "no",
    "paper": "–",
    "licence": "CC BY 4.0",
    "date": "2026-11-29",
}


def score(film: int, genre: int) -> float:
    """A made score, unlike any other film's of the genre."""
    return (film * 10 + genre) / 100


def lines(films: list[str] = FILMS[:7], head: str = "", before: str = "") -> list[str]:
    """A submission's lines; head: names of further columns, before: their cells."""
    quoted = [f'"{film}"' if "," in film else film for film in films]
    rows = [
        f"{name},{before}" + ",".join(str(score(n, g)) for g in range(len(GENRES)))
        for n, name in enumerate(quoted)
    ]
    return [f"film_id,{head}{','.join(GENRES)}", *rows]


@pytest.fixture
def metrics(tmp_path) -> Path:
    rows = [
        f"{chr(39) if film[0] == '=' else ''}{film},{n % 2},1,{int(film != 'mute')}"
        for n, film in enumerate(FILMS)
    ]
    folder = tmp_path / "metrics"
    folder.mkdir()
    quoted = [row.replace("a,b", '"a,b"') for row in rows]
    (folder / "folds.csv").write_text("\n".join(["film_id,fold,picture,sound", *quoted]) + "\n")
    return folder


@pytest.fixture
def expected(metrics) -> Expected:
    return from_metrics(metrics)


def card(**changes: str) -> Card:
    return Card(**{**CARD, **changes})  # type: ignore[arg-type]
