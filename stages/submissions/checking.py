"""What a submission would be judged on, told before a run; its macro AP where labels are known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.base.counting import counted
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.params.matrix import HeadlineParams
from stages.base.params.modalities import in_words
from stages.base.tables import read_csv
from stages.submissions.card import Card, read_card
from stages.submissions.expected import Expected, from_metrics
from stages.submissions.files import check_name
from stages.submissions.table import Table, read_scores

LABELS, JUDGED = "labels.parquet", "judged_films.parquet"  # of metrics/<corpus>
NO_LABELS = (
    "the genres of these films are not published: macro AP is computed where the catalogue is"
)
NO_RESULTS = "the corpus has no results here to compare with"
LEARNT = {
    "our_folds": "in our folds: each film is scored by models that saw none of its fold (stated, "
    "not checked)",
    "elsewhere": "from no genre of our films (stated, not checked)",
}
SCALES = {
    "probability": "probabilities",
    "any": "any scale: no Brier score, calibration or fixed threshold",
}
Line = tuple[str, str]
"""What is said, and of what."""


@dataclass(frozen=True)
class Checked:
    """A submission that can be judged."""

    name: str
    card: Card
    table: Table
    expected: Expected


def check(path: Path, metrics: Path, taken: Sequence[str] = ()) -> Checked:
    """Read a CSV and the card beside it.

    metrics: of the corpus; taken: names of approaches that it has. Raises BenchmarkError that says
    all that is wrong.
    """
    name = check_name(path)
    if name in taken:
        raise BenchmarkError(
            "an approach has this name", where=str(path), do="rename the file and its card"
        )
    card = read_card(path.with_suffix(".yaml"))
    expected = from_metrics(metrics)
    return Checked(name, card, read_scores(path, card, expected), expected)


def describe(found: Checked, metrics: Path, data: Path) -> Iterator[Line]:
    """What is known of it before a run, by line."""
    card, table = found.card, found.table
    asked = len(found.expected.films(card.looks_at))
    films = f"{counted(len(table.film_id), 'film')} scored, of which {asked:,} are asked for"
    yield "films", films
    yield "genres", f"{len(found.expected.genres)}: {', '.join(found.expected.genres)}"
    yield "folds", f"{found.expected.n_folds}, of {found.expected.where}"
    yield "seeds", str(len(table.score))
    yield "looks at", in_words(card.looks_at)
    yield "scores", SCALES[card.scale]
    yield "learnt", LEARNT[card.learnt_from]
    yield "trained on", card.trained_on
    yield "our films among it", card.our_films_among_it
    yield "who", card.who
    yield "paper, licence, date", f"{card.paper}, {card.licence}, {card.date}"
    yield from _judged(table, metrics, data)


def _judged(table: Table, metrics: Path, data: Path) -> Iterator[Line]:
    if not (metrics / JUDGED).is_file():
        yield "macro AP", NO_RESULTS
        return
    labels = _labels(metrics, data)
    if labels is None:
        yield "macro AP", NO_LABELS
        return
    from stages.scoring.ranking import macro_average_precision

    rows = [row for row, film in enumerate(table.film_id.tolist()) if film in labels]
    y_true = np.array([labels[film] for film in table.film_id[rows].tolist()], bool)
    genres = y_true.any(axis=0) if len(rows) else np.zeros(len(GENRES), bool)
    if not genres.any():
        yield "macro AP", "none of the films scored is among those judged"
        return
    scores = table.score[:, rows].mean(axis=0, dtype=np.float64)
    value = macro_average_precision(y_true[:, genres], scores[:, genres]).value
    yield "macro AP", f"{value:.3f} on {counted(len(rows), 'film')}"
    yield from _beside(metrics)


def _labels(metrics: Path, data: Path) -> dict[str, np.ndarray] | None:
    """Genres of every judged film, (10,) bool; None where neither git nor a run here has them."""
    from stages.base.packs import read_table

    judged = read_table(metrics / JUDGED)["film_id"].to_pylist()
    if (metrics / LABELS).is_file():
        rows = read_table(metrics / LABELS).to_pylist()
        return {row["film_id"]: np.isin(GENRES, row["genres"]) for row in rows}
    if not (data / "splits.parquet").is_file():
        return None
    from stages.fitting.films import read_films

    films = read_films(data)
    known = dict(zip(films.ids.tolist(), films.y_true, strict=True))
    return {film: known[film] for film in judged if film in known}


def _beside(metrics: Path) -> Iterator[Line]:
    """The headline's approaches and no skill, as the last run of the corpus had them."""
    if not all((metrics / name).is_file() for name in ("approaches.csv", "references.csv")):
        return
    for row in read_csv(metrics / "references.csv"):
        if (row["reference"], row["metric"]) == ("random_scores", "macro_ap"):
            yield "macro AP of guessing", f"{row['value']:.3f}"
    known = {row["approach"]: row for row in read_csv(metrics / "approaches.csv")}
    for modality, slug in _headline(metrics).items():
        if slug in known:
            yield f"macro AP of our {modality}", f"{known[slug]['macro_ap']:.3f}, {slug}"


def _headline(metrics: Path) -> dict[str, str]:
    import json

    path = metrics / "headline.json"
    named = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return {key: named[key] for key in HeadlineParams.__dataclass_fields__ if key in named}


def as_text(name: str, lines: Sequence[Line]) -> str:
    """The lines as a table for a terminal, under the name."""
    width = max(len(of) for of, _ in lines)
    return "\n".join([name, *(f"  {of:<{width}}  {text}" for of, text in lines)])


def as_markdown(text: str) -> str:
    """A text as a block in which nothing that its author wrote is a link, a name or a tag."""
    return "\n".join(["```text", text.replace("`", "'"), "```"])
