"""The nearest training items by cosine, nearer ones counting more; the setting is how many.

Nothing is trained: a second opinion on what an embedding knows, and one that bends with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.fitting.rows import Rows
from stages.fitting.scaling import mean_and_std, standardised

BLOCK = 1024  # items whose neighbours are sought at a time


class Probe:
    setting = "k"
    is_layer = False

    @staticmethod
    def fit(
        x: Rows,
        y: np.ndarray,
        weight: np.ndarray,
        train: Sequence[np.ndarray],
        grid: Sequence[float],
    ) -> Sequence["Neighbours"]:
        found = []
        for rows in train:
            mean, std = mean_and_std(x, weight, rows)
            unit = _unit(x[rows], mean, std)
            numbers = tuple(int(number) for number in grid)
            found.append(Neighbours(numbers, mean, std, unit, y[rows].astype(np.float32)))
        return found

    @staticmethod
    def predict(tensors: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
        arrays = (tensors[name] for name in ("mean", "std", "unit", "y"))
        (scores,) = Neighbours((int(tensors["neighbours"][0]),), *arrays).predict(x)
        return np.asarray(scores)


@dataclass(frozen=True)
class Neighbours:
    """The items of one training set."""

    numbers: tuple[int, ...]
    """How many of the nearest items are asked; a smaller training set is asked whole."""
    mean: np.ndarray
    """(d,), of the training items, each film counted once."""
    std: np.ndarray
    """(d,)."""
    unit: np.ndarray
    """(n_train, d) float32, standardised, of length 1."""
    y: np.ndarray
    """(n_train, n_columns) float32 of 0 and 1."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        """(n, d) -> (n_numbers, n, n_columns): neighbours' mean label, weighed by 1 + cosine."""
        return np.concatenate(list(self._scores(x)), axis=1)

    def tensors(self, setting: int, columns: np.ndarray) -> dict[str, np.ndarray]:
        """One number's model of some columns; what lies in a column of -1 says nothing."""
        return {
            "mean": self.mean,
            "std": self.std,
            "unit": self.unit,
            "y": np.where(columns >= 0, self.y[:, columns], 0).astype(np.float32),
            "neighbours": np.array([self.numbers[setting]]),
        }

    def _scores(self, x: np.ndarray) -> Iterator[np.ndarray]:
        most = min(max(self.numbers), len(self.unit))
        for start in range(0, len(x), BLOCK):
            cosine = _unit(x[start : start + BLOCK], self.mean, self.std) @ self.unit.T
            nearest = np.argsort(-cosine, axis=1, kind="stable")[:, :most]
            weight = 1.0 + np.take_along_axis(cosine, nearest, axis=1)[..., None]
            votes = np.cumsum(weight * self.y[nearest], axis=1)
            total = np.maximum(np.cumsum(weight, axis=1), 1e-12)
            yield np.stack([(votes / total)[:, min(k, most) - 1] for k in self.numbers])


def _unit(x: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    z = standardised(x, mean, std).astype(np.float32)
    unit: np.ndarray = z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-12)
    return unit
