"""What a cell leaves behind that its table cannot serve: files without a score or a model."""

import json
from pathlib import Path

import numpy as np

from stages.base.files import replacing
from stages.base.genres import GENRES
from stages.base.tables import write_csv
from stages.fitting.scores import Scores, save_scores


def save_not_run(slug: str, reason: str, n_seeds: int, data: Path, metrics: Path) -> None:
    """Write the outputs that the pipeline expects of the stage, all of them empty."""
    none = np.zeros((n_seeds, 0, len(GENRES)), np.float32)
    scores = Scores(np.zeros(0, "<U1"), np.zeros(0, np.int8), none, none)
    save_scores({"all": scores}, data / f"scores/{slug}.npz")
    with replacing(data / f"models/{slug}") as new:
        new.mkdir()
        (new / "model.json").write_text(json.dumps({"not_run": reason}) + "\n", encoding="utf-8")
    write_csv([], ["step", "part", "value"], metrics / f"curves/{slug}.csv")
