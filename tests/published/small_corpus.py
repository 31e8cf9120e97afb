"""A small corpus of published features, made here: 60 films whose tables know their genres."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from stages.corpus.reader import Trailer, trailer_id
from stages.corpus.table import save_trailers

ROOT = Path(__file__).resolve().parents[2]
N = 60
GENRES = ("Action", "Comedy", "Drama")
SHARED = ((4, 5), (10, 11, 12))
"""Films that share the sound of the first of them."""
UNKNOWN = (7, 2)
"""Film and picture feature that is not finite."""


def record(file: str, modality: str) -> dict[str, Any]:
    about = {"computed_from": "made up", "paper": "none", "licence": "none", "ids": "movielens"}
    return {"file": file, "modality": modality, **about}


def parameters() -> dict[str, Any]:
    """Those of mmtf14k, with small tables and little training."""
    params = yaml.safe_load((ROOT / "corpora/mmtf14k/params.yaml").read_text(encoding="utf-8"))
    params["features"] = {
        "look": record("look.csv", "picture"),
        "more": record("more.csv", "picture"),
        "hear": record("hear.csv", "sound"),
    }
    params["catalogue"] = {"path": "none", "second_source": "none", "ids": "movielens"}
    params["splits"] |= {"folds": 3}
    params["matrix"] |= {
        "backbones": {
            "look": {"family": "published", "table": "look"},
            "both": {"family": "published", "tables": ["look", "more"]},
            "hear": {"family": "published", "table": "hear"},
        },
        "approaches": {
            "look_linear": approach("look", with_left_out=True),
            "hear_linear": approach("hear", with_left_out=True),
            "both_knn": approach("both", head="knn"),
            "look_attention": approach("look", context="attention"),
            "hear_end": approach("hear", window="end"),
        },
        "early": {"early_mlp": {"picture": "look", "sound": "hear", "head": "mlp"}},
        "late": {
            "late": {"picture": "look_linear", "sound": "hear_linear", "with_left_out": True},
        },
        "headline": {"picture": "look_linear", "sound": "hear_linear", "both": "late"},
    }
    params["training"] |= {"seeds": [0]}
    fixed = {"epochs": 2, "weight_decay": 0.01}
    params["training"]["heads"]["mlp"] |= {"epochs": [1, 2], "weight_decay": 0.01, "fixed": fixed}
    params["training"]["heads"]["linear"] = {"grid": [0.1, 1], "fixed": 0.1}
    params["training"]["heads"]["knn"] = {"grid": [3, 10], "fixed": 10}
    params["judging"] |= {"resamples": 100, "permutations": 100, "min_films": 20}
    return params


def approach(backbone: str, **more: Any) -> dict[str, Any]:
    return {"backbone": backbone, "context": "mean", "head": "linear", **more}


def write_corpus(folder: Path) -> dict[str, np.ndarray]:
    """params.yaml, the catalogue and FEATURES_DIR in `folder/tables`; the tables' numbers."""
    random = np.random.default_rng(0)
    y = random.random((N, len(GENRES))) < 0.4
    y[~y.any(axis=1), 0] = True
    trailers = [
        Trailer(trailer_id(str(n), ""), str(n), f"Film {n}", 2000, _genres(y[n]), "")
        for n in range(N)
    ]
    save_trailers(trailers, folder / "data/sample/catalogue.parquet")
    (folder / "params.yaml").write_text(yaml.safe_dump(parameters()), encoding="utf-8")
    tables = {
        name: np.concatenate([y + random.normal(0, 0.7, y.shape), random.random((N, 2))], axis=1)
        for name in ("look", "more", "hear")
    }
    for first, *others in SHARED:
        tables["hear"][others] = tables["hear"][first]
    tables["look"][UNKNOWN] = np.inf
    (folder / "tables").mkdir()
    for name, values in tables.items():
        with (folder / f"tables/{name}.csv").open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["movieId", *(f"f{n}" for n in range(5))])
            rows.writerows([str(n), *map(str, row)] for n, row in enumerate(values.tolist()))
    return tables


def _genres(has: np.ndarray) -> tuple[str, ...]:
    return tuple(genre for genre, here in zip(GENRES, has, strict=True) if here)
