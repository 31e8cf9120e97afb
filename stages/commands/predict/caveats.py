"""What a person must know before believing an answer: of the models, and of the trailer."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from stages.base.counting import counted
from stages.base.genres import GENRES
from stages.base.packs import read_table
from stages.base.params import JudgingParams
from stages.commands.predict.record import Corpus
from stages.corpus.table import read_trailers
from stages.fitting.films import Films
from stages.judging.sample_size import check_sample_size

SAMPLE = (
    "these models learnt from rendered trailers of films that do not exist (the sample corpus): "
    "what they say of a real trailer means nothing; README, 'Real films', says how to train on some"
)


def warnings(corpus: Corpus, films: Films, params: JudgingParams) -> list[str]:
    """Of all answers. films: those that the models, thresholds and probabilities were learnt on."""
    return [*([SAMPLE] if corpus.sample else []), *_few(films, params)]


def _few(films: Films, params: JudgingParams) -> Iterator[str]:
    """By the rule by which the judges give no interval."""
    size = check_sample_size(films.y_true, films.group, params)
    if not size.enough_films:
        yield (
            f"thresholds and probabilities were learnt from {counted(len(films.ids), 'film')}, "
            f"too few (fewer than {params.min_films}) for a yes or no to be relied on"
        )
    elif rare := [genre for genre, has in zip(GENRES, size.enough_genres, strict=True) if not has]:
        yield (
            f"of {', '.join(rare)} the models know fewer than {params.min_genre_films} films with "
            "it or without it: their answers there are not to be relied on"
        )


def learnt_from(data: Path, films: Films) -> Mapping[str, str]:
    """The trailers that the models were trained on: sha256 of the file -> title of its film.

    Empty where the ledger of downloads is not at hand.
    """
    ledger = data / "downloads.parquet"
    if not ledger.is_file():
        return {}
    titles = {each.film_id: each.title for each in read_trailers(data / "catalogue.parquet")}
    used = set(films.ids.tolist())
    rows = read_table(ledger, columns=["film_id", "sha256"]).to_pylist()
    return {row["sha256"]: titles[row["film_id"]] for row in rows if row["film_id"] in used}


def seen(title: str, n_folds: int) -> str:
    """Of a trailer that the models were trained on."""
    return (
        f"this file is the trailer of {title!r}, which {n_folds - 1} of the {n_folds} folds' "
        "models learnt from: the answer says nothing of a new trailer"
    )
