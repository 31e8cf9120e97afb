"""How far two approaches agree, and err together."""

import numpy as np

from stages.scoring.averaging import average, ratio
from stages.scoring.ranking import film_average_precision, genre_average_precision
from stages.scoring.validate import Bools, Floats, RealScores, validate_decisions


def cohen_kappa(first: Bools, second: Bools) -> Floats:
    """Agreement beyond chance of two approaches' decisions, for each genre.

    first, second: (n_films, n_genres) bool. Returns (n_genres,), NaN where both always decide the
    same one way, which is agreement by chance alone. Raises BenchmarkError. Source: Cohen 1960.
    """
    validate_decisions(first, second)
    agreed = (first == second).mean(axis=0)
    p, q = first.mean(axis=0), second.mean(axis=0)
    chance = p * q + (1 - p) * (1 - q)
    return ratio(agreed - chance, 1 - chance)


def overlap(right_first: Bools, right_second: Bools) -> dict[str, Floats]:
    """Shares of films, for each genre: right in both, only in one, in neither.

    Both (n_films, n_genres) bool. Keys both, only_first, only_second, neither: (n_genres,). Raises
    BenchmarkError.
    """
    validate_decisions(right_first, right_second)
    return {
        "both": (right_first & right_second).mean(axis=0),
        "only_first": (right_first & ~right_second).mean(axis=0),
        "only_second": (~right_first & right_second).mean(axis=0),
        "neither": (~right_first & ~right_second).mean(axis=0),
    }


def best_of_two_by_film(y_true: Bools, first: RealScores, second: RealScores) -> float | None:
    """Samples AP of an oracle that takes for each film the approach that orders its genres better.

    All (n_films, n_genres); None where no film has a genre. The better of two is ahead of each by
    chance too: compare with the same where the scores of one are shuffled over the films.
    """
    each = [film_average_precision(y_true, scores) for scores in (first, second)]
    return average(np.maximum(*each)).value


def best_of_two_by_genre(y_true: Bools, first: RealScores, second: RealScores) -> float | None:
    """Macro AP of an oracle that takes for each genre the approach that orders the films better.

    All (n_films, n_genres); None where no film has a genre.
    """
    each = [genre_average_precision(y_true, scores) for scores in (first, second)]
    return average(np.maximum(*each)).value
