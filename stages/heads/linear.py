"""Logistic regression of each genre, solved to its optimum; the setting is its strength C.

C weighs the data against the penalty, as in scikit-learn: a small one regularises more.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import expit

from stages.fitting import logistic
from stages.fitting.rows import Rows
from stages.fitting.scaling import standardised


class Probe:
    setting = "C"
    is_layer = True  # of a trained context this head is one linear layer, trained with it

    @staticmethod
    def fit(
        x: Rows,
        y: np.ndarray,
        weight: np.ndarray,
        train: Sequence[np.ndarray],
        grid: Sequence[float],
        to_choose: bool = False,
    ) -> Sequence[logistic.Models]:
        return logistic.fit(x, y, weight, train, grid, to_choose)

    @staticmethod
    def predict(tensors: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
        z = standardised(x, tensors["mean"], tensors["std"])
        scores: np.ndarray = expit(z @ tensors["coef"] + tensors["intercept"])
        return scores
