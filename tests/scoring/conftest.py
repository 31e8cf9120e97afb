import numpy as np
import pytest


def _case(
    seed: int, n_films: int, n_genres: int, levels: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Every genre has a film with and one without, every film a genre; few levels make ties."""
    rng = np.random.default_rng(seed)
    y_true = rng.random((n_films, n_genres)) < rng.uniform(0.1, 0.6, n_genres)
    y_true[0], y_true[1] = True, False
    y_true[np.arange(1, n_films), rng.integers(n_genres, size=n_films - 1)] = True
    y_true[1] = np.arange(n_genres) == 0
    y_true[2, 0] = False
    y_true[2, 1:] = True
    y_score = np.clip(0.3 * y_true + 0.7 * rng.random((n_films, n_genres)), 0, 1)
    if levels:
        y_score = np.round(y_score * levels) / levels
    return y_true, y_score


@pytest.fixture(
    params=[(s, n, g, t) for s in range(3) for n, g in ((7, 3), (60, 10)) for t in (None, 20, 3)],
    ids=lambda p: f"seed{p[0]}-{p[1]}films-{p[2]}genres-levels{p[3]}",
)
def case(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray]:
    return _case(*request.param)
