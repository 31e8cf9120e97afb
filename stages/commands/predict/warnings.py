"""Reasons not to rely on a prediction: of the models, and of the trailer."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from stages.base.counting import counted
from stages.base.genres import GENRES
from stages.base.packs import read_table
from stages.base.params import JudgingParams
from stages.commands.lock import Corpus
from stages.corpus.table import read_trailers
from stages.fitting.films import Films
from stages.judging.sample_size import check_sample_size

SAMPLE = (
    "these models were trained on the sample corpus, rendered trailers of films that do not exist: "
    "their predictions for a real trailer mean nothing; README, 'Real films', tells how to train "
    "on real ones"
)


def of_corpus(corpus: Corpus, films: Films, params: JudgingParams) -> list[str]:
    """Of all predictions. films: those that models, thresholds and calibrations were trained on."""
    return [*([SAMPLE] if corpus.sample else []), *_few(films, params)]


def _few(films: Films, params: JudgingParams) -> Iterator[str]:
    """By the rule that decides where the judges give an interval."""
    size = check_sample_size(films.y_true, films.group, params)
    if not size.enough_films:
        yield (
            f"thresholds and probabilities were learnt from {counted(len(films.ids), 'film')}, "
            f"too few (fewer than {params.min_films}) to rely on a yes or no"
        )
    elif rare := [genre for genre, has in zip(GENRES, size.enough_genres, strict=True) if not has]:
        yield (
            f"do not rely on predictions of {', '.join(rare)}: fewer than "
            f"{params.min_genre_films} of the training films are of the genre, or are not"
        )


def training_trailers(data: Path, films: Films) -> Mapping[str, str]:
    """The trailers that the models were trained on: sha256 of the file -> title of its film.

    Empty where the ledger of downloads is not here.
    """
    ledger = data / "downloads.parquet"
    if not ledger.is_file():
        return {}
    titles = {each.film_id: each.title for each in read_trailers(data / "catalogue.parquet")}
    used = set(films.ids.tolist())
    rows = read_table(ledger, columns=["film_id", "sha256"]).to_pylist()
    return {row["sha256"]: titles[row["film_id"]] for row in rows if row["film_id"] in used}


def trained_on(title: str, n_folds: int) -> str:
    """The warning for a trailer that the models were trained on."""
    return (
        f"this file is the trailer of {title!r}, which {n_folds - 1} of the {n_folds} folds' "
        "models were trained on: the prediction says nothing about new trailers"
    )
