"""Whether the films that could not be had are missing at random: by genre, by decade, and a test.

A film is missing if its trailer is gone, or a table of published features does not have it. Where
that depends on what a film is like, the films that are left are no random sample of the catalogue.
Films that a rule leaves out could be had: they are told apart from those, by the same test.
"""

from collections.abc import Iterator, Sequence, Set
from typing import Any

import numpy as np
from scipy.stats import binomtest

from stages.base.counting import counted
from stages.base.genres import GENRES
from stages.base.params import JudgingParams
from stages.corpus.labels import LabelledFilms
from stages.scoring.permutation import independence_tests
from stages.scoring.validate import Bools

COLUMNS = ("kind", "value", "films", "missing", "share", "lo", "hi", "p_value")
LEVEL = 0.05  # of the tests
UNKNOWN = "unknown"
Row = dict[str, Any]


def missing_rows(films: LabelledFilms, had: Set[str], params: JudgingParams) -> list[Row]:
    """One row of all films and, if any is missing, one a genre and one a decade.

    p_value: whether the share differs from that of the other films, adjusted for looking at all
    genres and decades; of all films the smallest. Films of one collection exchange their outcomes
    together. Intervals are Wilson's (1927), of 95%; they take films for independent, so where whole
    collections are missing they are too narrow. had: ids of the films that are not missing.
    """
    missing = np.array([film not in had for film in films.ids])
    everything: Row = {"kind": "all", "value": ""} | _share(missing, np.ones(len(missing), bool))
    if not missing.any():
        return [everything]
    found = [*_genres(films), *_decades(films.year)]
    factors = np.stack([has for *_, has in found], axis=1)
    tests = independence_tests(missing, factors, params.permutations, params.seed, films.group)
    rows = [
        {"kind": kind, "value": value} | _share(missing, has) | {"p_value": float(p)}
        for (kind, value, has), p in zip(found, tests, strict=True)
    ]
    return [everything | {"p_value": float(tests.min())}, *rows]


def describe_left_out(films: LabelledFilms, left_out: Set[str], params: JudgingParams) -> str:
    """The same of the films that could be had and share their features; "" where there are none."""
    rows = missing_rows(films, {*films.ids} - left_out, params)
    rule = " by splits.leave_out_shared_vectors"
    return describe_missing(rows, "left out", rule) if rows[0]["missing"] else ""


def describe_missing(rows: Sequence[Row], state: str = "missing", by: str = "") -> str:
    """How many films are missing, and whether at random, in one or a few sentences."""
    everything, *parts = rows
    films = counted(everything["films"], "film")
    if not everything["missing"]:
        return f"None of the {films} is missing."
    said = (
        f"{everything['missing']:,} of {films} {_are(everything['missing'])} {state}{by} "
        f"({everything['share']:.1%}, 95% interval {everything['lo']:.1%} to "
        f"{everything['hi']:.1%})"
    )
    clear = [row for row in parts if row["p_value"] < LEVEL]
    if not clear:
        smallest = f"smallest p {everything['p_value']:.2f}, by permutation"
        return (
            f"{said}. No genre and no decade stands out ({smallest}), which does not prove that "
            f"they are {state} by chance."
        )
    sides = {
        "more": [_named(row) for row in clear if row["share"] > everything["share"]],
        "less": [_named(row) for row in clear if row["share"] < everything["share"]],
    }
    often = "; ".join(f"{side} often {', '.join(rows)}" for side, rows in sides.items() if rows)
    return (
        f"{said}, and not at random: {often} (p below {LEVEL:g} by permutation, adjusted for all "
        "genres and decades). What is judged holds for the films that are left."
    )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _named(row: Row) -> str:
    value = "films of unknown year" if row["value"] == UNKNOWN else row["value"]
    return f"{value} ({row['share']:.1%})"


def _share(missing: Bools, chosen: Bools) -> Row:
    """How many of the chosen films are missing, and their share with its interval."""
    films, gone = int(chosen.sum()), int((missing & chosen).sum())
    interval = binomtest(gone, films).proportion_ci(method="wilson")
    bounds = {"lo": float(interval.low), "hi": float(interval.high)}
    return {"films": films, "missing": gone, "share": gone / films, **bounds}


def _genres(films: LabelledFilms) -> Iterator[tuple[str, str, Bools]]:
    for genre, has in zip(GENRES, films.y_true.T, strict=True):
        if has.any():
            yield "genre", genre, has


def _decades(years: Sequence[int | None]) -> Iterator[tuple[str, str, Bools]]:
    named = np.array([f"{year // 10 * 10}s" if year else UNKNOWN for year in years])
    for decade in np.unique(named).tolist():  # digits come before letters
        yield "decade", decade, named == decade
