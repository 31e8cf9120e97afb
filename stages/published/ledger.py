"""What is odd in each table, counted and listed: metrics/features.json and features.csv."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from stages.base.params import TableParams
from stages.published.corpus import CorpusTable
from stages.published.reading import Settled
from stages.published.shared import equal_rows

COLUMNS = ("table", "what", "group", "id", "title", "detail")
MOST_COLUMNS = 20  # named in a cell
Row = dict[str, Any]


def table_record(corpus_table: CorpusTable, record: TableParams) -> Row:
    """A table's record, and counts of what its rules were applied to."""
    table, joined = corpus_table.table, corpus_table.joined
    unknown = np.isnan(table.values)
    groups = equal_rows(table.ids, table.start, table.values)
    return {
        **{name: getattr(record, name) for name in ("modality", "file", "sha256", "url")},
        **{name: getattr(record, name) for name in ("computed_from", "paper", "licence", "note")},
        "rows": table.n_rows,
        "films": len(table.ids),
        "dimensions": table.values.shape[1],
        "joined_films": len(joined.film_of),
        "not_joined_films": len(joined.not_joined),
        "catalogue_films_without": len(joined.without),
        "not_finite_cells": int(unknown.sum()),
        "not_finite_films": len(_unknown_films(table)),
        "not_finite_columns": np.flatnonzero(unknown.any(axis=0)).tolist(),
        "constant_columns": constant_columns(table.values),
        "repeated_ids": len(table.repeated),
        "contradicting_ids": len(table.contradicting),
        "empty_films": len(table.empty),
        "films_with_shared_vector": sum(map(len, groups)),
        "groups_with_shared_vector": len(groups),
    }


def listed_films(
    name: str, corpus_table: CorpusTable, title_of: Mapping[str, str], labels: bool = True
) -> Iterator[Row]:
    """A row for each film of a table that a rule was applied to; no features.

    title_of: by the table's id, as far as the catalogue has the film. labels: whether a film's
    genres may be published; else those that the catalogue does not have, which may be the ones
    without any of the ten, are counted alone.
    """
    table, joined = corpus_table.table, corpus_table.joined

    def row(what: str, film: str, detail: str = "", group: int | None = None) -> Row:
        title = title_of.get(film, "")
        return {
            **{"table": name, "what": what, "group": group},
            **{"id": film, "title": title, "detail": detail},
        }

    for film, columns in _unknown_films(table).items():
        more = ", …" if len(columns) > MOST_COLUMNS else ""
        shown = ", ".join(map(str, columns[:MOST_COLUMNS]))
        yield row("not_finite", film, f"columns {shown}{more}")
    for what in ("repeated", "contradicting", "empty"):
        for film in getattr(table, what):
            yield row(f"{what}_id" if what != "empty" else what, film)
    for number, films in enumerate(equal_rows(table.ids, table.start, table.values)):
        for film in films:
            yield row("shared_vector", film, "", number)
    for film in joined.not_joined if labels else ():
        yield row("not_joined", film)
    for film in joined.without:
        yield row("not_in_table", film)


def constant_columns(values: np.ndarray) -> list[int]:
    """Numbers of the features whose known cells are all the same."""
    known = ~np.isnan(values)
    lowest = np.where(known, values, np.inf).min(axis=0)
    highest = np.where(known, values, -np.inf).max(axis=0)
    return np.flatnonzero(highest <= lowest).tolist()


def _unknown_films(table: Settled) -> dict[str, Sequence[int]]:
    """Film -> the features of which some cell is not known."""
    unknown = np.isnan(table.values)
    if not unknown.any():
        return {}
    film_of = np.repeat(np.arange(len(table.ids)), np.diff(table.start))
    return {
        table.ids[film]: np.flatnonzero(unknown[film_of == film].any(axis=0)).tolist()
        for film in np.unique(film_of[unknown.any(axis=1)])
    }
