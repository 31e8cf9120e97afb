"""How picture and sound complement each other: fusion gains, oracles, owned genres, agreement."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell
from stages.judging.board import Board
from stages.judging.comparisons import paired_comparison
from stages.judging.part_selection import (
    better_part,
    choose_by_fold,
    rank_within_folds,
    single_parts,
)
from stages.judging.rules import TUNED, decide
from stages.judging.sample_size import interval_cells
from stages.judging.verdicts import BETTER, TOO_FEW, UNDECIDED, WORSE, AdjustedPValues, add_verdicts
from stages.scoring.agreement import (
    best_of_two_by_film,
    best_of_two_by_genre,
    cohen_kappa,
    overlap,
)
from stages.scoring.averaging import average
from stages.scoring.bootstrap import bootstrap_macro_average_precision
from stages.scoring.intervals import Estimate, paired_difference
from stages.scoring.ranking import macro_average_precision, samples_average_precision

Row = dict[str, Any]
FUSIONS = [
    *("approach", "picture", "sound", "better", "folds_for_better", "gain", "gain_lo", "gain_hi"),
    *("fold_gain", "fold_gain_lo", "fold_gain_hi", "macro_ap", "macro_ap_better", "oracle_genres"),
    *("samples_ap", "samples_ap_better", "oracle_films", "oracle_films_luck"),
]
OWNED = [
    *("picture", "sound", "genre", "ap_picture", "ap_sound", "difference", "lo", "hi", "p"),
    *("holm_family", "p_holm", "owner"),
    *("right_both", "right_picture", "right_sound", "right_neither"),
    *("found_both", "found_picture", "found_sound", "found_neither", "kappa", "kappa_right"),
]
PAIR = {"picture", "sound"}
SHUFFLES = 20  # of the sound over the films, for what the oracle of films gains by chance


def fusion_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row a fusion of picture and sound: its gain over the better part, and what an oracle of
    the two would score.

    gain: over the part that most folds choose on their training films. fold_gain: over each fold's
    own choice, both as ranks within folds. oracle_genres: macro AP with the better of the two for
    each genre; oracle_films: samples AP with the better of the two for each film;
    oracle_films_luck: the same with the sound of other films, what an oracle gains by chance. No
    intervals where there are too few films.
    """
    shown = board.sample_size(params).enough_films
    for cell in board.cells:
        parts = single_parts(board, cell)
        part_of = parts_by_modality(board, cell)
        if part_of.keys() != PAIR:
            continue
        picture, sound = part_of["picture"], part_of["sound"]
        best = better_part(board, parts)
        seen, heard, fused, single = (_scores(board, s) for s in (picture, sound, cell.slug, best))
        places = [board.row(cell.slug), board.row(best)]
        gain = paired_difference(board.resampled(params).take(places).macro(), 0, 1)
        by_fold = _paired_difference(board, *rank_within_folds(board, cell.slug, parts), params)
        yield {
            "approach": cell.slug,
            "picture": picture,
            "sound": sound,
            "better": best,
            "folds_for_better": choose_by_fold(board, parts).count(best),
            **_with_interval("gain", gain, shown),
            **_with_interval("fold_gain", by_fold, shown),
            "macro_ap": macro_average_precision(board.y_true, fused).value,
            "macro_ap_better": macro_average_precision(board.y_true, single).value,
            "oracle_genres": best_of_two_by_genre(board.y_true, seen, heard),
            "samples_ap": samples_average_precision(board.y_true, fused).value,
            "samples_ap_better": samples_average_precision(board.y_true, single).value,
            "oracle_films": best_of_two_by_film(board.y_true, seen, heard),
            "oracle_films_luck": _oracle_by_chance(board, seen, heard, params),
        }


