"""Predict computes what the pipeline computes, and decides as its judges do."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.params.matrix import Cell, cells
from stages.commands.predict.embeddings import embed, extract, packs_of
from stages.commands.predict.inputs import open_trailer
from stages.commands.predict.predictor import Predictor, Rule, combine_folds, predictions
from stages.commands.predict.timeline import write_pieces
from stages.commands.predict.trailers import backbones_of, chosen_cells, saved_cells
from stages.fitting.scores import Scores
from stages.judging.board import read_board
from stages.judging.calibrating import CHOSEN, calibrated_scores
from stages.judging.rules import TUNED, decide
from stages.scoring.thresholds import at_threshold
from tests.commands.predict.small_run import KEPT, Run


@dataclass(frozen=True)
class Asked:
    """Three films of the corpus, one of each fold, extracted as if they came from elsewhere."""

    predictor: Predictor
    films: list[str]
    row_of: dict[str, int]
    folder: Path


@pytest.fixture
def asked(inside: Run, tmp_path: Path) -> Asked:
    films = list(inside.trailers)[3:6]
    predictor = Predictor(inside.params, cells(inside.params), Path("data/sample"))
    given = [open_trailer(str(inside.trailers[film]), n, _refuse) for n, film in enumerate(films)]
    backbones = backbones_of(predictor, [predictor.cells[slug] for slug in KEPT])
    extract(given, inside.params, packs_of(backbones, inside.params), tmp_path)
    embed(backbones, inside.params, Path("data/sample/weights"), tmp_path)
    row_of = {each.trailer_id: row for row, each in enumerate(given)}
    return Asked(predictor, films, row_of, tmp_path)


def _refuse(trailer):
    raise AssertionError("nothing is to be fetched")


def test_the_fold_that_never_saw_a_trailer_gives_its_out_of_fold_score(asked):
    for slug in KEPT:
        found = asked.predictor.scores(asked.predictor.cells[slug], asked.row_of, asked.folder)
        kept = Scores.load(Path(f"data/sample/scores/{slug}.npz"))
        for row, film in enumerate(asked.films):
            at = kept.film_id.tolist().index(film)
            expected = kept.score[:, at]
            np.testing.assert_allclose(found[kept.fold[at], :, row], expected, atol=1e-6)
            others = [fold for fold in range(len(found)) if fold != kept.fold[at]]
            assert np.nanmax(np.abs(found[others, :, row] - expected)) > 1e-4, "folds differ"


@pytest.mark.parametrize("slug", ["colour_linear", "late_stacked", "colour_mlp"])
def test_that_fold_also_gives_the_probability_and_decision_it_was_judged_by(asked, slug):
    predictor = asked.predictor
    cell = predictor.cells[slug]
    board = read_board(Path("data/sample"), predictor.matrix, (cell.labels,))
    number = board.row(slug)
    probability = calibrated_scores(board, number)[CHOSEN]
    decision = decide(board, number, TUNED)
    scores = predictor.scores(cell, asked.row_of, asked.folder)
    rules = predictor.rules(cell)
    genres = [GENRES.index(genre) for genre in _genres(asked, cell)]
    for row, film in enumerate(asked.films):
        at = board.film_id.tolist().index(film)
        rule = rules[board.fold[at]]
        score = scores[board.fold[at], :, row].mean(axis=0)[None, genres].astype(np.float64)
        np.testing.assert_allclose(rule.calibrate(score)[0], probability[at], atol=1e-5)
        told = at_threshold(score, rule.threshold)[0]
        clear = np.abs(score[0] - rule.threshold) > 1e-6  # a tuned threshold is a score itself
        np.testing.assert_array_equal(told[clear], decision[at][clear])


def _genres(asked: Asked, cell: Cell) -> tuple[str, ...]:
    (first, *_) = predictions(asked.predictor, cell, asked.row_of, asked.folder)
    assert first is not None
    return first.genres


def test_folds_become_one_answer_by_their_means():
    """Two folds of two seeds and two genres, by hand."""
    scores = np.array([[[0.2, 0.9], [0.4, 0.7]], [[0.6, 0.1], [0.8, 0.1]]])
    rules = [Rule(0.5, lambda s: s / 2), Rule(0.3, lambda s: s / 4)]
    cell = Cell("x", "single", "picture", ("colour",), "mean", "linear")
    found = combine_folds(cell, GENRES, np.pad(scores, ((0, 0), (0, 0), (0, 8))), rules)
    np.testing.assert_allclose(found.score[:2], [0.5, 0.45])
    np.testing.assert_allclose(found.spread[:2], [np.sqrt(0.05), np.sqrt(0.1275)])
    np.testing.assert_allclose(found.probability[:2], [(0.15 + 0.175) / 2, (0.4 + 0.025) / 2])
    assert found.threshold == pytest.approx(0.4)
    assert found.decision[:2].tolist() == [True, True]
    assert found.votes[:2].tolist() == [1, 1]  # 0.3 < 0.5 <= 0.7 / 0.3; 0.8 >= 0.5, 0.1 < 0.3
    assert found.n_folds == 2


def test_along_the_trailer_each_piece_is_asked_as_if_it_were_all(asked):
    """Of one frame the mean is the frame: what `each` says of its frames averages to its score."""
    predictor = asked.predictor
    trailer_id = next(iter(asked.row_of))
    path = asked.folder / "embeddings/colour.npz"
    times = write_pieces(path, trailer_id, asked.folder / "pieces")
    assert len(times) == 8 and (np.diff(times) > 0).all()
    piece_of = {str(n): n for n in range(8)}
    cell = predictor.cells["colour_each"]
    found = predictor.score_pieces(cell, piece_of, asked.folder / "pieces")
    whole = predictor.scores(cell, asked.row_of, asked.folder)[:, :, 0].mean(axis=(0, 1))
    np.testing.assert_allclose(found[2:6].mean(axis=0), whole, atol=1e-6)  # the middle 4 of 8


def test_what_has_no_models_says_what_it_is():
    learnt = Cell("learnt", "single", "picture", ("clip",), "mean", "linear")
    asked = Cell("asked", "zero_shot", "picture", ("clip",), "mean", "zero_shot")
    sent = Cell("sent", "submitted", "none", (), "none", "none")
    fewer = replace(learnt, slug="learnt_one", labels="one", base="learnt")
    every = [learnt, asked, sent, fewer]
    assert saved_cells(every) == chosen_cells(every, ["learnt", "learnt"]) == [learnt]
    for slug, why in (
        ("asked", "asked, which asks a network in words"),
        ("sent", "sent, of which there are scores alone"),
        ("learnt_one", "it has fewer labels"),
    ):
        with pytest.raises(BenchmarkError, match=why):
            chosen_cells(every, [slug])
