"""Fit one cell of the matrix: from embeddings, or two approaches' scores, to scores of films."""

import json
from dataclasses import asdict
from pathlib import Path

from safetensors.torch import save_file

from stages.corpus.genres import LABEL_SETS
from stages.fitting.films import Films
from stages.fitting.fusion import fuse
from stages.fitting.items import Items, View, join, read_items
from stages.fitting.label_sets import spread, taught
from stages.fitting.masking import Hidden, read_hidden
from stages.fitting.scores import Scores, prior_scores
from stages.fitting.training import Fitted, cross_validate
from stages.params import HeadParams, Params
from stages.params.matrix import Cell


def fit(cell: Cell, films: Films, params: Params, data: Path) -> tuple[Scores, Fitted | None]:
    """Scores of one cell, and what was trained for them if anything was."""
    if cell.kind == "prior":
        return prior_scores(films.ids, films.fold, films.y_true, len(params.training.seeds)), None
    if cell.kind == "late":
        first, second = (Scores.load(data / "scores" / f"{part}.npz") for part in cell.parts)
        return fuse(first, second, films.y_true, films.ids, cell.head), None
    shared = params.training.mask_shared
    hidden = read_hidden(data / "leaks.parquet", shared) if shared else None
    items = items_of(cell, films.film_of, len(films.ids), params, data / "embeddings", hidden)
    seeds, budget = params.training.seeds, _budget(cell, params)
    labels = taught(films.y_true, cell.labels, seeds)
    fitted = cross_validate(items, labels, films.fold, cell.head, budget, seeds, cell.context)
    score, inner = (spread(each, cell.labels) for each in (fitted.score, fitted.inner))
    return Scores(films.ids, films.fold, score, inner).scored(), fitted


def items_of(
    cell: Cell,
    film_of: dict[str, int],
    n_films: int,
    params: Params,
    embeddings: Path,
    hidden: Hidden | None = None,
) -> Items:
    """What a single or early approach looks at or hears of these films, all that there is of it.

    film_of: trailer_id -> row of its film; embeddings: folder of one file a backbone; hidden:
    frames to leave out.
    """
    view = View(cell.context, params.training.middle_frames, cell.window)
    parts = [
        read_items(
            embeddings / f"{backbone}.npz",
            film_of,
            view,
            params.matrix.backbone(backbone).modality,
            params.frames.count,
            hidden,
        )
        for backbone in cell.parts
    ]
    return parts[0] if cell.kind == "single" else join(parts[0], parts[1], n_films)


def save_models(cell: Cell, fitted: Fitted, params: Params, folds: int, folder: Path) -> None:
    """Write the trained models (safetensors) and beside them what it takes to use them."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(fitted.tensors, folder / "model.safetensors")
    card = {
        "approach": asdict(cell),
        "genres": LABEL_SETS[cell.labels],
        "models": [[fold, seed] for fold in range(folds) for seed in params.training.seeds],
        "budget": vars(_budget(cell, params)),
        "middle_frames": params.training.middle_frames,
        "shapes": {name: list(value.shape[1:]) for name, value in fitted.tensors.items()},
    }
    (folder / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _budget(cell: Cell, params: Params) -> HeadParams:
    """A context that is trained brings the budget of the whole; else it is the head's."""
    return params.training.contexts.get(cell.context, params.training.heads[cell.head])
