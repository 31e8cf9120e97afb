"""Tables of approaches: as a whole, by genre, by threshold; and of references."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.sections import SAME_THRESHOLD
from stages.judging.board import Board
from stages.judging.sample_size import interval_cells
from stages.scoring import ranking, references
from stages.scoring.decisions import genre_quality
from stages.scoring.evaluate import evaluate_decisions, evaluate_genres, evaluate_scores
from stages.scoring.intervals import approach_estimate
from stages.scoring.thresholds import at_threshold

Row = dict[str, Any]
AVERAGES = ("macro", "micro", "samples")
QUALITIES = ("precision", "recall", "f1")
RECALLS = np.arange(1, 51) / 50


def approach_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row an approach: what it is and every score of it, macro AP with interval.

    No interval and no null over films where these are too few.
    """
    resamples, shown = board.resampled(params).macro(), board.sample_size(params).enough_films
    for number, cell in enumerate(board.cells):
        estimate = approach_estimate(resamples, number)
        by_seed = [
            ranking.macro_average_precision(board.y_true, score).value
            for score in board.seeds(number)
        ]
        yield {
            "approach": cell.slug,
            "kind": cell.kind,
            "modality": cell.modality,
            "parts": " ".join(cell.parts),
            "context": cell.context,
            "head": cell.head,
            "films": len(board.film_id),
            **_renamed(evaluate_scores(board.y_true, board.y_scores[number], cell.is_probability)),
            **interval_cells(estimate.lo, estimate.hi, shown, "macro_ap_"),
            "macro_ap_film_sd": float(resamples.values[:, number].std(ddof=1)) if shown else None,
            "macro_ap_seed_sd": float(np.std(np.array(by_seed, float), ddof=1))
            if len(by_seed) > 1
            else None,
        }


