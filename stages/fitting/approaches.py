"""Fit one cell of the matrix: from embeddings, or other approaches' scores, to scores of films."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from stages.base.genres import GENRES, LABEL_SETS
from stages.base.params import HeadParams, Params, ProbeParams
from stages.base.params.matrix import Cell, cells, fitted_with_left_out
from stages.base.params.zero_shot import ASKED
from stages.fitting import probing
from stages.fitting.films import Films, read_films
from stages.fitting.fitted import Fitted
from stages.fitting.items import (
    Items,
    SharedFrames,
    View,
    join,
    read_items,
    read_shared_frames,
    side_by_side,
)
from stages.fitting.scores import Scores, prior_scores
from stages.fitting.zero_shot import read_prompts, zero_shot_scores

UNGROUPED = "ungrouped"
WITH_LEFT_OUT = "with_left_out"  # the films that share their features with another, learnt from too
FIXED = "fixed"  # the scores where no fold chooses its setting


@dataclass(frozen=True)
class Outcome:
    """The scores of a cell, and the models behind them."""

    scores: Scores
    fitted: Fitted | None = None
    """None where nothing was trained."""


def fit(cell: Cell, films: Films, params: Params, data: Path) -> dict[str, Outcome]:
    """Fit one cell of the matrix, and with it those that differ in nothing but their labels.

    Returns outcomes by label set; under UNGROUPED one with all labels in folds that may split a
    collection, where the catalogue names any and the cell asks for it; where there was a choice
    under FIXED one with all labels and the same setting in every fold; and where the cell asks for
    it under WITH_LEFT_OUT one of all films, those too that the splits leave out.
    """
    found = _fit(cell, films, params, data)
    if fitted_with_left_out(params.matrix, cell.slug):
        every = read_films(data, with_left_out=True)
        if len(every.ids) == len(films.ids):
            return found
        found[WITH_LEFT_OUT] = _fit_once(cell, every, params, data, WITH_LEFT_OUT)
    return found


def _fit(cell: Cell, films: Films, params: Params, data: Path) -> dict[str, Outcome]:
    seeds = params.training.seeds
    if cell.kind == "prior":
        scores = prior_scores(films.ids, films.fold, films.y_true, len(seeds))
        return {"all": Outcome(scores)}
    if cell.kind == "late":
        return {"all": _fuse(cell, films, data, "all")}
    items = items_of_cell(cell, films, params, data)
    if cell.kind == "zero_shot":
        return {"all": Outcome(zero_shot_scores(items, films.ids, films.fold).complete())}
    budget = training_budget(cell, params)
    label_sets = [each.labels for each in cells(params) if each.fitted_with == cell.slug]
    targets = [training_targets(films.y_true, labels, seeds) for labels in label_sets]
    found, fixed = _cross_validate(cell, items, targets, films.fold, budget, seeds)
    if cell.ungrouped and films.group is not None:
        label_sets.append(UNGROUPED)
        fold = films.fold_ungrouped
        found += _cross_validate(cell, items, targets[:1], fold, budget, seeds)[0]
    if fixed:
        label_sets.append(FIXED)
        found.append(fixed)
    return {
        labels: Outcome(Scores(films.ids, films.fold, each.score, each.inner).complete(), each)
        for labels, each in zip(label_sets, found, strict=True)
    }


def _fit_once(cell: Cell, films: Films, params: Params, data: Path, labels: str) -> Outcome:
    """Fit a cell on all labels alone. labels: under what name a late fusion's parts are stored."""
    if cell.kind == "late":
        return _fuse(cell, films, data, labels)
    items = items_of_cell(cell, films, params, data)
    seeds, budget = params.training.seeds, training_budget(cell, params)
    targets = [training_targets(films.y_true, "all", seeds)]
    (found,), _ = _cross_validate(cell, items, targets, films.fold, budget, seeds)
    return Outcome(Scores(films.ids, films.fold, found.score, found.inner).complete(), found)


