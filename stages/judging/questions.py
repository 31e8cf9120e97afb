"""What a matrix lets one ask: every comparison of two of its approaches that means something."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, permutations

from stages.base.params import ALL_WINDOWS
from stages.base.params.matrix import PRIOR, Cell
from stages.base.params.modalities import SINGLE, in_words, singles_of
from stages.judging.board import Board
from stages.judging.part_selection import better_part, single_parts

NO_SKILL = "random_scores"


@dataclass(frozen=True)
class Comparison:
    """a minus b in macro AP."""

    family: str
    """Within which its p is adjusted, unless it was named before the run."""
    a: str
    """Slug of an approach."""
    b: str
    """Slug of an approach, or NO_SKILL."""
    question: str


def exploratory_comparisons(board: Board) -> Iterator[Comparison]:
    """Every comparison that the matrix allows; those of the headline may be among them."""
    singles = [cell for cell in board.cells if cell.kind in ("single", "zero_shot")]
    pairs = [*combinations(SINGLE, 2)]
    for a in singles:
        for b in singles:
            alike = (a.context, a.head) == (b.context, b.head) and not _variant(board, b)
            if (a.modality, b.modality) in pairs and alike:
                question = f"Does {a.modality} tell more than {b.modality}, head {a.head}, "
                question += f"context {a.context}?"
                yield Comparison(f"{a.modality}_{b.modality}", a.slug, b.slug, question)
    for cell in board.cells:
        parts = single_parts(board, cell)
        if len(parts) > 1:
            who = "both" if len(singles_of(cell.modality)) == 2 else "all"
            question = f"Do {who} together tell more than the better of {' and '.join(parts)}?"
            yield Comparison("fusion", cell.slug, better_part(board, parts), question)
    yield from _context_and_window(singles)
    yield from _frames_and_clips(board)
    yield from _against_asking(singles)
    yield from _without_title(singles)
    yield from _against_joining(board, singles)
    for cell in board.cells:
        if cell.slug != PRIOR:
            yield Comparison("no_skill", cell.slug, NO_SKILL, "Is there any skill at all?")


def _context_and_window(singles: list[Cell]) -> Iterator[Comparison]:
    """Approaches that differ only in their context, or only in the window of sound."""
    for a in singles:
        for b in singles:
            if b.context == "mean" != a.context and replace(a, slug=b.slug, context="mean") == b:
                question = f"Does {a.context} over the trailer tell more than the mean, {b.slug}?"
                yield Comparison("context", a.slug, b.slug, question)
    for a in singles:
        for b in singles:
            if a.window == "start" != b.window and replace(a, slug=b.slug, window=b.window) == b:
                other = "all windows together" if b.window == ALL_WINDOWS else f"the {b.window}"
                yield Comparison(
                    "window", a.slug, b.slug, f"Does the start of the sound tell more than {other}?"
                )


def _frames_and_clips(board: Board) -> Iterator[Comparison]:
    """A transformer over frames and clips, against the better approach of either backbone alone."""
    for cell in board.cells:
        if cell.kind != "dual":
            continue
        alone = [
            part.slug
            for part in board.cells
            if part.kind == "single" and set(part.parts) <= set(cell.parts)
        ]
        if alone:
            names = " and ".join(cell.parts)
            question = f"Do frames and clips together tell more than the better of {names} alone?"
            yield Comparison("context", cell.slug, better_part(board, alone), question)


def _against_asking(singles: list[Cell]) -> Iterator[Comparison]:
    """What learnt from our films on a network's embeddings, against the network asked in words."""
    for a in singles:
        for b in singles:
            alike = replace(a, slug=b.slug, head=b.head, kind=b.kind) == b
            if a.kind == "single" and b.kind == "zero_shot" and alike:
                question = (
                    f"Does {a.slug} tell more than the same network asked in words, {b.slug}?"
                )
                yield Comparison("zero_shot", a.slug, b.slug, question)


def _without_title(singles: list[Cell]) -> Iterator[Comparison]:
    """Approaches that read, with the words of the film's title hidden and not, all else equal."""
    for a, b in permutations(singles, 2):
        if a.unmasked and replace(a, slug=b.slug, parts=(a.unmasked,), unmasked="") == b:
            yield Comparison(
                "title", a.slug, b.slug, "Do words tell more without the film's title?"
            )


def _against_joining(board: Board, singles: list[Cell]) -> Iterator[Comparison]:
    """One network that looks and listens, against the fusion of the two that most folds choose."""
    for cell in singles:
        fusions = [
            each.slug
            for each in board.cells
            if each.kind in ("early", "late") and each.modality == cell.modality
        ]
        if cell.modality not in SINGLE and fusions:
            other = better_part(board, fusions)
            one = f"one network for {in_words(cell.modality)}, {cell.slug}"
            question = f"Does {one}, tell more than two that are joined, {other}?"
            yield Comparison("joint", cell.slug, other, question)


def _variant(board: Board, cell: Cell) -> bool:
    """Whether an approach declared before differs from this one only in its window."""
    alike = [c for c in board.cells if replace(c, slug=cell.slug, window=cell.window) == cell]
    return alike[0].slug != cell.slug
