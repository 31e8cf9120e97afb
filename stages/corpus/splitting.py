"""The table of folds, `data/splits.parquet`: one row a film."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from stages.base.params import SplitsParams
from stages.corpus.folds import draw_folds, group_films
from stages.corpus.published_split import choose_folds, scattered_groups
from stages.corpus.serving import Served

SCHEMA = pa.schema(
    [
        *[("film_id", pa.string()), ("fold", pa.int8()), ("fold_ungrouped", pa.int8())],
        *[("group", pa.int32()), ("picture", pa.bool_()), ("sound", pa.bool_())],
    ]
)
WORDS = "words"  # a column where it is known what films say
LEFT_OUT = "left_out"  # a column where films may be left out, of a corpus of published features


def split_rows(
    films: Sequence[str],
    y_true: np.ndarray,
    collections: Sequence[str],
    parts: Sequence[str],
    served: Served,
    params: SplitsParams,
) -> list[dict[str, Any]]:
    """Every film that can be used, with its folds; films of one collection share `fold`.

    films: film ids; y_true: (n_films, n_genres) bool; collections, parts of a published split:
    (n_films,), "" for none. Raises BenchmarkError with too few films.
    """
    kept = (served.picture | served.sound) - served.left_out
    usable = [row for row, film in enumerate(films) if film in kept]
    grouped = params.group_by == "collection"
    groups = group_films([collections[row] if grouped else "" for row in usable])
    published = [parts[row] for row in usable]
    fold_of, fold_ungrouped = choose_folds(params, y_true[usable], groups, published)
    return [
        {
            "film_id": films[row],
            "fold": int(fold),
            "fold_ungrouped": int(other),
            "group": int(group),
            "picture": films[row] in served.picture,
            "sound": films[row] in served.sound,
            **({} if served.words is None else {WORDS: films[row] in served.words}),
        }
        for row, fold, other, group in zip(usable, fold_of, fold_ungrouped, groups, strict=True)
    ]


def split_table(
    rows: Sequence[dict[str, Any]], served: Served, params: SplitsParams, published: bool
) -> pa.Table:
    """The rows, in a corpus of published features with those of the films that are left out.

    These are in folds by lot, as they would be where nobody noticed what they share.
    """
    if not published:
        more = [] if served.words is None else [pa.field(WORDS, pa.bool_())]
        return pa.Table.from_pylist(list(rows), pa.schema([*SCHEMA, *more]))
    films = sorted(served.left_out)
    drawn = draw_folds(len(films), params.folds, params.seed).tolist()
    others = [
        {
            **{"film_id": film, "fold": fold, "fold_ungrouped": fold, "group": len(rows) + number},
            **{"picture": film in served.picture, "sound": film in served.sound, LEFT_OUT: True},
        }
        for number, (film, fold) in enumerate(zip(films, drawn, strict=True))
    ]
    every = [*({**row, LEFT_OUT: False} for row in rows), *others]
    return pa.Table.from_pylist(every, SCHEMA.append(pa.field(LEFT_OUT, pa.bool_())))


def scattered_collections(rows: Sequence[dict[str, Any]]) -> int:
    """How many collections have films in several folds."""
    fold, group = (np.array([row[name] for row in rows]) for name in ("fold", "group"))
    return scattered_groups(fold, group)
