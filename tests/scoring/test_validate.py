import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.scoring.validate import (
    validate,
    validate_decisions,
    validate_groups,
    validate_many,
    validate_probabilities,
)

TRUE = np.array([[True, False], [False, True]])
SCORE = np.array([[0.9, 0.1], [0.2, 0.8]])


def test_good_arrays_pass() -> None:
    validate(TRUE, SCORE)
    validate(TRUE, SCORE.astype(np.float32))
    validate_many(TRUE, np.stack([SCORE, SCORE]))
    validate_decisions(TRUE, ~TRUE)
    validate_probabilities(TRUE, SCORE)
    validate_groups(np.array(["a", "b"]), 2)


@pytest.mark.parametrize(
    ("y_true", "y_score", "message"),
    [
        (TRUE.astype(int), SCORE, "dtype int64"),
        (TRUE[0], SCORE[0], r"shape \(2,\)"),
        (TRUE[:0], SCORE[:0], "at least one film"),
        (TRUE, SCORE[:1], r"y_score: .*\n.*shape \(1, 2\)"),
        (TRUE, SCORE.astype(int), "floating"),
        (TRUE, np.array([[0.9, 0.1], [0.2, np.nan]]), "film 1, genre 1"),
        (TRUE, np.array([[np.inf, 0.1], [0.2, 0.3]]), "film 0, genre 0"),
    ],
)
def test_bad_arrays_are_named(y_true: np.ndarray, y_score: np.ndarray, message: str) -> None:
    with pytest.raises(BenchmarkError, match=message):
        validate(y_true, y_score)


def test_other_checks_refuse() -> None:
    with pytest.raises(BenchmarkError, match="n_approaches"):
        validate_many(TRUE, SCORE)
    with pytest.raises(BenchmarkError, match=r"y_scores\[1\]"):
        validate_many(TRUE, np.stack([SCORE, SCORE * np.nan]))
    with pytest.raises(BenchmarkError, match="decisions"):
        validate_decisions(TRUE, SCORE)
    with pytest.raises(BenchmarkError, match=r"values from 0\.2 to 1\.8"):
        validate_probabilities(TRUE, np.array([[0.9, 0.3], [0.2, 1.8]]))
    with pytest.raises(BenchmarkError, match="one group per film"):
        validate_groups(np.arange(3), 2)
