"""L2-regularised logistic regression, solved to its optimum, for many models at once.

One model for each training set, strength and genre. Each minimises what scikit-learn's
`LogisticRegression` minimises, ||w||²/2 + C Σ weight · log loss with a free intercept, on features
that are standardised on the training set and clipped. Genres of a training set share its features,
so that a step of all of them is two matrix products. L-BFGS takes the steps; its first guess of the
curvature is the Hessian's upper bound ¼ XᵀSX + I/C (Böhning and Lindsay 1988), factored once for
each training set and strength.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit

from stages.fitting.features import Features, features_of
from stages.fitting.rows import Rows
from stages.fitting.scaling import mean_and_std, standardised

TOLERANCE = 1e-7  # norm of the gradient, a film
MEMORY = 8  # steps that L-BFGS remembers
MAX_STEPS = 2000
FLATTENED = 0.9  # share of the slope along a step that may be left at its end
SHORTEST = 1e-12  # share of its length to which a step is found
TINY = 1e-300
BATCH_BYTES = 1 << 23  # features of training sets that are solved side by side


@dataclass(frozen=True)
class Models:
    """The models of one training set."""

    mean: np.ndarray
    """(d,) float64, of the training items, each film counted once"""
    std: np.ndarray
    """(d,) float64; 1 where a feature is constant"""
    coef: np.ndarray
    """(n_strengths, d, n_genres) float64, of standardised and clipped features"""
    intercept: np.ndarray
    """(n_strengths, n_genres) float64"""

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Probabilities: (n, d) features -> (n_strengths, n, n_genres)."""
        z = standardised(x, self.mean, self.std)
        return expit(z @ self.coef + self.intercept[:, None])

    def tensors(self, strength: int, columns: np.ndarray) -> dict[str, np.ndarray]:
        """One strength's models of some genres; a column of -1 is one that says nothing."""
        coef = np.where(columns >= 0, self.coef[strength][:, columns], 0)
        intercept = np.where(columns >= 0, self.intercept[strength][columns], 0)
        return {"mean": self.mean, "std": self.std, "coef": coef, "intercept": intercept}


def fit(
    x: Rows,
    y: np.ndarray,
    weight: np.ndarray,
    train: Sequence[np.ndarray],
    strengths: Sequence[float],
    tolerance: float = TOLERANCE,
) -> list[Models]:
    """The optimum of every model.

    x: (n, d) features; y: (n, n_genres) of 0 and 1; weight: (n,), 1 / the number of items of an
    item's film; train: the rows of each training set; strengths: scikit-learn's C, rising, since
    each starts where the one before ended. Raises ArithmeticError where no optimum is found.
    """
    y = y.astype(np.float64)
    found: list[Models] = []
    for sets in _batches(train, x.shape[1]):
        scales = [mean_and_std(x, weight, rows) for rows in sets]
        n = max(len(rows) for rows in sets)  # shorter ones end in rows of no weight
        s, labels = np.zeros((len(sets), n)), np.zeros((len(sets), n, y.shape[1]))
        for number, rows in enumerate(sets):
            s[number, : len(rows)], labels[number, : len(rows)] = weight[rows], y[rows]
        features = features_of(x, sets, scales, n)
        coef, intercept = _solve(features, labels, s, strengths, tolerance)
        for number, (mean, std) in enumerate(scales):
            found.append(Models(mean, std, coef[number], intercept[number]))
    return found


