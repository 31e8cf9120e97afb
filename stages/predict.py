"""Tell the genres of trailers by the trained models. Not a DVC stage."""

import argparse
import sys
from pathlib import Path

from stages.base.console import run_command, say


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m stages.predict",
        description="Tell the genres of trailers by picture, by sound and by both, with the models "
        "of every fold and seed that `dvc repro` trained: score and its spread over the models, "
        "calibrated probability, and the decision under the tuned threshold.",
    )
    parser.add_argument("trailers", nargs="+", metavar="TRAILER", help="a video file, or a URL")
    parser.add_argument(
        "--approach", action="append", metavar="SLUG", help="instead of the headline's; repeatable"
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
    from stages.commands.predict import caveats, record, showing
    from stages.commands.predict.answers import Respondent
    from stages.commands.predict.asking import ask, chosen
    from stages.commands.predict.timeline import write_page
    from stages.trailers.fetching.fetcher import TrailerFetcher

    params = load()
    matrix = [cell for cell in cells(params) if not cell.base]
    asked = chosen(matrix, arguments.approach or list(params.matrix.headline.named.values()))
    lock = record.read_lock(Path("dvc.lock"))
    for cell in asked:
        record.check_trained(cell.slug, lock, Path("params.yaml"), Path())
    configure_torch()
    respondent = Respondent(params, matrix, Path("data"))
    corpus = record.read_corpus(lock, len(respondent.films.ids), Path("data"))
    about = showing.corpus_line(corpus)
    say(about)
    warnings = caveats.warnings(corpus, respondent.films, params.judging)
    for warning in warnings:
        say(f"warning: {warning}")
    obtain = TrailerFetcher(params.download, params.sample)
    with TemporaryDirectory() as folder:
        known = caveats.learnt_from(Path("data"), respondent.films)
        replies = ask(respondent, asked, arguments.trailers, obtain, known, Path(folder))
        answered = [reply for reply in replies if not reply.error]
        if arguments.plot and answered:
            write_page(arguments.plot, respondent, answered, about, warnings, Path(folder))
    if arguments.json:
        sys.stdout.write(showing.as_json(replies, corpus, warnings))
    elif arguments.csv:
        sys.stdout.write(showing.as_csv(replies))
    else:
        console = Console(highlight=False)
        if not console.is_terminal:
            console.width = 160
        for reply in answered:
            console.print(showing.table(reply))
    for line in showing.aside(replies, notes=arguments.csv):
        say(line)
    if len(answered) < len(replies):
        sys.exit(1)


if __name__ == "__main__":
    run_command(main)
