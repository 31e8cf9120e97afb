"""DVC stage: the headline's approaches trained on fewer films, and on films drawn again."""

import os

from stages.base import places
from stages.base.console import CommandLine, run_stage, say

# the matrices are small: threads of BLAS cost five times the time of one, and processes share cores
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


def main() -> None:
    CommandLine(
        prog="python -m stages.training_sets",
        description="Train the headline's approaches again, where their heads are probes, on "
        "smaller training sets and on bootstrap samples of the films: writes learning_curve.csv "
        "and retrained.csv under metrics/.",
    ).parse_args()

    import json

    from stages.base.counting import counted
    from stages.base.params import load
    from stages.base.params.matrix import cells
    from stages.base.tables import write_csv
    from stages.fitting.films import read_films
    from stages.fitting.refitting import read_headline, solve
    from stages.fitting.training_sets import make_plan
    from stages.judging import training_sets as tables

    params, data, folder = load(), places.data(), places.metrics()
    judging, named = params.judging, params.matrix.headline.named
    known = {cell.slug: cell for cell in cells(params)}
    chosen = [known[slug] for slug in named.values()]
    films = read_films(data)
    comparisons = json.loads((data / "headline.json").read_text(encoding="utf-8"))["comparisons"]
    headline = read_headline(chosen, known, films, params, data)
    for slug, reason in headline.reasons.items():
        say(f"{slug} left out: {reason}")
    plan = make_plan(
        films.y_true,
        films.fold,
        films.group,
        headline.usable,
        judging.smallest_training_set,
        judging.draws,
        judging.retrainings,
        judging.seed,
    )
    many = len(plan.all) if headline.solvable else 0
    say(counted(many, "training set drawn", "training sets drawn"))
    scores = solve(headline, plan.all, lambda done, of: say(f"solved: {done} of {of} parts"))
    curve = tables.curve_rows(plan, scores, chosen, films.y_true, films.fold, headline.reasons)
    write_csv(curve, tables.CURVE, folder / "learning_curve.csv")
    rows = tables.retrained_rows(plan, scores, comparisons, films.y_true, headline.reasons)
    write_csv(rows, tables.RETRAINED, folder / "retrained.csv")
    say(counted(len(rows), "comparison trained again", "comparisons trained again"))


if __name__ == "__main__":
    run_stage(main)
