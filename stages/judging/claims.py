"""How a claim is judged: on which numbers, by which rule, and what is said when it cannot be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.judging.board import Board
from stages.params import JudgingParams
from stages.params.matrix import Cell
from stages.params.sections import HeadlineParams
from stages.scoring.bootstrap import Resamples, bootstrap_means, resampling_counts
from stages.scoring.intervals import Estimate, paired_difference

Row = dict[str, Any]
SUPPORTED, CONTRADICTED, UNDECIDED, NOT_RUN = "supported", "contradicted", "undecided", "not run"
SLACK = 0.02  # "at least as good" and "holds" allow a loss of this much


@dataclass(frozen=True)
class Judged:
    """One claim answered: a number with its interval, the verdict, and a sentence that reads it."""

    quantity: str
    estimate: Estimate
    verdict: str
    sentence: str


@dataclass(frozen=True)
class Court:
    """What claims are judged on."""

    board: Board
    params: JudgingParams
    headline: HeadlineParams
    label_sets: Sequence[Row] = ()

    def find(self, what: str, test: Callable[[Cell], bool]) -> str:
        """The first approach that fits. Raises LookupError that says what is needed."""
        found = next((cell.slug for cell in self.board.cells if test(cell)), None)
        if found is None:
            raise LookupError(what)
        return found

    def named(self, modality: str) -> str:
        """The headline's approach of a modality. Raises LookupError where it has none."""
        if modality not in self.headline.named:
            raise LookupError(f"an approach of {modality} in the headline")
        return self.headline.named[modality]

    def scores(self, *slugs: str) -> np.ndarray:
        """(n_approaches, n_films, n_genres)."""
        return self.board.y_scores[[self.board.row(slug) for slug in slugs]]

    def macro(self, a: str, b: str) -> Estimate:
        """a minus b in macro AP."""
        places = [self.board.row(slug) for slug in (a, b)]
        return paired_difference(self.board.resampled(self.params).of(places).macro(), 0, 1)

    def genres(self, *slugs: str) -> tuple[dict[int, Resamples], np.ndarray]:
        """AP of each genre by resample, and the genres' prevalence."""
        places = [self.board.row(slug) for slug in slugs]
        found = self.board.resampled(self.params).of(places).by_genre()
        return found, self.board.y_true.mean(axis=0)

    def means(self, values: np.ndarray) -> Estimate:
        """First column minus second of numbers that films have by themselves."""
        found = bootstrap_means(values, self.params.resamples, self.params.seed, self.board.group)
        return paired_difference(found, 0, 1)

    def counts(self) -> Iterator[np.ndarray]:
        """How often each film is drawn in each resample, in blocks of (n_films, up to a block)."""
        n_films, params = len(self.board.y_true), self.params
        return resampling_counts(n_films, params.resamples, params.seed, self.board.group)


def more(estimate: Estimate) -> str:
    """Verdict on "the first is more than the second", from the interval of the difference."""
    if estimate.lo > 0:
        return SUPPORTED
    return CONTRADICTED if estimate.hi < 0 else UNDECIDED


def not_less(estimate: Estimate) -> str:
    """Verdict on "at least as much", SLACK allowed: the field's test of non-inferiority."""
    if estimate.lo > -SLACK:
        return SUPPORTED
    return CONTRADICTED if estimate.hi < -SLACK else UNDECIDED


def claim_rows(court: Court, claims: Mapping[str, Callable[[Court], Judged]]) -> Iterator[Row]:
    """One row a claim: claim, quantity, estimate, lo, hi, verdict, sentence."""
    for claim, judge in claims.items():
        try:
            judged = judge(court)
        except LookupError as missing:
            sentence = f"Not run: needs {missing.args[0]}."
            yield {"claim": claim, "verdict": NOT_RUN, "sentence": sentence}
            continue
        yield {
            "claim": claim,
            "quantity": judged.quantity,
            "estimate": judged.estimate.value,
            "lo": judged.estimate.lo,
            "hi": judged.estimate.hi,
            "verdict": judged.verdict,
            "sentence": judged.sentence,
        }
