"""The nearest training items by cosine, nearer ones counting more; the setting is how many.

Nothing is trained: a second opinion on what an embedding knows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from stages.base.errors import BenchmarkError
from stages.fitting.rows import Rows
from stages.fitting.scaling import mean_and_std, standardised

BLOCK_BYTES = 1 << 26  # of cosines that are computed at a time


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
        to_choose: bool = False,
    ) -> Sequence["Neighbours"]:
        if any(number != int(number) for number in grid):
            raise BenchmarkError(
                "a number of neighbours that is not whole",
                where="params.yaml: training.heads.knn.grid",
                found=", ".join(f"{number:g}" for number in grid),
                expected="whole numbers from 1 on",
            )
        numbers = tuple(int(number) for number in grid)
        return [Neighbours(numbers, x, y, rows, *mean_and_std(x, weight, rows)) for rows in train]

    @staticmethod
    def predict(tensors: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
        unit = _unit(x, tensors["mean"], tensors["std"])
        (scores,) = _scores(unit, tensors["unit"], tensors["y"], tensors["neighbours"].tolist())
        return np.asarray(scores)


@dataclass(frozen=True)
class Neighbours:
    """One training set; its items are standardised when they are asked."""

    numbers: tuple[int, ...]
    """How many of the nearest items are asked; a smaller training set is asked whole."""
    x: Rows
    """(n, d), of all items."""
    y: np.ndarray
    """(n, n_columns) of 0 and 1."""
    rows: np.ndarray
    """(n_train,) the items of the training set."""
    mean: np.ndarray
    """(d,), of the training items, each film counted once."""
    std: np.ndarray
    """(d,)."""

    def predict(self, x: np.ndarray) -> np.ndarray:
        """(n, d) -> (n_numbers, n, n_columns): neighbours' mean label, weighed by 1 + cosine."""
        unit, known = _unit(x, self.mean, self.std), _unit(self.x[self.rows], self.mean, self.std)
        return _scores(unit, known, self.y[self.rows], self.numbers)

    def tensors(self, setting: int, columns: np.ndarray) -> dict[str, np.ndarray]:
        """One number's model of some columns; what lies in a column of -1 says nothing."""
        labels = np.where(columns >= 0, self.y[self.rows][:, columns], 0)
        return {
            "mean": self.mean,
            "std": self.std,
            "unit": _unit(self.x[self.rows], self.mean, self.std),
            "y": labels.astype(np.float32),
            "neighbours": np.array([self.numbers[setting]]),
        }


def _scores(
    unit: np.ndarray, known: np.ndarray, y: np.ndarray, numbers: Sequence[int]
) -> np.ndarray:
    """unit: (n, d), of length 1; known: (n_train, d), likewise; y: (n_train, n_columns).

    Returns (n_numbers, n, n_columns).
    """
    return np.concatenate(list(_blocks(unit, known, y, numbers)), axis=1)


def _blocks(
    unit: np.ndarray, known: np.ndarray, y: np.ndarray, numbers: Sequence[int]
) -> Iterator[np.ndarray]:
    most = min(max(numbers), len(known))
    size = max(BLOCK_BYTES // (4 * len(known)), 1)
    for start in range(0, len(unit), size):
        cosine = unit[start : start + size] @ known.T
        nearest = np.argsort(-cosine, axis=1, kind="stable")[:, :most]
        weight = 1.0 + np.take_along_axis(cosine, nearest, axis=1)[..., None].astype(np.float64)
        votes = np.cumsum(weight * y[nearest], axis=1)
        total = np.maximum(np.cumsum(weight, axis=1), 1e-12)
        yield np.stack([(votes / total)[:, min(k, most) - 1] for k in numbers])


def _unit(x: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    z = standardised(x, mean, std).astype(np.float32)
    unit: np.ndarray = z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-12)
    return unit
