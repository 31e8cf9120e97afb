"""How often do approaches that know nothing differ "clearly", or beat chance: by training alone?

An interval here holds the trained models fixed: it counts which films were drawn to judge them, not
which to train them. So the labels of the sample corpus and two sets of features that are noise, as
many as the headline's two have, go through the same folds, the same probe with its choice of
strength, and the same judges as the headline; many times, with other noise and other folds. The
share of pairs with a clear difference, against the 5% that an interval of untrained scores would
promise, goes to benchmarks/results/; and so does the share of approaches that the test of no skill
takes for skilled, before any adjustment for how many were asked. About ten minutes on two cores.
"""

import argparse
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from benchmarks.clones import ROOT, keep
from benchmarks.provenance import versions
from stages.base.params import Params, ProbeParams, load
from stages.corpus.folds import assign_folds
from stages.corpus.labels import films_of
from stages.corpus.reader import read_catalogue
from stages.fitting.items import Items
from stages.fitting.probing import cross_validate
from stages.judging.verdicts import ALPHA
from stages.scoring.bootstrap import bootstrap_macro_average_precision
from stages.scoring.intervals import paired_difference
from stages.scoring.permutation import no_skill_test, paired_permutation_test

DIMENSIONS = {"picture": 40, "sound": 26}
RESAMPLES = 1000
Found = dict[str, float]


def main() -> None:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks.trained_on_noise",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--pairs", type=int, default=400)
    options.add_argument(
        "--results", type=Path, default=ROOT / "benchmarks/results/trained_on_noise.json"
    )
    arguments = options.parse_args()
    params = load(ROOT / "params.yaml")
    y_true = films_of(read_catalogue(ROOT / "sample.txt"))[1]
    with ProcessPoolExecutor() as pool:
        pairs = list(pool.map(partial(pair, y_true, params), range(arguments.pairs)))
    found = {"films": len(y_true), "dimensions": DIMENSIONS, "versions": versions(), **tell(pairs)}
    keep(found, arguments.results)
    said = f"clear in {found['clear']} of {found['pairs']} pairs"
    print(f"{said}; {found['skilled']} of {2 * found['pairs']} approaches taken for skilled")


def pair(y_true: np.ndarray, params: Params, seed: int) -> Found:
    """One picture and one sound of noise, fitted and compared as the headline's are.

    y_true: (n_films, n_genres) bool.
    """
    rng, folds = np.random.default_rng(seed), params.splits.folds
    fold_of = assign_folds(y_true, folds, seed)
    scores = [
        out_of_fold(rng.normal(size=(len(y_true), size)), y_true, fold_of, params)
        for size in DIMENSIONS.values()
    ]
    resamples = bootstrap_macro_average_precision(y_true, np.stack(scores), RESAMPLES, seed)
    estimate = paired_difference(resamples, [0], [1])
    p = paired_permutation_test(y_true, scores[0], scores[1], RESAMPLES - 1, seed).p_value
    skill = {
        f"p_skill_{name}": no_skill_test(y_true, score, RESAMPLES - 1, seed).p_value
        for name, score in zip(DIMENSIONS, scores, strict=True)
    }
    return {"difference": estimate.value, "lo": estimate.lo, "hi": estimate.hi, "p": p, **skill}


def out_of_fold(
    x: np.ndarray, y_true: np.ndarray, fold_of: np.ndarray, params: Params
) -> np.ndarray:
    """Scores of all films by the linear probe, (n_films, n_genres), each by models without it."""
    head = params.training.heads["linear"]
    assert isinstance(head, ProbeParams)
    items = Items(x.astype(np.float32), np.arange(len(x)))
    fitted = cross_validate(items, [y_true[None].astype(np.float32)], fold_of, "linear", head, 1)
    return np.asarray(fitted[0][0].score[0], np.float64)


def tell(pairs: Iterable[Found]) -> dict[str, Any]:
    """How many of the pairs the judges call different and how many approaches skilled, with the
    intervals of these shares."""
    rows = list(pairs)
    skilled = [row[f"p_skill_{name}"] < ALPHA for row in rows for name in DIMENSIONS]
    clear = [row for row in rows if (row["lo"] > 0 or row["hi"] < 0) and row["p"] < ALPHA]
    differences = [row["difference"] for row in rows]
    return {
        "pairs": len(rows),
        "clear": len(clear),
        "share": _share(len(clear), len(rows)),
        "skilled": sum(skilled),
        "skilled_share": _share(sum(skilled), len(skilled)),
        "mean_difference": float(np.mean(differences)),
        "sd_of_differences": float(np.std(differences, ddof=1)),
        "mean_width": float(np.mean([row["hi"] - row["lo"] for row in rows])),
    }


def _share(count: int, of: int) -> list[float]:
    """With Wilson's interval."""
    interval = binomtest(count, of).proportion_ci(method="wilson")
    return [count / of, float(interval.low), float(interval.high)]


if __name__ == "__main__":
    main()
