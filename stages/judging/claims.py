"""How a claim is judged: on which numbers, by which rule, and what is said when it cannot be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from stages.base.params import JudgingParams
from stages.base.params.matrix import Cell, HeadlineParams
from stages.judging.board import Board
from stages.judging.pairs import against
from stages.judging.verdicts import SEED_STUDY, Named, adjust, compared, verdict
from stages.scoring.bootstrap import Resamples, bootstrap_means, resampling_counts
from stages.scoring.intervals import Estimate, bootstrap_p_value, percentile_interval
from stages.scoring.permutation import no_skill_test
from stages.scoring.references import expected_random_average_precision

Row = dict[str, Any]
SUPPORTED, CONTRADICTED, UNDECIDED, NOT_RUN = "supported", "contradicted", "undecided", "not run"
SLACK = 0.02  # "at least as good" and "holds" allow a loss of this much
UNHEARD = 0.10  # of the way from a random order to a perfect one: below, a genre is not told


@dataclass(frozen=True)
class Rule:
    """What supports a claim about a value, and what contradicts it.

    up: whether the claim is that the value lies above `supported`; else that it lies below. It is
    contradicted where the value lies on the far side of `contradicted`.
    """

    up: bool
    supported: float
    contradicted: float

    def verdict(self, estimate: Estimate, p_holm: float) -> str:
        """By the one rule of all verdicts, with these bounds in the place of zero."""
        side = 1 if self.up else -1
        if _beyond(estimate, self.supported, p_holm) == side:
            return SUPPORTED
        return CONTRADICTED if _beyond(estimate, self.contradicted, p_holm) == -side else UNDECIDED


MORE = Rule(True, 0.0, 0.0)
NOT_LESS = Rule(True, -SLACK, -SLACK)  # the field's test of non-inferiority
NO_GAIN = Rule(False, SLACK, 0.0)
UNTOLD = Rule(False, UNHEARD, 0.0)


def _beyond(estimate: Estimate, bound: float, p_holm: float) -> int:
    return verdict(estimate.lo - bound, estimate.hi - bound, p_holm)


@dataclass(frozen=True)
class Judged:
    """One claim answered: a number with its interval and p, its rule, a sentence that reads it.

    a, b, genre: what is compared, where it is two approaches and another table may ask the same.
    """

    quantity: str
    estimate: Estimate
    p: float
    rule: Rule
    sentence: str
    a: str = ""
    b: str = ""
    genre: str = ""


@dataclass(frozen=True)
class Court:
    """What claims are judged on. first: the board of the headline's approaches alone."""

    board: Board
    first: Board
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

    def column(self, genre: str) -> int:
        """Where a genre stands. Raises LookupError where it has too few films for a verdict."""
        given = dict(zip(self.board.genres, self.board.enough(self.params).genres, strict=True))
        if not given.get(genre):
            least = self.params.min_genre_films
            raise LookupError(f"{least} films with {genre} and as many without")
        return self.board.genres.index(genre)

    def scores(self, *slugs: str) -> np.ndarray:
        """(n_approaches, n_films, n_genres)."""
        return self.board.y_scores[[self.board.row(slug) for slug in slugs]]

    def pair(self, a: str, b: str, genre: int | None = None) -> tuple[Estimate, float]:
        """a minus b in macro AP or in one genre's, with the p of the paired permutation test."""
        found = self._resamples(a, b, genre)
        genres = slice(None) if genre is None else [genre]
        row = against(found, self.board, self.scores(a, b), self.params, genres)
        return Estimate(row["difference"], row["lo"], row["hi"]), row["p"]

    def pair_beyond(self, a: str, b: str, bound: float) -> tuple[Estimate, float]:
        """a minus b in macro AP, with the bootstrap's p against `bound`."""
        found = self._resamples(a, b, None)
        point = float(found.point[0] - found.point[1])
        return estimated(point, found.values[:, 0] - found.values[:, 1], bound)

    def _resamples(self, a: str, b: str, genre: int | None) -> Resamples:
        found = self.board.resampled(self.params).of([self.board.row(slug) for slug in (a, b)])
        return found.macro() if genre is None else found.by_genre()[genre]

    def skill(self, slug: str, genre: int) -> float:
        """p of an approach's order of the films for one genre against a random one."""
        (scores,) = self.scores(slug)
        return no_skill_test(
            self.board.y_true[:, [genre]],
            scores[:, [genre]],
            self.params.permutations,
            self.params.seed,
            self.board.group,
        ).p_value

    def need_films(self) -> None:
        """Raises LookupError where the corpus has too few films for any verdict."""
        if not self.board.enough(self.params).films:
            raise LookupError(f"a corpus of {self.params.min_films} films")

    def genres(self, *slugs: str) -> tuple[dict[int, Resamples], np.ndarray]:
        """AP by resample of each genre that has films enough; and a random order's, by genre."""
        places = [self.board.row(slug) for slug in slugs]
        found = self.board.resampled(self.params).of(places).by_genre()
        given = self.board.enough(self.params).genres
        judged = {genre: each for genre, each in found.items() if given[genre]}
        return judged, expected_random_average_precision(self.board.y_true)

    def means(self, values: np.ndarray) -> tuple[Estimate, float]:
        """First column minus second of numbers that films have by themselves, with its p."""
        found = bootstrap_means(values, self.params.resamples, self.params.seed, self.board.group)
        point = float(found.point[0] - found.point[1])
        return estimated(point, found.values[:, 0] - found.values[:, 1], 0.0)

    def counts(self) -> Iterator[np.ndarray]:
        """How often each film is drawn in each resample, in blocks of (n_films, up to a block)."""
        n_films, params = len(self.board.y_true), self.params
        return resampling_counts(n_films, params.resamples, params.seed, self.board.group)