def _fuse(cell: Cell, films: Films, data: Path, labels: str) -> Outcome:
    from stages.fitting.fusion import fuse  # loads scikit-learn, which no other cell needs

    parts = [Scores.load(data / "scores" / f"{part}.npz", labels) for part in cell.parts]
    return Outcome(fuse(parts, films.y_true, films.ids, cell.head))


def is_fitted(cell: Cell) -> bool:
    """Whether `fit` makes its scores: neither together with another cell's nor by somebody else."""
    return not cell.base and cell.kind != "submitted"


def _cross_validate(
    cell: Cell,
    items: Items,
    targets: Sequence[np.ndarray],
    fold: np.ndarray,
    budget: HeadParams | ProbeParams,
    seeds: tuple[int, ...],
) -> tuple[list[Fitted], Fitted | None]:
    """By label set, and the first of them without a choice of its setting, if there was one."""
    if isinstance(budget, ProbeParams):
        return probing.cross_validate(items, targets, fold, cell.head, budget, len(seeds))
    from stages.fitting import training  # loads torch, which a probe does without

    return training.cross_validate(items, targets, fold, cell.head, budget, seeds, cell.context)


def training_targets(y_true: np.ndarray, labels: str, seeds: Sequence[int]) -> np.ndarray:
    """What models of a label set are trained on, float32: 1, 0, or NaN for genres outside it.

    y_true: (n_films, 10) bool; labels: a key of LABEL_SETS. Returns (n_films, 10), and for `one`
    (n_seeds, n_films, 10): each seed draws one label of each film anew. Films without any of the
    labels stay, as negatives.
    """
    targets = y_true.astype(np.float32)
    if labels == "one":
        targets = np.zeros((len(seeds), *y_true.shape), np.float32)
        for each, seed in zip(targets, seeds, strict=True):
            drawn = np.where(y_true, np.random.default_rng(seed).random(y_true.shape), -1.0)
            each[np.arange(len(y_true)), drawn.argmax(axis=1)] = y_true.any(axis=1)
    outside = [column for column, genre in enumerate(GENRES) if genre not in LABEL_SETS[labels]]
    targets[..., outside] = np.nan
    return targets


def items_of_cell(cell: Cell, films: Films, params: Params, data: Path) -> Items:
    """Items of an approach of backbones, without those that too many films share."""
    min_films = params.training.mask_shared
    shared = read_shared_frames(data / "leaks.parquet", min_films) if min_films else None
    folder = data / "embeddings"
    items = items_of(cell, films.film_of, len(films.ids), params, folder, shared)
    if cell.head not in ASKED:
        return items
    return replace(items, prompts=read_prompts(folder / f"{cell.parts[0]}.npz"))


def items_of(
    cell: Cell,
    film_of: dict[str, int],
    n_films: int,
    params: Params,
    embeddings: Path,
    shared: SharedFrames | None = None,
) -> Items:
    """All items of these films that an approach of backbones looks at, hears or reads.

    film_of: trailer_id -> row of its film; embeddings: folder of one file a backbone; shared:
    frames to leave out.
    """
    is_published = bool(params.features)
    view = View(cell.context, params.training.middle_frames, cell.window, is_published)
    parts = [
        read_items(
            embeddings / f"{backbone}.npz",
            film_of,
            view,
            params.matrix.backbone(backbone).modality,
            0 if is_published else params.frames.count,
            shared,
        )
        for backbone in cell.parts
    ]
    if cell.kind == "dual":
        return side_by_side(parts[0], parts[1])
    return join(parts, n_films) if cell.kind == "early" else parts[0]


def training_budget(cell: Cell, params: Params) -> HeadParams | ProbeParams:
    """What its fit may spend: the context's own budget where it is trained, else the head's."""
    return params.training.contexts.get(cell.context, params.training.heads[cell.head])


def is_trained(cell: Cell, params: Params) -> bool:
    """Whether anything of it is trained by steps, with torch."""
    if cell.kind not in ("single", "early", "dual"):
        return False
    return isinstance(training_budget(cell, params), HeadParams)
