"""A corpus of films whose embeddings are known, as the pipeline lays it out."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.base.genres import GENRES
from stages.base.packs import write_table
from stages.corpus.folds import assign_folds, group_films
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers

SERIES, SEQUELS = 30, 4


def write_corpus(folder: Path, named: bool) -> None:
    """Series of films whose looks and genres are the series' own, and say nothing of each other."""
    rng = np.random.default_rng(0)
    look, genres = rng.normal(size=(SERIES, 40)), rng.random((SERIES, 10)) < 0.3
    genres[:, 4] |= ~genres.any(axis=1)
    trailers = [
        Trailer(
            trailer_id=f"{film:016x}",
            film_id=f"film {film:03}",
            title="T",
            year=2000,
            genres=tuple(GENRES[g] for g in np.flatnonzero(genres[film // SEQUELS])),
            url=f"sample:{film}",
            collection=f"series {film // SEQUELS}" if named else "",
        )
        for film in range(SERIES * SEQUELS)
    ]
    save_trailers(trailers, folder / "catalogue.parquet")
    y_true = genres[np.arange(len(trailers)) // SEQUELS]
    groups = group_films([trailer.collection for trailer in trailers])
    table = {
        "film_id": [trailer.film_id for trailer in trailers],
        "fold": assign_folds(y_true, 5, 0, groups),
        "fold_ungrouped": assign_folds(y_true, 5, 0),
    }
    write_table(pa.table(table), folder / "splits.parquet")
    x = look[np.arange(len(trailers)) // SEQUELS] + rng.normal(0, 0.3, (len(trailers), 40))
    (folder / "embeddings").mkdir()
    np.savez(
        folder / "embeddings/colour.npz",
        trailer_id=np.array([trailer.trailer_id for trailer in trailers]),
        trailer=np.arange(len(trailers)),
        group=np.zeros(len(trailers), int),
        embedding=x.astype(np.float32),
    )