def estimated(point: float, samples: np.ndarray, bound: float) -> tuple[Estimate, float]:
    """A number with the interval of its resampled values, and their p against `bound`."""
    return Estimate(point, *percentile_interval(samples)), bootstrap_p_value(samples, bound)


def level(point: float, samples: np.ndarray, bound: float) -> tuple[Estimate, float]:
    """The same for what is no difference on the same films: resampling raises average precision
    on top of what few films do, since copies of a film tie; so its values are moved to the number
    on all films."""
    return estimated(point, samples - samples.mean() + point, bound)


def claim_rows(
    court: Court, claims: Mapping[str, Callable[[Court], Judged]], named: Named
) -> list[Row]:
    """One row a claim: quantity, estimate, lo, hi, p, Holm's p over the claims, verdict, sentence.

    named: the headline's comparisons. A claim that asks the same as one of them has its Holm's p
    and does not count among the claims: one comparison, one verdict.
    """
    rows: list[Row] = []
    judged: list[tuple[Row, Judged]] = []
    for claim, judge in claims.items():
        row: Row = {"claim": claim, "verdict": NOT_RUN}
        rows.append(row)
        try:
            court.need_films()
            found = judge(court)
        except LookupError as missing:
            row["sentence"] = f"Not run: needs {missing.args[0]}."
            continue
        row |= {name: getattr(found, name) for name in ("quantity", "p", "a", "b", "genre")}
        row |= {"estimate": found.estimate.value, "lo": found.estimate.lo, "hi": found.estimate.hi}
        row |= {"holm_family": SEED_STUDY, "sentence": found.sentence}
        judged.append((row, found))
    own = []
    for row, found in judged:
        key = compared(found.a, found.b, found.genre)
        if key in named:
            row["holm_family"], row["p_holm"] = named[key]
        else:
            own.append(row)
    if own:
        adjust(own)
    for row, found in judged:
        row["verdict"] = found.rule.verdict(found.estimate, row["p_holm"])
    return rows
