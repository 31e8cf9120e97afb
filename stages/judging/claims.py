"""How a claim is judged: on which numbers, by which rule, and what is said when it cannot be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell, HeadlineParams
from stages.judging.board import Board
from stages.judging.comparisons import paired_comparison
from stages.judging.verdicts import (
    SEED_STUDY,
    AdjustedPValues,
    adjust_p_values,
    comparison_key,
    verdict,
)
from stages.scoring.bootstrap import Resamples, bootstrap_means, resampling_counts
from stages.scoring.intervals import Estimate, bootstrap_p_value, percentile_interval
from stages.scoring.permutation import no_skill_test
from stages.scoring.references import expected_random_average_precision

Row = dict[str, Any]
SUPPORTED, CONTRADICTED, UNDECIDED, NOT_RUN = "supported", "contradicted", "undecided", "not run"
MARGIN = 0.02  # of non-inferiority: "at least as good" and "holds" allow a loss of this much
CHANCE_MARGIN = 0.10  # of the way from a random order to a perfect one: below it counts as chance


@dataclass(frozen=True)
class Rule:
    """Where a value supports a claim, and where it contradicts it."""

    alternative: Literal["greater", "less"]
    """Whether the claim says that the value is greater or less than `supported`."""
    supported: float
    """The claim is supported where the value clearly lies on the claimed side of this."""
    contradicted: float
    """The claim is contradicted where the value clearly lies on the other side of this."""

    def verdict(self, estimate: Estimate, p_holm: float) -> str:
        """By the one rule of all verdicts, with these bounds in the place of zero."""
        side = 1 if self.alternative == "greater" else -1
        if _side_of(estimate, self.supported, p_holm) == side:
            return SUPPORTED
        return CONTRADICTED if _side_of(estimate, self.contradicted, p_holm) == -side else UNDECIDED


SUPERIOR = Rule("greater", 0.0, 0.0)
NON_INFERIOR = Rule("greater", -MARGIN, -MARGIN)
NO_GAIN = Rule("less", MARGIN, 0.0)
AT_CHANCE = Rule("less", CHANCE_MARGIN, 0.0)


def _side_of(estimate: Estimate, bound: float, p_holm: float) -> int:
    return verdict(estimate.lo - bound, estimate.hi - bound, p_holm)


@dataclass(frozen=True)
class ClaimResult:
    """One claim answered."""

    quantity: str
    """What was measured for it."""
    estimate: Estimate
    p: float
    """Unadjusted."""
    rule: Rule
    sentence: str
    """Reads the numbers."""
    a: str = ""
    """The first approach, where the claim compares two and another table may ask the same."""
    b: str = ""
    """The second approach."""
    genre: str = ""
    """The genre that they are compared on; empty for all."""


@dataclass(frozen=True)
class Evidence:
    """The scores that claims are judged on, and the tests that a claim may ask for."""

    board: Board
    """Of all approaches."""
    headline_board: Board
    """Of the headline's approaches alone."""
    params: JudgingParams
    headline: HeadlineParams
    label_sets: Sequence[Row] = ()
    """Rows of label_sets.csv."""

    def find_approach(self, description: str, test: Callable[[Cell], bool]) -> str:
        """The first approach that fits. Raises LookupError with the description where none does."""
        found = next((cell.slug for cell in self.board.cells if test(cell)), None)
        if found is None:
            raise LookupError(description)
        return found

    def headline_approach(self, modality: str) -> str:
        """The headline's approach of a modality. Raises LookupError where it has none."""
        if modality not in self.headline.named:
            raise LookupError(f"an approach of {modality} in the headline")
        return self.headline.named[modality]

    def genre_column(self, genre: str) -> int:
        """A genre's column. Raises LookupError where it has too few films for a verdict."""
        enough = self.board.sample_size(self.params).enough_genres
        if not dict(zip(self.board.genres, enough, strict=True)).get(genre):
            least = self.params.min_genre_films
            raise LookupError(f"{least} films with {genre} and as many without")
        return self.board.genres.index(genre)

    def require_films(self) -> None:
        """Raises LookupError where the corpus has too few films for any verdict."""
        if not self.board.sample_size(self.params).enough_films:
            raise LookupError(f"a corpus of {self.params.min_films} films")

    def scores(self, *slugs: str) -> np.ndarray:
        """(n_approaches, n_films, n_genres)."""
        return self.board.y_scores[[self.board.row(slug) for slug in slugs]]

    def compare(self, a: str, b: str, genre: int | None = None) -> tuple[Estimate, float]:
        """a minus b in macro AP or in one genre's, with the p of the paired permutation test."""
        found = self._resamples(a, b, genre)
        genres = slice(None) if genre is None else [genre]
        row = paired_comparison(found, self.board, self.scores(a, b), self.params, genres)
        return Estimate(row["difference"], row["lo"], row["hi"]), row["p"]

    def compare_to_bound(self, a: str, b: str, bound: float) -> tuple[Estimate, float]:
        """a minus b in macro AP, with the bootstrap's p against `bound`."""
        found = self._resamples(a, b, None)
        point = float(found.point[0] - found.point[1])
        return percentile_estimate(point, found.values[:, 0] - found.values[:, 1], bound)

    def compare_means(self, values: np.ndarray) -> tuple[Estimate, float]:
        """Mean of the first column minus that of the second, with its p. values: (n_films, 2)."""
        found = bootstrap_means(values, self.params.resamples, self.params.seed, self.board.group)
        point = float(found.point[0] - found.point[1])
        return percentile_estimate(point, found.values[:, 0] - found.values[:, 1], 0.0)

    def no_skill_p_value(self, slug: str, genre: int) -> float:
        """p of an approach's order of the films for one genre against a random one."""
        (scores,) = self.scores(slug)
        return no_skill_test(
            self.board.y_true[:, [genre]],
            scores[:, [genre]],
            self.params.permutations,
            self.params.seed,
            self.board.group,
        ).p_value

    def average_precision(self, *slugs: str) -> tuple[dict[int, Resamples], np.ndarray]:
        """Resampled AP of each genre that has enough films; and a random order's, (n_genres,)."""
        rows = [self.board.row(slug) for slug in slugs]
        found = self.board.resampled(self.params).take(rows).by_genre()
        enough = self.board.sample_size(self.params).enough_genres
        judged = {genre: each for genre, each in found.items() if enough[genre]}
        return judged, expected_random_average_precision(self.board.y_true)

    def resampling_counts(self) -> Iterator[np.ndarray]:
        """How often each film is drawn in each resample, in blocks of (n_films, up to a block)."""
        n_films, params = len(self.board.y_true), self.params
        return resampling_counts(n_films, params.resamples, params.seed, self.board.group)

    def _resamples(self, a: str, b: str, genre: int | None) -> Resamples:
        rows = [self.board.row(slug) for slug in (a, b)]
        found = self.board.resampled(self.params).take(rows)
        return found.macro() if genre is None else found.by_genre()[genre]


