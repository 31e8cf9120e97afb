"""Paired comparisons on the same films: picture against sound, both against one, and none."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.judging.board import Board
from stages.params import JudgingParams
from stages.params.matrix import PRIOR, Cell
from stages.scoring.bootstrap import bootstrap_macro_average_precision
from stages.scoring.intervals import paired_difference
from stages.scoring.permutation import holm, no_skill_test, paired_permutation_test
from stages.scoring.ranking import macro_average_precision
from stages.scoring.references import random_scores

Row = dict[str, Any]
NO_SKILL = "random_scores"
RANDOM_DRAWS = 20  # their mean is the reference, so that one lucky draw is none


@dataclass(frozen=True)
class Comparison:
    """a minus b in macro AP, both keys of the contenders."""

    family: str
    a: str
    b: str
    question: str


def comparison_rows(board: Board, params: JudgingParams) -> list[Row]:
    """One row a comparison: difference, paired interval, permutation p, Holm's p in its family.

    No skill is a random order of the films, not the prior: a constant's average precision lies
    below that of random scores, and out of fold below even its own prevalence, because a genre
    rarer in training is more frequent in the fold it is judged on. Noise would "beat" it.
    """
    contenders = dict(zip([cell.slug for cell in board.cells], board.y_scores, strict=True))
    contenders |= {best_of(slug): best_single(board, parts) for slug, parts in fusions(board)}
    places = {name: [row] for row, name in enumerate(contenders)}
    rng = np.random.default_rng(params.seed)
    n_films, n_genres = board.y_true.shape
    noise = [random_scores(n_films, n_genres, rng) for _ in range(RANDOM_DRAWS)]
    places[NO_SKILL] = list(range(len(contenders), len(contenders) + RANDOM_DRAWS))
    resamples = bootstrap_macro_average_precision(
        board.y_true, np.stack([*contenders.values(), *noise]), params.resamples, params.seed
    )
    rows = []
    for item in comparisons(board):
        a = contenders[item.a]
        if item.b == NO_SKILL:
            test = no_skill_test(board.y_true, a, params.permutations, params.seed)
        else:
            test = paired_permutation_test(
                board.y_true, a, contenders[item.b], params.permutations, params.seed
            )
        estimate = paired_difference(resamples, places[item.a], places[item.b], params.level)
        rows.append(
            {
                **vars(item),
                "name": f"{item.a}_minus_{item.b}",
                "difference": estimate.value,
                "lo": estimate.lo,
                "hi": estimate.hi,
                "p": test.p_value,
                "films": len(board.film_id),
            }
        )
    for family in dict.fromkeys(row["family"] for row in rows):
        members = [row for row in rows if row["family"] == family]
        adjusted = holm(np.array([row["p"] for row in members]))
        for row, p in zip(members, adjusted, strict=True):
            row["p_holm"] = float(p)
    return rows


def comparisons(board: Board) -> Iterator[Comparison]:
    """Every comparison that the matrix answers."""
    singles = [cell for cell in board.cells if cell.kind == "single"]
    for a in singles:
        for b in singles:
            alike = (a.context, a.head) == (b.context, b.head)
            if (a.modality, b.modality) == ("picture", "sound") and alike:
                question = f"Does picture tell more than sound, head {a.head}, context {a.context}?"
                yield Comparison("picture_sound", a.slug, b.slug, question)
    for slug, parts in fusions(board):
        question = f"Do both together tell more than the better of {' and '.join(parts)}?"
        yield Comparison("fusion", slug, best_of(slug), question)
    for cell in board.cells:
        if cell.slug != PRIOR:
            yield Comparison("no_skill", cell.slug, NO_SKILL, "Is there any skill at all?")


def best_of(slug: str) -> str:
    """Name of a fusion's better part as a contender."""
    return f"best_part_of_{slug}"


def best_single(board: Board, parts: tuple[str, ...]) -> np.ndarray:
    """Scores of the better part, chosen for each fold on the other folds' films only."""
    candidates = [board.y_scores[board.row(part)] for part in parts]
    chosen = np.empty_like(candidates[0])
    for fold in np.unique(board.fold):
        train, held_out = board.fold != fold, board.fold == fold
        values = [
            macro_average_precision(board.y_true[train], score[train]).value or 0.0
            for score in candidates
        ]
        chosen[held_out] = candidates[int(np.argmax(values))][held_out]
    return chosen


def fusions(board: Board) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Fusions with the single approaches behind them, where the matrix has both."""
    for cell in board.cells:
        parts = tuple(_single_parts(board, cell))
        if cell.modality == "both" and len(parts) == 2:
            yield cell.slug, parts


def _single_parts(board: Board, cell: Cell) -> Iterator[str]:
    if cell.kind == "late":
        yield from cell.parts
    # early fusion of two backbones: the approaches with the same backbone, context and head
    for backbone in cell.parts if cell.kind == "early" else ():
        for part in board.cells:
            same = (part.parts, part.context, part.head) == ((backbone,), cell.context, cell.head)
            if part.kind == "single" and same:
                yield part.slug
