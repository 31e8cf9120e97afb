"""Are the cues that exist only over time found by context, and by nothing else?

Clones the last commit into a folder of its own and plants nothing but the sample corpus's two
picture cues that lie between shots; renders it, trains approaches that look at frames with and
without their order, and writes how well each tells those two genres to benchmarks/results/. Exits
with 1 unless `temporal` does, and better than each of the others. About six minutes on two quiet
cores.
"""

import sys
from typing import Any

import numpy as np

from benchmarks.clones import keep, parser, read, rerun
from benchmarks.provenance import commit, versions
from stages.base.params import JudgingParams, load, yaml12
from stages.base.params.matrix import cells
from stages.judging.board import Board, read_board
from stages.judging.verdicts import BETTER, adjust_p_values, verdict_name
from stages.sample.plan import TEMPORAL_CUES
from stages.scoring.bootstrap import bootstrap_genre_average_precision
from stages.scoring.intervals import paired_difference
from stages.scoring.permutation import no_skill_test, paired_permutation_test

PLANTED = 0.5
FOUND_BY, CONTEXTS = "temporal", ("each", "mean", "max", "attention", "temporal")
LEVEL = 0.05


def main() -> None:
    options = parser("over_time", __doc__, "over_time.json")
    arguments = options.parse_args()
    with rerun(arguments.folder, planted) as clone:
        params = load(clone / "params.yaml")
        board = read_board(clone / "data/sample", cells(params))
        ceilings = {
            row["genre"]: float(row["ap"])
            for row in read(clone / "metrics/sample" / "ceiling_genres.csv")
            if row["modality"] == "picture" and "alone" not in row["window"]
        }
        shown = yaml12.read((clone / "params.yaml").read_text(encoding="utf-8"))
        found = {
            "settings": {"sample": shown["sample"], "judging": shown["judging"]},
            "versions": versions(),
            "commit": commit(clone),
            **judge(board, ceilings, params.judging),
        }
    keep(found, arguments.results)
    print(table(found))
    sys.exit(0 if found["found_by_order_alone"] else 1)


def planted(params: dict[str, Any]) -> dict[str, Any]:
    """Only the cues over time, and one approach a context, beside what a headline needs."""
    sample = dict(params["sample"])
    for modality in ("picture", "sound"):
        sample[modality] = dict.fromkeys(sample[modality], 0.0)
    sample["picture"] |= dict.fromkeys(TEMPORAL_CUES, PLANTED)
    matrix = dict(params["matrix"])
    looking = {
        f"colour_{context}": {"backbone": "colour", "context": context, "head": "linear"}
        for context in CONTEXTS
    }
    heard = {"mfcc_mean": {"backbone": "mfcc", "context": "mean", "head": "linear"}}
    matrix |= {
        "backbones": {slug: matrix["backbones"][slug] for slug in ("colour", "mfcc")},
        "approaches": looking | heard,
        "early": {},
        "late": {"late_mean": {"picture": "colour_mean", "sound": "mfcc_mean"}},
        "headline": {"picture": "colour_mean", "sound": "mfcc_mean", "both": "late_mean"},
    }
    return params | {"sample": sample, "matrix": matrix}


def judge(board: Board, ceilings: dict[str, float], params: JudgingParams) -> dict[str, Any]:
    """How well each context tells the genres of the cues over time, and what order adds to it.

    ceilings: AP of the ideal observer by genre. Holm's p is over all contexts and genres, and over
    all differences.
    """
    looking = [cell for cell in board.cells if cell.modality == "picture"]
    scores = np.stack([board.y_scores[board.row(cell.slug)] for cell in looking])
    resamples = bootstrap_genre_average_precision(
        board.y_true, scores, params.resamples, params.seed, board.group
    )
    ordered = [cell.context for cell in looking].index(FOUND_BY)
    told: list[dict[str, Any]] = []
    gained: list[dict[str, Any]] = []
    for genre in TEMPORAL_CUES:
        column = board.genres.index(genre)
        truth, of_genre = board.y_true[:, [column]], scores[:, :, [column]]
        for number, cell in enumerate(looking):
            luck = no_skill_test(
                truth, of_genre[number], params.permutations, params.seed, board.group
            )
            told.append(
                {
                    "genre": genre,
                    "context": cell.context,
                    "ap": float(resamples[column].point[number]),
                    "prevalence": float(truth.mean()),
                    "ceiling": ceilings[genre],
                    "p": luck.p_value,
                }
            )
            if number == ordered:
                continue
            difference = paired_difference(resamples[column], ordered, number)
            test = paired_permutation_test(
                truth,
                of_genre[ordered],
                of_genre[number],
                params.permutations,
                params.seed,
                board.group,
            )
            gained.append(
                {
                    "genre": genre,
                    "against": cell.context,
                    "difference": difference.value,
                    "lo": difference.lo,
                    "hi": difference.hi,
                    "p": test.p_value,
                }
            )
    for rows in (told, gained):
        adjust_p_values(rows)
    for row in gained:
        row["verdict"] = verdict_name(row["lo"], row["hi"], row["p_holm"])
    found = all(row["p_holm"] < LEVEL for row in told if row["context"] == FOUND_BY)
    better = all(row["verdict"] == BETTER for row in gained)
    return {
        "films": len(board.film_id),
        "found_by_order_alone": found and better,
        "contexts": told,
        "gains": gained,
    }


def table(found: dict[str, Any]) -> str:
    """The result as one reads it in a terminal."""
    lines = [f"{'genre':10}{'context':12}{'AP':>7}{'share':>8}{'ceiling':>9}{'Holm':>8}"]
    for row in found["contexts"]:
        lines.append(
            f"{row['genre']:10}{row['context']:12}{row['ap']:7.3f}{row['prevalence']:8.3f}"
            f"{row['ceiling']:9.3f}{row['p_holm']:8.3f}"
        )
    for row in found["gains"]:
        lines.append(
            f"{row['genre']:10}{FOUND_BY} over {row['against']:12}{row['difference']:+7.3f} "
            f"[{row['lo']:+.3f}, {row['hi']:+.3f}]{row['p_holm']:8.3f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