def percentile_estimate(point: float, samples: np.ndarray, bound: float) -> tuple[Estimate, float]:
    """A value with the percentile interval of its resamples, and their p against `bound`."""
    return Estimate(point, *percentile_interval(samples)), bootstrap_p_value(samples, bound)


def centred_estimate(point: float, samples: np.ndarray, bound: float) -> tuple[Estimate, float]:
    """The same for a value that is no paired difference: resamples centred on the point.

    Resampling raises average precision above that of all films, since copies of a film tie; in a
    difference on the same films this cancels.
    """
    return percentile_estimate(point, samples - samples.mean() + point, bound)


def claim_rows(
    evidence: Evidence,
    claims: Mapping[str, Callable[[Evidence], ClaimResult]],
    adjusted: AdjustedPValues,
) -> list[Row]:
    """One row a claim: quantity, estimate, lo, hi, p, Holm's p over the claims, verdict, sentence.

    adjusted: the headline's comparisons. A claim that asks the same as one of them takes its Holm's
    p and does not count among the claims: one comparison, one verdict.
    """
    rows: list[Row] = []
    judged: list[tuple[Row, ClaimResult]] = []
    for claim, judge in claims.items():
        row: Row = {"claim": claim, "verdict": NOT_RUN}
        rows.append(row)
        try:
            evidence.require_films()
            found = judge(evidence)
        except LookupError as missing:
            row["sentence"] = f"Not run: needs {missing.args[0]}."
            continue
        row |= {name: getattr(found, name) for name in ("quantity", "p", "a", "b", "genre")}
        row |= {"estimate": found.estimate.value, "lo": found.estimate.lo, "hi": found.estimate.hi}
        row |= {"holm_family": SEED_STUDY, "sentence": found.sentence}
        judged.append((row, found))
    own = []
    for row, found in judged:
        key = comparison_key(found.a, found.b, found.genre)
        if key in adjusted:
            row["holm_family"], row["p_holm"] = adjusted[key]
        else:
            own.append(row)
    if own:
        adjust_p_values(own)
    for row, found in judged:
        row["verdict"] = found.rule.verdict(found.estimate, row["p_holm"])
    return rows
