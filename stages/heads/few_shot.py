"""Logistic regression that starts from a network's prompts; the setting is its strength C.

The log-odds of a genre are those of a line on its zero-shot score, fitted on the training items,
plus the linear probe's w'z + b. Only w is penalised. So a small C leaves what asking in words
knows, a large one the linear probe: w is shrunk to the direction of the prompts instead of to 0,
with the line's slope as its length. After Huang et al. 2024 (LP++, arXiv 2404.02285), who blend
texts and learnt weights by a slope for each class; here it is fitted first, so that the problem
stays the linear probe's, with an offset.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from stages.fitting import logistic
from stages.fitting.rows import Rows
from stages.fitting.scaling import standardised
from stages.fitting.zero_shot import excess

LINE = 1.0  # C of the line on the standardised score, as of stacked fusions


class Probe:
    setting = "C"
    is_layer = False
    prompts: np.ndarray | None = None
    """(n_genres, d), of length 1; None: nothing was asked, which is the linear probe."""

    @classmethod
    def asked(cls, prompts: np.ndarray) -> type["Probe"]:
        """The same for these prompts: column by column of the labels, each genre's own."""
        return type("Asked", (cls,), {"prompts": prompts})

    @classmethod
    def fit(
        cls,
        x: Rows,
        y: np.ndarray,
        weight: np.ndarray,
        train: Sequence[np.ndarray],
        grid: Sequence[float],
        to_choose: bool = False,
    ) -> Sequence["FewShot"]:
        prompts = np.zeros((y.shape[1], x.shape[1])) if cls.prompts is None else cls.prompts
        score = excess(x, prompts)
        slope = np.stack(
            [
                slopes(score[:, [genre]], y[:, [genre]], weight, train)
                for genre in range(y.shape[1])
            ],
            axis=1,
        )
        models = logistic.fit(x, y, weight, train, grid, to_choose, (score, slope))
        return [FewShot(each, prompts, own) for each, own in zip(models, slope, strict=True)]

    @staticmethod
    def predict(tensors: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
        z = standardised(x, tensors["mean"], tensors["std"])
        start = excess(x, tensors["prompts"]) * tensors["slope"]
        scores: np.ndarray = expit(z @ tensors["coef"] + tensors["intercept"] + start)
        return scores


@dataclass(frozen=True)
class FewShot:
    """The models of one training set."""

    models: logistic.Models
    prompts: np.ndarray
    """(n_columns, d)."""
    slope: np.ndarray
    """(n_columns,) of the zero-shot scores."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Probabilities: (n, d) features -> (n_strengths, n, n_columns)."""
        models = self.models
        z = standardised(x, models.mean, models.std)
        start = excess(x, self.prompts) * self.slope
        found: np.ndarray = expit(z @ models.coef + models.intercept[:, None] + start)
        return found

    def tensors(self, setting: int, columns: np.ndarray) -> dict[str, np.ndarray]:
        """One strength's models of some columns, which are those of the prompts."""
        found = self.models.tensors(setting, columns)
        found["slope"] = np.where(columns >= 0, self.slope[columns], 0)
        return {**found, "prompts": self.prompts[columns]}


def slopes(
    score: np.ndarray, y: np.ndarray, weight: np.ndarray, train: Sequence[np.ndarray]
) -> np.ndarray:
    """Of one genre's line on its zero-shot score, (n_sets,). score, y: (n, 1)."""
    lines = logistic.fit(score.astype(np.float64), y, weight, train, [LINE])
    return np.array([line.coef[0, 0, 0] / line.std[0] for line in lines])
