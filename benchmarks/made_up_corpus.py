"""A corpus of any size without trailers: what the stages after the embeddings read, made up."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml

from stages.auditing.tables import piece_table
from stages.corpus.genres import GENRES
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.packs import write_table

ROOT = Path(__file__).resolve().parents[1]
BACKBONES = {"colour": (31, 40), "mfcc": (30, 80)}  # items a trailer, dimensions, as embedded
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
    data = folder / "data"
    save_trailers(trailers, data / "catalogue.parquet")
    reasons = pa.array(["ok"] * films)
    write_table(pa.table({"reason": reasons}), data / "downloads.parquet")
    for step in ("frames", "audio"):
        outcomes = pa.table({"trailer_id": ids, "reason": reasons})
        write_table(outcomes, data / step / "outcomes.parquet")
    write_table(piece_table([], [t.film_id for t in trailers]), data / "leaks.parquet")
    (data / "embeddings").mkdir()
    for name, (items, width) in BACKBONES.items():
        shown = y_true.astype(np.float32) @ random.normal(0, 1, (len(GENRES), width))
        noise = random.normal(0, 4, (films, items, width)).astype(np.float32)
        embedding = (shown.astype(np.float32)[:, None] + noise).reshape(-1, width)
        times = np.tile(np.arange(items, dtype=np.float32), films)
        window = name == "mfcc"  # ten items in each of its three windows
        group = np.arange(items, dtype=np.int16) // (10 if window else 1)
        np.savez(
            data / f"embeddings/{name}.npz",
            trailer_id=np.array(ids),
            trailer=np.repeat(np.arange(films, dtype=np.int32), items),
            group=np.tile(group, films),
            time=times,
            embedding=embedding,
        )
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    matrix = params["matrix"]
    for section in ("approaches", "early", "late"):
        matrix[section] = {slug: item for slug, item in matrix[section].items() if slug in KEPT}
    matrix["backbones"] = {slug: matrix["backbones"][slug] for slug in BACKBONES}
    matrix["headline"] = dict(zip(("picture", "sound", "both"), KEPT, strict=True))
    params["sets"] = {}
    text = yaml.safe_dump(params, sort_keys=False)
    (folder / "params.yaml").write_text(text, encoding="utf-8")
