"""L2-regularised logistic regression, solved to its optimum, for many models at once.

One model for each training set, strength and genre. Each minimises what scikit-learn's
`LogisticRegression` minimises, ||w||²/2 + C Σ weight · log loss with a free intercept, on features
that are standardised on the training set and clipped. L-BFGS takes the steps of all models of one
strength together, so that a step is two products with the items of all sets (`features`), in single
precision while far from the optimum. Its first guess of the curvature is that of the principal axes
of all items, found once: along each, a model's Hessian is about its variance times the sum of
p (1 - p) over the model's items, plus 1/C.

What sets share are features alone, and decides the way, not the optimum: a set's models depend on
items outside it in digits beyond the tolerance only.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from stages.base.compute import one_thread_of_blas
from stages.fitting.features import PRECISION, Basis, Features, Own, Shared
from stages.fitting.rows import Rows
from stages.fitting.scaling import standardised

TOLERANCE = 1e-7  # norm of the gradient, a film
MEMORY = 6  # steps that L-BFGS remembers
MAX_STEPS = 2000
ROUGH = 10  # times the gradient that is enough, to which single precision serves
ROUGH_STEPS = 60  # at most
FLATTENED = 0.9  # share of the slope along a step that may be left at its end
SHORTEST = 1e-12  # share of its length to which a step is found
TINY = 1e-300
NO_WEIGHT = 1e-30  # of an item that a set lacks; more than 0 in single precision too
LEAST_CURVATURE = 1e-3  # times the gradient that is enough
SMALL = 20_000  # numbers of a training set up to which it has coordinates of its own
ONE_THREAD = 1_000_000  # up to which threads of BLAS wait for one another more than they compute
BATCH_BYTES = 1 << 25  # of what is kept of training sets that are solved side by side
CACHE_BYTES = 1 << 22  # the same of sets with coordinates of their own, which share no product


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
    to_choose: bool = False,
    offset: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[Models]:
    """The optimum of every model.

    x: (n, d) features; y: (n, n_genres) of 0 and 1; weight: (n,), 1 / the number of items of an
    item's film; train: the rows of each training set; strengths: scikit-learn's C, rising, since
    each starts from those before; to_choose: to a gradient of ROUGH times the tolerance, with
    scores within 1e-4, and above C = 1 within 2e-3, of the optimum's; offset: (n, n_genres) of
    items and (n_sets, n_genres), whose product the log-odds start from, which is not penalised and
    not part of `Models`. Raises ArithmeticError where no optimum is found.
    """
    genres, d = y.shape[1], x.shape[1]
    y, weight = y.astype(np.float64), weight.astype(np.float64)
    found: list[Models] = []
    basis: Basis | None = None
    wide = [rows for rows in train if not _is_own(rows, d)]
    for sets in _batches(train, d, genres):
        with one_thread_of_blas() if max(map(len, sets)) * d <= ONE_THREAD else nullcontext():
            if _is_own(sets[0], d):
                features: Features = Own(x, weight, sets, genres)
            else:
                basis = basis or Basis(x, weight, np.unique(np.concatenate(wide)))
                features = Shared(x, weight, sets, genres, basis)
            given = offset and (offset[0], offset[1][len(found) : len(found) + len(sets)])
            coef, intercept = _solve(features, y, weight, strengths, to_choose, given)
        found += map(Models, features.mean, features.std, coef, intercept)
    return found


def _solve(
    features: Features,
    y: np.ndarray,
    weight: np.ndarray,
    strengths: Sequence[float],
    to_choose: bool,
    offset: tuple[np.ndarray, np.ndarray] | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (n_sets, n_strengths, d, n_genres), intercepts (n_sets, n_strengths, n_genres).

    y: (n, n_genres); weight: (n,), of all items.
    """
    groups = features.groups
    s = np.maximum(groups.of_items(weight[:, None]), NO_WEIGHT)
    positive = groups.of_items(weight[:, None] * y)
    given = np.zeros(()) if offset is None else groups.times(groups.of_items(offset[0]), offset[1])
    each = (positive, s, given)
    shares = {rough: [part.astype(kind) for part in each] for rough, kind in PRECISION.items()}
    total = groups.sums(s)
    rate = np.clip(groups.sums(positive) / total, 1e-6, 1 - 1e-6)
    beta = np.zeros((*total.shape, features.width + 1))  # the intercepts come last
    beta[..., -1] = np.log(rate / (1 - rate))
    coef, intercept = [], []
    before = beta
    for strength in strengths:
        start = 2 * beta - before  # where the last two point to
        before = beta
        enough = TOLERANCE * total
        beta = _minimise(features, shares, 1 / strength, start, enough, to_choose)
        coef.append(features.original(beta[..., :-1]).transpose(0, 2, 1))
        intercept.append(beta[..., -1])
    return np.stack(coef, axis=1), np.stack(intercept, axis=1)


