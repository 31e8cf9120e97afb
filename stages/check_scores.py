"""Say what scores of a system of one's own would be judged on. Not a DVC stage."""

import sys
from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, run_command


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.check_scores",
        description="Check a CSV of scores, and the card beside it, against the films, folds and "
        "genres of a corpus, and say what it would be judged on: docs/submit.md describes both.",
        epilog="Of a file in submissions/<corpus>/ that is the corpus. Nothing is run, and nothing "
        "written. Exits with 1 if any cannot be judged.",
    )
    parser.add_argument("file", nargs="+", type=Path, help="a CSV, or its card, NAME.yaml")
    parser.add_argument("--markdown", action="store_true", help="a block for a pull request")
    arguments = parser.parse_args()

    from stages.base.errors import BenchmarkError
    from stages.base.params import load
    from stages.base.params.matrix import cells
    from stages.base.redaction import redact
    from stages.submissions import checking
    from stages.submissions.files import FOLDER

    failed = False
    for path in dict.fromkeys(path.with_suffix(".csv") for path in arguments.file):
        filed = path.absolute().parents[1].name == FOLDER.name  # submissions/<corpus>/
        try:
            places.choose(path.absolute().parent.name if filed else arguments.corpus)
            own = [cell.slug for cell in cells(load()) if cell.kind != "submitted"]
            found = checking.check(path, places.metrics(), own)
            lines = list(checking.describe(found, places.metrics(), places.data()))
            said = checking.as_text(f"{path}, corpus {places.corpus()}", lines)
        except BenchmarkError as error:
            failed, said = True, f"error: {error}"
        shown = checking.as_markdown(said) if arguments.markdown else said
        print(redact(shown), end="\n\n")
    sys.exit(failed)


if __name__ == "__main__":
    run_command(main)
