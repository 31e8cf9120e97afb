"""A world whose truth is known: films with a catalogue's genres, scores from a latent normal model.

An approach's score of a film for a genre is its discriminability there, if the film has the genre,
plus standard normal noise. The noise of two approaches on one film is correlated (both look at the
same film), and so are the genres of one film within an approach (heads share a backbone). Scores
of a genre are thus binormal, and the average precision on infinitely many films is an integral.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from stages.scoring.averaging import average_over_genres
from stages.scoring.ranking import genre_average_precision

Array = np.ndarray


@dataclass(frozen=True)
class World:
    """label_sets: (n_sets, n_genres) bool, drawn with equal chance; discriminability:
    (n_approaches, n_genres); between_approaches, between_genres: correlations of the noise."""

    label_sets: Array
    discriminability: Array
    between_approaches: float
    between_genres: float

    def draw(self, n_films: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Films and their scores: (n_films, n_genres) bool, (n_approaches, n_films, n_genres)."""
        y_true = self.label_sets[rng.integers(len(self.label_sets), size=n_films)]
        n_approaches, n_genres = self.discriminability.shape
        noise = rng.standard_normal((n_approaches, n_films, n_genres))
        noise = np.einsum("ab,bfg->afg", _root(n_approaches, self.between_approaches), noise)
        noise = noise @ _root(n_genres, self.between_genres).T
        return y_true, self.discriminability[:, None, :] * y_true + noise

    def population_genre_ap(self) -> Array:
        """Average precision on infinitely many films, (n_approaches, n_genres)."""
        prevalence = self.label_sets.mean(axis=0)
        return np.array(
            [
                [population_average_precision(d, p) for d, p in zip(row, prevalence, strict=True)]
                for row in self.discriminability
            ]
        )

    def expected_macro_ap(self, n_films: int, n_draws: int, rng: np.random.Generator) -> Array:
        """Mean macro average precision of so many films, (n_approaches,): above the population's,
        by more the fewer they are. Of each draw over the genres that it has."""
        found = []
        for _ in range(n_draws):
            y_true, y_scores = self.draw(n_films, rng)
            by_genre = np.array([genre_average_precision(y_true, score) for score in y_scores])
            found.append(average_over_genres(by_genre)[0])
        return np.mean(found, axis=0)

    def population_macro_ap(self) -> Array:
        """Its mean over the genres, (n_approaches,)."""
        return self.population_genre_ap().mean(axis=1)


def population_average_precision(d: float, prevalence: float) -> float:
    """Average precision of scores N(d, 1) with the genre and N(0, 1) without, no sampling at all.

    The mean over the genre's films of the precision at their own score.
    """
    score = np.linspace(d - 9, d + 9, 20_001)
    recall = prevalence * norm.sf(score, loc=d)
    precision = recall / (recall + (1 - prevalence) * norm.sf(score))
    return float(np.trapezoid(norm.pdf(score, loc=d) * precision, score))


def scaled_to(label_sets: Array, shape: Array, macro_ap: float) -> Array:
    """The discriminabilities `shape`, (n_genres,), times the factor that gives this macro AP.

    ValueError where no factor up to 8 does.
    """
    low, high = 0.0, 8.0
    for _ in range(40):
        middle = (low + high) / 2
        world = World(label_sets, middle * shape[None], 0.0, 0.0)
        low, high = (middle, high) if world.population_macro_ap()[0] < macro_ap else (low, middle)
    if high == 8.0:
        raise ValueError(f"no approach of this shape has a macro AP of {macro_ap}")
    return low * shape


def _root(n: int, correlation: float) -> Array:
    return np.linalg.cholesky(np.full((n, n), correlation) + (1 - correlation) * np.eye(n))
