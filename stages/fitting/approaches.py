"""Fit one cell of the matrix: from embeddings, or two approaches' scores, to scores of films."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors.torch import save_file

from stages.base.files import replacing
from stages.base.params import HeadParams, Params
from stages.base.params.matrix import Cell, cells
from stages.fitting.films import Films
from stages.fitting.fusion import fuse
from stages.fitting.items import Items, View, join, read_items
from stages.fitting.label_sets import taught
from stages.fitting.masking import Hidden, read_hidden
from stages.fitting.scores import Scores, prior_scores
from stages.fitting.training import Fitted, cross_validate

UNGROUPED = "ungrouped"


@dataclass(frozen=True)
class Outcome:
    """What came of fitting a cell: its scores, and what was trained for them if anything was."""

    scores: Scores
    fitted: Fitted | None = None


def fit(cell: Cell, films: Films, params: Params, data: Path) -> dict[str, Outcome]:
    """Fit one cell of the matrix, and with it those that differ in nothing but their labels.

    Returns outcomes by label set; and by UNGROUPED those of all labels in folds that part the films
    of a collection, where the catalogue names any and the cell asks for it.
    """
    seeds = params.training.seeds
    if cell.kind == "prior":
        scores = prior_scores(films.ids, films.fold, films.y_true, len(seeds))
        return {"all": Outcome(scores)}
    if cell.kind == "late":
        first, second = (Scores.load(data / "scores" / f"{part}.npz") for part in cell.parts)
        return {"all": Outcome(fuse(first, second, films.y_true, films.ids, cell.head))}
    shared = params.training.mask_shared
    hidden = read_hidden(data / "leaks.parquet", shared) if shared else None
    items = items_of(cell, films.film_of, len(films.ids), params, data / "embeddings", hidden)
    budget = _budget(cell, params)
    label_sets = [each.labels for each in cells(params) if each.fitted_with == cell.slug]
    lessons = [taught(films.y_true, labels, seeds) for labels in label_sets]
    found = cross_validate(items, lessons, films.fold, cell.head, budget, seeds, cell.context)
    if cell.ungrouped and films.group is not None:
        label_sets.append(UNGROUPED)
        fold = films.fold_ungrouped
        found += cross_validate(items, lessons[:1], fold, cell.head, budget, seeds, cell.context)
    return {
        labels: Outcome(Scores(films.ids, films.fold, fitted.score, fitted.inner).scored(), fitted)
        for labels, fitted in zip(label_sets, found, strict=True)
    }


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
    card = {
        "approach": asdict(cell),
        "models": [[fold, seed] for fold in range(folds) for seed in params.training.seeds],
        "budget": vars(_budget(cell, params)),
        "middle_frames": params.training.middle_frames,
        "shapes": {name: list(value.shape[1:]) for name, value in fitted.tensors.items()},
    }
    with replacing(folder) as new:
        new.mkdir()
        save_file(fitted.tensors, new / "model.safetensors")
        (new / "model.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def _budget(cell: Cell, params: Params) -> HeadParams:
    """A context that is trained brings the budget of the whole; else it is the head's."""
    return params.training.contexts.get(cell.context, params.training.heads[cell.head])
