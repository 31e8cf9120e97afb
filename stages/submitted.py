"""DVC stage: check scores that were sent in, and store them as those of an approach."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.submitted",
        description="Check the scores and the card that were sent in for a corpus, "
        "submissions/<corpus>/<name>.csv and .yaml, and write data/scores/<name>.npz.",
        epilog="docs/submit.md describes both files; `python -m stages.check_scores` checks them "
        "without a run.",
    )
    parser.add_argument("name", help="one of matrix.submitted in params.yaml")
    name = parser.parse_args().name

    from stages.base.counting import counted
    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.fitting.scores import save_scores
    from stages.submissions.card import read_card
    from stages.submissions.expected import from_data
    from stages.submissions.files import FOLDER
    from stages.submissions.scores import as_scores
    from stages.submissions.table import read_scores

    known = load().matrix.submitted
    if name not in known:
        raise BenchmarkError(
            "not sent in",
            found=repr(name),
            expected=f"one of {', '.join(known)}" if known else "nothing: there is none",
            do=f"name it under matrix.submitted in {places.params()}",
        )
    folder = FOLDER / places.corpus()
    card = read_card(folder / f"{name}.yaml")
    expected = from_data(places.data(), places.metrics())
    table = read_scores(folder / f"{name}.csv", card, expected)
    scores = as_scores(table, expected)
    save_scores({"all": scores}, places.data() / f"scores/{name}.npz", card.facts())
    films, seeds = counted(len(table.film_id), "film"), counted(len(table.score), "seed")
    say(f"{name}: scores of {films}, {seeds}, as sent in by {card.who}")


if __name__ == "__main__":
    run_stage(main)
