"""Predict the genres of trailers with the trained models. Not a DVC stage."""

import sys
from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.predict",
        description="Predict the genres of trailers from picture, sound and both, with the models "
        "that `dvc repro` trained for every fold and seed: score and its standard deviation over "
        "the models, calibrated probability, and the decision at the tuned threshold.",
    )
    parser.add_argument("trailers", nargs="+", metavar="TRAILER", help="a video file, or a URL")
    parser.add_argument(
        "--approach", action="append", metavar="NAME", help="instead of the headline's; repeatable"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of a table")
    form.add_argument("--csv", action="store_true", help="print CSV instead of a table")
    parser.add_argument(
        "--plot", type=Path, metavar="PAGE", help="write an HTML page: scores along the trailer"
    )
    arguments = parser.parse_args()

    from tempfile import TemporaryDirectory

    from rich.console import Console

    from stages.base.compute import configure_torch
    from stages.base.params import load
    from stages.base.params.matrix import cells
    from stages.commands import lock
    from stages.commands.predict import output, warnings
    from stages.commands.predict.predictor import Predictor
    from stages.commands.predict.timeline import write_page
    from stages.commands.predict.trailers import chosen_cells, predict, saved_cells
    from stages.trailers.fetching.fetcher import TrailerFetcher

    params = load()
    matrix, named = cells(params), list(params.matrix.headline.named.values())
    chosen = chosen_cells(matrix, arguments.approach or named)
    locked = lock.read_lock(places.lock())
    for cell in chosen:
        lock.check_trained(cell.slug, locked)
    configure_torch()
    predictor = Predictor(params, saved_cells(matrix), places.data())
    corpus = lock.read_corpus(locked, len(predictor.films.ids), places.data())
    say(about := output.corpus_line(corpus))
    cautions = warnings.of_corpus(corpus, predictor.films, params.judging)
    for warning in cautions:
        say(f"warning: {warning}")
    obtain = TrailerFetcher(params.download, params.sample)
    with TemporaryDirectory() as folder:
        known = warnings.training_trailers(places.data(), predictor.films)
        results = predict(predictor, chosen, arguments.trailers, obtain, known, Path(folder))
        predicted = [result for result in results if not result.error]
        if arguments.plot and predicted:
            write_page(arguments.plot, predictor, predicted, about, cautions, Path(folder))
    if arguments.json:
        sys.stdout.write(output.as_json(results, corpus, cautions))
    elif arguments.csv:
        sys.stdout.write(output.as_csv(results))
    else:
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = 160
        for result in predicted:
            console.print(output.table(result))
    for line in output.messages(results, notes=arguments.csv):
        say(line)
    if len(predicted) < len(results):
        sys.exit(1)


if __name__ == "__main__":
    run_command(main)
