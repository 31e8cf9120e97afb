"""A corpus of any size without trailers: what the stages after the embeddings read, made up."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from stages.base.genres import GENRES
from stages.base.npz import write_npz
from stages.base.packs import write_table
from stages.base.params import yaml12
from stages.base.tables import write_csv
from stages.ceiling import COLUMNS, GENRE_COLUMNS
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.trailers.auditing.tables import occurrence_table

ROOT = Path(__file__).resolve().parents[1]
BACKBONES = {"colour": (31, 40), "mfcc": (30, 80)}  # items a trailer, dimensions, as embedded
AT_ONCE = 1000  # films whose embeddings are made together
KEPT = ("colour_linear", "mfcc_linear", "late_linear")


def make_corpus(folder: Path, films: int, seed: int = 0) -> None:
    """Write params.yaml, the catalogue, ledger, outcomes and embeddings of `films` films.

    Each has one trailer, one to three genres, and embeddings in which its genres can be told.
    """
    random = np.random.default_rng(seed)
    ids = [f"{n:016x}" for n in range(films)]
    y_true = random.random((films, len(GENRES))) < 0.2
    y_true[np.arange(films), random.integers(0, len(GENRES), films)] = True
    genres = [tuple(g for g, has in zip(GENRES, row, strict=True) if has)[:3] for row in y_true]
    trailers = [
        Trailer(name, f"f{n}", f"Film {n}", 2000, genres[n], f"sample:{n}")
        for n, name in enumerate(ids)
    ]
    data = folder / "data/sample"
    save_trailers(trailers, data / "catalogue.parquet")
    reasons = pa.array(["ok"] * films)
    write_table(pa.table({"reason": reasons}), data / "downloads.parquet")
    for step in ("frames", "audio"):
        outcomes = pa.table({"trailer_id": ids, "reason": reasons})
        write_table(outcomes, data / step / "outcomes.parquet")
    write_table(occurrence_table([], [t.film_id for t in trailers]), data / "leaks.parquet")
    for name, columns in {"ceilings": COLUMNS, "ceiling_genres": GENRE_COLUMNS}.items():
        write_csv(
            [], columns, folder / f"metrics/sample/{name}.csv"
        )  # as of films that nobody planned
    (data / "embeddings").mkdir()
    for name, (items, width) in BACKBONES.items():
        group = np.arange(items, dtype=np.int16) // (10 if name == "mfcc" else 1)  # three windows
        others = {
            "trailer_id": np.array(ids),
            "trailer": np.repeat(np.arange(films, dtype=np.int32), items),
            "group": np.tile(group, films),
            "time": np.tile(np.arange(items, dtype=np.float32), films),
        }
        path, shape = data / f"embeddings/{name}.npz", (films * items, width)
        parts = _embeddings(y_true, items, width, random)
        write_npz(path, "embedding", shape, np.float32, parts, others)
    params = yaml12.read((ROOT / "params.yaml").read_text(encoding="utf-8"))
    matrix = params["matrix"]
    for section in ("approaches", "early", "late"):
        matrix[section] = {slug: item for slug, item in matrix[section].items() if slug in KEPT}
    matrix["backbones"] = {slug: matrix["backbones"][slug] for slug in BACKBONES}
    matrix["headline"] = dict(zip(("picture", "sound", "both"), KEPT, strict=True))
    text = yaml12.block(params)
    (folder / "params.yaml").write_text(text, encoding="utf-8")


def _embeddings(
    y_true: np.ndarray, items: int, width: int, random: np.random.Generator
) -> Iterator[np.ndarray]:
    """What a backbone gives of each film, its genres under noise, some films at a time."""
    directions = random.normal(0, 1, (y_true.shape[1], width))
    for start in range(0, len(y_true), AT_ONCE):
        shown = (y_true[start : start + AT_ONCE].astype(np.float32) @ directions).astype(np.float32)
        noise = random.normal(0, 4, (len(shown), items, width)).astype(np.float32)
        yield (shown[:, None] + noise).reshape(-1, width)
