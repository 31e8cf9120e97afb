"""How often the interval of a genre that few films have holds the value of as many other films.

One genre, a fixed number of films with it, scores N(d, 1) with it and N(0, 1) without. The judges'
own rule decides whether there is an interval at all.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.judging.sample_size import check_sample_size, interval_cells
from stages.scoring.bootstrap import bootstrap_genre_average_precision
from stages.scoring.intervals import approach_estimate
from stages.scoring.ranking import genre_average_precision

TRUTH_DRAWS = 20_000  # of the expected value; its error is below 0.003


@dataclass(frozen=True)
class FewFilms:
    """A genre that some of so many films have. discriminability: d'."""

    name: str
    films: int
    with_genre: int
    discriminability: float
    simulations: int = 2000
    difference: float = 0.0  # nothing is compared


def few_films() -> list[FewFilms]:
    """Told well by few; told weakly and rare; and a genre that few films lack."""
    return [
        *(FewFilms(f"few films: {k} of 60", 60, k, 2.5) for k in (1, 2, 3, 5, 7, 8)),
        FewFilms("few films: 8 of 60, told very well", 60, 8, 3.5),
        FewFilms("few films: 8 of 240, told weakly", 240, 8, 1.0),
        FewFilms("few films: 55 of 60", 60, 55, 2.5),
    ]


def run(scenario: FewFilms, seed: int, params: JudgingParams) -> dict[str, Any]:
    """Its settings and its rates.

    given: how often the rule gives an interval; covered_if_given: how often that one holds the
    expected value, missing where none is given; covered_without_rule: how often an interval holds
    it if each is given, none counting as a miss.
    """
    y_true = (np.arange(scenario.films) < scenario.with_genre)[:, None]
    truth = float(np.mean([_ap(scenario, y_true, [seed, 1, n]) for n in range(TRUTH_DRAWS)]))
    allowed = bool(check_sample_size(y_true, None, params).enough_genres[0])
    given, held = [], []
    for number in range(scenario.simulations):
        score = _draw(scenario, y_true, [seed, 0, number])
        found = bootstrap_genre_average_precision(y_true, score[None], 1, seed=number)
        estimate = approach_estimate(found[0], 0)
        given.append(bool(interval_cells(estimate.lo, estimate.hi, allowed)))
        held.append(estimate.lo <= truth <= estimate.hi)
    rates = {"given": float(np.mean(given)), "covered_without_rule": float(np.mean(held))}
    if any(given):
        rates["covered_if_given"] = float(np.mean(np.array(held)[given]))
    rounded = {name: round(rate, 5) for name, rate in sorted(rates.items())}
    return {"settings": asdict(scenario) | {"expected_ap": round(truth, 5)}, "rates": rounded}


def line(scenario: FewFilms, found: dict[str, Any]) -> str:
    """A scenario as one reads it in a terminal."""
    shown = ", ".join(f"{name} {100 * rate:.1f}%" for name, rate in found["rates"].items())
    return f"{scenario.name} ({scenario.simulations} simulations): {shown}"


def _draw(scenario: FewFilms, y_true: np.ndarray, seed: list[int]) -> np.ndarray:
    noise = np.random.default_rng(seed).standard_normal(y_true.shape)
    return scenario.discriminability * y_true + noise


def _ap(scenario: FewFilms, y_true: np.ndarray, seed: list[int]) -> float:
    return float(genre_average_precision(y_true, _draw(scenario, y_true, seed))[0])
