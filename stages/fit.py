"""DVC stage: fit one approach in all folds and seeds and score every film out of fold."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.fit",
        description="Fit one approach of params.yaml (approaches, early, late, dual, with_words, "
        "zero_shot, or `prior`): writes "
        "data/scores/<approach>.npz, and where something is trained data/models/<approach>/ and "
        "its curves over epochs and settings, metrics/curves/<approach>.csv.",
    )
    parser.add_argument("approach", help="a name under one of these in params.yaml, or `prior`")
    name = parser.parse_args().approach

    from stages.base.compute import configure_torch
    from stages.base.counting import counted
    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.base.params.matrix import cells, not_served
    from stages.base.tables import write_csv
    from stages.fitting.approaches import fit, is_fitted, is_trained
    from stages.fitting.films import read_films
    from stages.fitting.not_run import save_not_run
    from stages.fitting.saved_models import save_models
    from stages.fitting.scores import save_scores

    params = load()
    matrix = {cell.slug: cell for cell in cells(params) if is_fitted(cell)}
    if reason := not_served(params.matrix).get(name):
        save_not_run(name, reason, len(params.training.seeds), places.data(), places.metrics())
        say(f"{name}: not run: {reason}")
        return
    if name not in matrix:
        raise BenchmarkError("unknown approach", found=name, expected=f"one of {', '.join(matrix)}")
    cell = matrix[name]
    films = read_films(places.data())
    if is_trained(cell, params):
        configure_torch()
    found = fit(cell, films, params, places.data())
    scores = {labels: outcome.scores for labels, outcome in found.items()}
    save_scores(scores, places.data() / f"scores/{name}.npz")
    fitted = found["all"].fitted
    if fitted is not None:
        save_models(cell, fitted, params, params.splits.folds, places.data() / f"models/{name}")
        curves = places.metrics() / f"curves/{name}.csv"
        rows = [row for each in (fitted.curves, *fitted.chosen) for row in each.rows()]
        write_csv(rows, ["step", "part", "value"], curves)
    say(f"{name}: {counted(len(scores['all'].film_id), 'film')} scored")


if __name__ == "__main__":
    run_stage(main)