def _minimise(
    features: Features,
    shares: Mapping[bool, list[np.ndarray]],
    penalty: float,
    beta: np.ndarray,
    enough: np.ndarray,
    to_choose: bool,
) -> np.ndarray:
    """beta (n_sets, n_genres, width + 1) where no gradient's norm is above `enough`.

    The objective is divided by C: penalty · ||w||²/2 + Σ s · log loss. shares: positive = s · y, s
    and the offset, flat, as `Groups` has it, in both precisions; enough: (n_sets, n_genres);
    to_choose: ROUGH times that is enough.
    """
    groups, rough = features.groups, True
    positive, s, given = shares[rough]

    def preconditioned(g: np.ndarray, curvature: np.ndarray) -> np.ndarray:
        found = np.empty_like(g)
        found[..., :-1] = features.solved(g[..., :-1], curvature, penalty)
        found[..., -1] = g[..., -1] / curvature
        return found

    def gradient(beta: np.ndarray, residual: np.ndarray) -> np.ndarray:
        found = np.empty_like(beta)
        found[..., :-1] = features.transposed(residual, rough) + penalty * beta[..., :-1]
        found[..., -1] = groups.sums(residual)
        return found

    def predictor(beta: np.ndarray) -> np.ndarray:
        found = features.times(beta[..., :-1], rough)
        for block, sets in zip(groups.blocks(found), groups.sets, strict=True):
            block += beta[sets, :, -1:].astype(found.dtype)
        return found

    eta = predictor(beta) + given
    p = _probability(eta, s)
    g = gradient(beta, p - positive)
    least = enough * LEAST_CURVATURE
    past: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for number in range(MAX_STEPS):
        size = np.vecdot(g, g)
        if (is_near := (size <= (ROUGH * enough) ** 2).all()) and to_choose:
            return beta
        if rough and (is_near or number == ROUGH_STEPS):
            rough = False
            positive, s, given = shares[rough]
            eta = predictor(beta) + given
            p = _probability(eta, s)
            g = gradient(beta, p - positive)
        elif (size <= enough**2).all():
            return beta
        bends = p * (1 - p / s)
        v, along_past = g.copy(), []
        for step, change, rho in reversed(past):
            along_past.append(rho * np.vecdot(step, v)[..., None])
            v -= along_past[-1] * change
        v = preconditioned(v, np.maximum(groups.sums(bends), least))
        for (step, change, rho), share in zip(past, reversed(along_past), strict=True):
            v += (share - rho * np.vecdot(change, v)[..., None]) * step
        along = predictor(v)  # of the direction, which is -v
        slope = -np.vecdot(g, v)
        ridge = [penalty * np.vecdot(each[..., :-1], v[..., :-1]) for each in (beta, v)]
        bends *= along
        bend = groups.dot(bends, along) + ridge[1]
        length = np.divide(-slope, bend, out=np.zeros_like(bend), where=bend > 0)
        shortest, longest = np.zeros_like(length), np.full_like(length, np.inf)
        while True:  # mostly once: Newton's length is right near the optimum
            there = eta - groups.times(along, length)
            p = _probability(there, s)
            residual = p - positive
            left = -groups.dot(residual, along) - ridge[0] + length * ridge[1]
            steep = np.abs(left) > FLATTENED * np.abs(slope)
            steep &= longest - shortest > SHORTEST * length
            steep &= size > (ROUGH * enough if rough else enough) ** 2  # else it is rounding
            if not steep.any():
                break
            longest = np.where(steep & (left > 0), length, longest)
            shortest = np.where(steep & (left < 0), length, shortest)
            between = np.where(np.isinf(longest), 2 * length, (shortest + longest) / 2)
            length = np.where(steep, between, length)
        step = -length[..., None] * v
        beta, eta = beta + step, there
        before, g = g, gradient(beta, residual)
        change = g - before
        bent = np.vecdot(step, change)[..., None]
        past.append((step, change, np.where(bent > 0, 1 / np.maximum(bent, TINY), 0)))
        del past[:-MEMORY]
    raise ArithmeticError(f"no optimum after {MAX_STEPS} steps")


def _probability(eta: np.ndarray, s: np.ndarray) -> np.ndarray:
    """s / (1 + exp(-eta)); numpy's exp is some times as fast as scipy's expit."""
    found = np.negative(eta)
    with np.errstate(over="ignore"):
        np.exp(found, out=found)
    found += 1
    np.divide(s, found, out=found)
    return found


def _is_own(rows: np.ndarray, d: int) -> bool:
    """Whether a training set is solved in coordinates of its own: a small one, or n < d."""
    return len(rows) < d or len(rows) * d <= SMALL


def _batches(train: Sequence[np.ndarray], d: int, genres: int) -> Iterator[list[np.ndarray]]:
    """Training sets that are solved side by side: of one way and of about one length, while they
    are small."""
    batch: list[np.ndarray] = []
    size = 0
    for rows in train:
        own = _is_own(rows, d)
        numbers = genres * (len(rows) + 2 * MEMORY * d) + own * 4 * len(rows) * d
        first = batch[0] if batch else rows
        alike = own == _is_own(first, d) and (not own or abs(len(rows) / len(first) - 1) < 0.5)
        if batch and (not alike or size + 8 * numbers > (CACHE_BYTES if own else BATCH_BYTES)):
            yield batch
            batch, size = [], 0
        batch.append(rows)
        size += 8 * numbers
    if batch:
        yield batch