def genre_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row an approach and genre, average precision with interval.

    chance_ap: of a random order of these films. No interval of a genre of too few films.
    """
    resamples, shown = board.resampled(params).by_genre(), board.sample_size(params).enough_genres
    chance = references.expected_random_average_precision(board.y_true)
    for number, cell in enumerate(board.cells):
        judged = evaluate_genres(board.y_true, board.y_scores[number], cell.is_probability)
        for column, genre in enumerate(board.genres):
            row: Row = {"approach": cell.slug, "modality": cell.modality, "genre": genre}
            row |= _renamed({name: float(values[column]) for name, values in judged.items()})
            row["support"] = int(board.y_true[:, column].sum())
            row["chance_ap"] = float(chance[column])
            if column in resamples:
                estimate = approach_estimate(resamples[column], number)
                row |= interval_cells(estimate.lo, estimate.hi, bool(shown[column]), "ap_")
            yield row


def swept(params: JudgingParams) -> list[float]:
    """The thresholds of the sweep with the fixed ones, ascending."""
    steps = np.arange(0, 1 + params.sweep_step / 2, params.sweep_step).round(6).tolist()
    # a rule replaces the step that the table could not distinguish from it
    apart = [s for s in steps if all(abs(s - t) > SAME_THRESHOLD for t in params.thresholds)]
    return sorted([*apart, *params.thresholds])


def threshold_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """One row an approach and threshold of the sweep, and one for predicting everything.

    Scores on a scale of their own have no decisions at a threshold that was not learnt for them.
    """
    everything = references.predict_everything(*board.y_true.shape)
    reference = {"approach": "predict_everything", "modality": "none", "threshold": 0.0}
    yield reference | decision_cells(board.y_true, everything)
    for number, cell in enumerate(board.cells):
        for threshold in swept(params):
            row = {"approach": cell.slug, "modality": cell.modality, "threshold": threshold}
            if cell.is_probability:
                decisions = at_threshold(board.y_scores[number], threshold)
                row |= decision_cells(board.y_true, decisions)
            yield row


def threshold_genre_rows(
    board: Board, params: JudgingParams, named: Sequence[str] = ()
) -> Iterator[Row]:
    """One row an approach, genre and fixed threshold, of the named approaches any of the sweep."""
    for number, cell in enumerate(board.cells):
        for threshold in swept(params) if cell.slug in named else params.thresholds:
            decisions = at_threshold(board.y_scores[number], threshold)
            judged = vars(genre_quality(board.y_true, decisions))
            for column, genre in enumerate(board.genres):
                row: Row = {"approach": cell.slug, "modality": cell.modality, "genre": genre}
                if cell.is_probability:
                    row |= {name: float(judged[name][column]) for name in QUALITIES}
                yield row | {"threshold": threshold}


def precision_recall_rows(board: Board, named: Mapping[str, str]) -> Iterator[Row]:
    """One row a recall: macro precision there of each named approach. named: column -> slug."""
    curves = {
        column: ranking.macro_precision_at_recall(
            board.y_true, board.y_scores[board.row(slug)], RECALLS
        ).tolist()
        for column, slug in named.items()
    }
    for place, recall in enumerate(RECALLS.tolist()):
        yield {"recall": recall, **{column: curve[place] for column, curve in curves.items()}}


def genre_bar_rows(board: Board, named: Mapping[str, str]) -> Iterator[Row]:
    """One row a genre: its prevalence and the average precision of each named approach."""
    found = {
        column: ranking.genre_average_precision(board.y_true, board.y_scores[board.row(slug)])
        for column, slug in named.items()
    }
    for place, genre in enumerate(board.genres):
        row = {"genre": genre, "prevalence": float(board.y_true[:, place].mean())}
        yield row | {column: float(values[place]) for column, values in found.items()}


def reference_rows(board: Board, params: JudgingParams) -> Iterator[Row]:
    """What no skill at all, and perfection, would score on the same films."""
    y_true = board.y_true
    n_films, n_genres = y_true.shape

    def rows(reference: str, values: dict[str, Any]) -> Iterator[Row]:
        for metric, value in values.items():
            if isinstance(value, float):
                yield {"reference": reference, "metric": metric, "value": value}

    # frequencies of the other folds, as any approach could know them
    frequencies = board.y_scores[board.row("prior")]
    yield from rows("label_frequencies", _renamed(evaluate_scores(y_true, frequencies)))
    best = np.zeros_like(y_true)
    best[np.arange(n_films), frequencies.argmax(axis=1)] = True
    yield from rows("best_constant_label", decision_cells(y_true, best))
    accuracy = ranking.keras_accuracy(y_true, best.astype(float))
    yield from rows("best_constant_label", {"keras_accuracy": accuracy})
    everything = references.predict_everything(n_films, n_genres)
    yield from rows("predict_everything", decision_cells(y_true, everything))
    null = references.random_macro_average_precision(y_true, np.random.default_rng(params.seed))
    if null is not None:
        value = {"value": null.expected, "lo": null.lo, "hi": null.hi}
        yield {"reference": "random_scores", "metric": "macro_ap", **value}
    simulated = references.simulate_random_scores(
        y_true, frequencies.mean(axis=0), evaluate_scores, np.random.default_rng(params.seed)
    )
    for metric, null in _renamed(simulated).items():
        if metric != "macro_ap":  # known exactly, above
            value = {"value": null.expected, "lo": null.lo, "hi": null.hi}
            yield {"reference": "random_scores", "metric": metric, **value}
    perfect = evaluate_scores(y_true, y_true.astype(float)) | {
        "keras_accuracy": references.keras_accuracy_of_perfect(y_true)
    }
    yield from rows("perfect", _renamed(perfect))


def decision_cells(y_true: np.ndarray, decisions: np.ndarray) -> Row:
    """How good yes/no decisions are; both (n_films, n_genres) bool. The columns of a table."""
    judged = evaluate_decisions(y_true, decisions)
    row: Row = {
        f"{quality}_{average}": judged.get(f"{average}_{quality}")
        for average in AVERAGES
        for quality in QUALITIES
    }
    return row | {
        "exact_match": judged["exact_match"],
        "hamming": judged["hamming_loss"],
        "jaccard": judged.get("samples_jaccard"),
    }


def _renamed(values: dict[str, Any]) -> Row:
    return {"ece" if name == "calibration_error" else name: v for name, v in values.items()}