def _solve(
    features: Features,
    y: np.ndarray,
    s: np.ndarray,
    strengths: Sequence[float],
    tolerance: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (n_sets, n_strengths, d, n_genres), intercepts (n_sets, n_strengths, n_genres).

    y: (n_sets, n, n_genres); s: (n_sets, n) weights.
    """
    total = s.sum(axis=1)[:, None]
    positive = s[..., None] * y
    rate = np.clip(positive.sum(axis=1) / total, 1e-6, 1 - 1e-6)
    beta = np.zeros((len(s), features.width + 1, y.shape[2]))  # the intercepts come last
    beta[:, -1] = np.log(rate / (1 - rate))
    curvature = (rate * (1 - rate)).mean(axis=1)[:, None]
    bound = features.gram(s * curvature)
    coef, intercept = [], []
    for strength in strengths:
        beta = _minimise(features, positive, s, strength, bound, beta, tolerance * total)
        coef.append(features.original(beta[:, :-1]))
        intercept.append(beta[:, -1])
    return np.stack(coef, axis=1), np.stack(intercept, axis=1)


def _minimise(
    features: Features,
    positive: np.ndarray,
    s: np.ndarray,
    strength: float,
    bound: np.ndarray,
    beta: np.ndarray,
    enough: np.ndarray,
) -> np.ndarray:
    """beta (n_sets, d + 1, n_genres) where no gradient's norm is above `enough` (n_sets, 1).

    The objective is divided by C: ||w||²/2C + Σ s · log loss; positive: s · y.
    """
    factors = []
    for each in bound:
        hessian = each.copy()
        hessian.flat[:: len(hessian) + 1] += 1 / strength
        factors.append(cho_factor(hessian, lower=True, overwrite_a=True, check_finite=False))
    rate = positive.sum(axis=1) / s.sum(axis=1)[:, None]
    intercepts = 1 / (s.sum(axis=1)[:, None] * np.maximum(rate * (1 - rate), 1e-6))
    s = s[..., None]

    def preconditioned(g: np.ndarray) -> np.ndarray:
        found = np.empty_like(g)
        for number, factor in enumerate(factors):
            found[number, :-1] = cho_solve(factor, g[number, :-1], check_finite=False)
        found[:, -1] = g[:, -1] * intercepts
        return found

    def gradient(beta: np.ndarray, residual: np.ndarray) -> np.ndarray:
        found = np.empty_like(beta)
        found[:, :-1] = features.transposed(residual) + beta[:, :-1] / strength
        found[:, -1] = residual.sum(axis=1)
        return found

    def predictor(beta: np.ndarray) -> np.ndarray:
        return features.times(beta[:, :-1]) + beta[:, -1:]

    eta = predictor(beta)
    p = s * expit(eta)
    g = gradient(beta, p - positive)
    past: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for _ in range(MAX_STEPS):
        if (_dot(g, g)[:, 0] <= enough**2).all():
            return beta
        v, shares = g, []
        for step, change, rho in reversed(past):
            shares.append(rho * _dot(step, v))
            v = v - shares[-1] * change
        v = preconditioned(v)
        for (step, change, rho), share in zip(past, reversed(shares), strict=True):
            v += (share - rho * _dot(change, v)) * step
        along = predictor(v)  # of the direction, which is -v
        slope = -_dot(g, v)
        curvature = p * (1 - p / np.maximum(s, TINY))
        bend = _dot(curvature * along, along) + _dot(v[:, :-1], v[:, :-1]) / strength
        ridge = _dot(beta[:, :-1], v[:, :-1]) / strength, _dot(v[:, :-1], v[:, :-1]) / strength
        length = np.divide(-slope, bend, out=np.zeros_like(bend), where=bend > 0)
        shortest, longest = np.zeros_like(length), np.full_like(length, np.inf)
        while True:  # mostly once: Newton's length is right near the optimum
            p = s * expit(eta - length * along)
            left = -_dot(p - positive, along) - ridge[0] + length * ridge[1]
            steep = np.abs(left) > FLATTENED * np.abs(slope)
            steep &= longest - shortest > SHORTEST * length
            if not steep.any():
                break
            longest = np.where(steep & (left > 0), length, longest)
            shortest = np.where(steep & (left < 0), length, shortest)
            between = np.where(np.isinf(longest), 2 * length, (shortest + longest) / 2)
            length = np.where(steep, between, length)
        step = -length * v
        beta, eta = beta + step, eta - length * along
        before, g = g, gradient(beta, p - positive)
        change = g - before
        bent = _dot(step, change)
        past.append((step, change, np.where(bent > 0, 1 / np.maximum(bent, TINY), 0)))
        del past[:-MEMORY]
    raise ArithmeticError(f"no optimum after {MAX_STEPS} steps")


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Over the middle dimension: (n_sets, 1, n_genres)."""
    found: np.ndarray = np.einsum("snm,snm->sm", a, b)[:, None]
    return found


def _batches(train: Sequence[np.ndarray], d: int) -> Iterator[list[np.ndarray]]:
    """Training sets side by side, neighbours of about one length, while they are small."""
    batch: list[np.ndarray] = []
    for rows in train:
        most = max(len(each) for each in [*batch, rows])
        least = min(len(each) for each in [*batch, rows])
        whole = 8 * most * d * (len(batch) + 1)
        if batch and (whole > BATCH_BYTES or most > 1.2 * least or most < d):
            yield batch
            batch = []
        batch.append(rows)
    if batch:
        yield batch
