"""What is said of a submission before a run."""

import json

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.params.matrix import Cell
from stages.base.tables import write_csv
from stages.judging.board import Board
from stages.judging.out_of_fold import OutOfFold
from stages.submissions import checking
from tests.submissions.conftest import CARD, FILMS, lines, score


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "mine.csv"
    found.write_text("\n".join(lines()))
    found.with_suffix(".yaml").write_text("\n".join(f"{k}: {v}" for k, v in CARD.items()))
    return found


@pytest.fixture
def truth(metrics) -> np.ndarray:
    """Genres of the seven judged films, also where `evaluate` writes them."""
    y_true = np.random.default_rng(0).random((7, 10)) < 0.4
    y_true[0] = True
    fold = np.arange(7) % 2
    cell = Cell("prior", "prior", "none", (), "none", "none")
    scores = np.zeros((1, 1, 7, 10), np.float32)
    board = Board((cell,), np.array(FILMS[:7]), fold, y_true, scores, scores)
    OutOfFold.from_board(board).write(metrics)
    return y_true


def said_of(path, metrics) -> dict[str, str]:
    return dict(checking.describe(checking.check(path, metrics), metrics, metrics / "no data"))


def test_it_says_what_a_submission_would_be_judged_on(path, metrics, truth):
    said = said_of(path, metrics)
    assert said["films"] == "7 films scored, of which 7 are asked for"
    assert said["folds"].startswith("2, of ") and said["genres"].startswith("10: Action, ")
    assert "stated, not checked" in said["learnt"] and said["who"] == "A Person"
    assert "macro AP of guessing" not in said


def test_its_macro_ap_stands_beside_the_headlines(path, metrics, truth):
    ours = {"approach": "late", "macro_ap": 0.5}
    write_csv([ours], list(ours), metrics / "approaches.csv")
    row = {"reference": "random_scores", "metric": "macro_ap", "value": 0.25}
    write_csv([row], list(row), metrics / "references.csv")
    (metrics / "headline.json").write_text(json.dumps({"both": "late"}))
    said = said_of(path, metrics)
    scores = np.array([[score(film, genre) for genre in range(10)] for film in range(7)])
    expected = average_precision_score(truth, scores, average="macro")
    assert said["macro AP"] == f"{expected:.3f} on 7 films"
    assert said["macro AP of our both"] == "0.500, late"
    assert said["macro AP of guessing"] == "0.250"


def test_where_labels_are_not_published_it_says_so(path, metrics, truth):
    (metrics / "labels.parquet").unlink()
    assert said_of(path, metrics)["macro AP"] == checking.NO_LABELS


def test_where_the_corpus_was_not_judged_it_says_so(path, metrics):
    assert said_of(path, metrics)["macro AP"] == checking.NO_RESULTS


@pytest.mark.parametrize("name", ["My Scores", "prior-1", "..", "x" * 61, "a\nb"])
def test_a_name_that_cannot_be_an_approach_is_refused(tmp_path, metrics, name):
    with pytest.raises(BenchmarkError, match="cannot be the name of an approach"):
        checking.check(tmp_path / f"{name}.csv", metrics)


def test_a_name_that_is_taken_is_refused(path, metrics):
    with pytest.raises(BenchmarkError, match="an approach has this name"):
        checking.check(path, metrics, ["mine"])


def test_what_an_author_wrote_stays_inside_its_block():
    text = "mine\n  who  ```\n<img src=x> @everyone"
    block = checking.as_markdown(text)
    assert block.splitlines()[0] == "```text" and block.splitlines()[-1] == "```"
    assert block.count("`") == 6 and "@everyone" in block


def test_genres_are_the_corpus_own(path, metrics):
    (metrics / "genres.csv").write_text("approach,genre\nprior,Drama\nprior,Horror\n")
    assert said_of(path, metrics)["genres"] == "2: Drama, Horror"
    assert GENRES.index("Drama") == 4