def owned_rows(
    board: Board, params: JudgingParams, adjusted: AdjustedPValues | None = None
) -> list[Row]:
    """One row a pair of picture and sound and a genre: which of the two scores it better.

    owner: by the verdict on their difference, Holm's p over the pair's genres, or where the genre
    was named before the run, over what it was named with; TOO_FEW where the genre has too few films
    for a verdict. Then, under the tuned rule: of all films the share decided right by both, by one,
    by neither; of the films of the genre the share found by both, by one, by neither; kappa of the
    decisions, and of being right.
    """
    pairs = dict.fromkeys(
        (parts["picture"], parts["sound"])
        for cell in board.cells
        if (parts := parts_by_modality(board, cell)).keys() == PAIR
    )
    rows: list[Row] = []
    for picture, sound in pairs:
        differences = _by_genre(board, picture, sound, params)
        agreement = _agreement(board, picture, sound)
        for column, genre in enumerate(board.genres):
            row = {"picture": picture, "sound": sound, "genre": genre}
            row["holm_family"] = f"genres of {picture} and {sound}"
            shares = {name: float(values[column]) for name, values in agreement.items()}
            rows.append(row | differences.get(column, {}) | shares)
    add_verdicts(rows, ("picture", "sound"), adjusted)
    owners = {BETTER: "picture", WORSE: "sound", UNDECIDED: UNDECIDED, TOO_FEW: TOO_FEW}
    for row in rows:
        row["owner"] = owners[row.pop("verdict")]
    return rows


def _by_genre(board: Board, picture: str, sound: str, params: JudgingParams) -> dict[int, Row]:
    pair = np.stack([_scores(board, picture), _scores(board, sound)])
    places = [board.row(picture), board.row(sound)]
    resamples = board.resampled(params).take(places).by_genre()
    return {
        genre: {
            "ap_picture": float(found.point[0]),
            "ap_sound": float(found.point[1]),
            **paired_comparison(found, board, pair, params, [genre]),
        }
        for genre, found in resamples.items()
    }


def _agreement(board: Board, picture: str, sound: str) -> dict[str, np.ndarray]:
    seen, heard = (decide(board, board.row(slug), TUNED) for slug in (picture, sound))
    right = overlap(seen == board.y_true, heard == board.y_true)
    found = overlap(seen & board.y_true, heard & board.y_true)
    prevalence = board.y_true.mean(axis=0)
    found["neither"] = found["neither"] - (1 - prevalence)
    names = {"both": "both", "only_first": "picture", "only_second": "sound", "neither": "neither"}
    share = np.where(prevalence > 0, prevalence, np.nan)
    return {
        **{f"right_{names[name]}": values for name, values in right.items()},
        **{f"found_{names[name]}": values / share for name, values in found.items()},
        "kappa": cohen_kappa(seen, heard),
        "kappa_right": cohen_kappa(seen == board.y_true, heard == board.y_true),
    }


def parts_by_modality(board: Board, cell: Cell) -> dict[str, str]:
    """The part behind a fusion of each modality, the better one where there are several; nothing
    for what is no fusion."""
    parts = single_parts(board, cell)
    own: dict[str, list[str]] = {}
    for part in parts:
        own.setdefault(board.cells[board.row(part)].modality, []).append(part)
    return {modality: better_part(board, each) for modality, each in own.items()}


def _oracle_by_chance(
    board: Board, seen: np.ndarray, heard: np.ndarray, params: JudgingParams
) -> float | None:
    """Samples AP of the oracle of films where the sound is that of other films."""
    rng = np.random.default_rng(params.seed)
    shuffled = [
        best_of_two_by_film(board.y_true, seen, heard[rng.permutation(len(heard))])
        for _ in range(SHUFFLES)
    ]
    return average(np.array(shuffled, float)).value


def _paired_difference(
    board: Board, a: np.ndarray, b: np.ndarray, params: JudgingParams
) -> Estimate:
    resamples = bootstrap_macro_average_precision(
        board.y_true, np.stack([a, b]), params.resamples, params.seed, board.group
    )
    return paired_difference(resamples, 0, 1)


def _scores(board: Board, slug: str) -> np.ndarray:
    return board.y_scores[board.row(slug)]


def _with_interval(name: str, estimate: Estimate, shown: bool) -> Row:
    return {name: estimate.value, **interval_cells(estimate.lo, estimate.hi, shown, f"{name}_")}
