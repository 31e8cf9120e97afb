"""Compare two revisions: which approaches changed beyond chance. Not a DVC stage."""

import sys
from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, run_command, say

WORKSPACE = "workspace"


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.diff",
        description="Compare the scores of two revisions film by film: which approaches became "
        "clearly better or worse. Scores come from git, for older revisions from DVC's cache or "
        "remote; nothing is checked out.",
    )
    parser.add_argument("before", metavar="BEFORE", help="a branch, tag, commit or experiment")
    parser.add_argument("after", metavar="AFTER", nargs="?", default=WORKSPACE, help="by default "
                        "what lies in the workspace")  # fmt: skip
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true", help="print Markdown, for a pull request")
    form.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--write", type=Path, metavar="CSV", help="write the rows into this file")
    parser.add_argument("--page", type=Path, metavar="HTML", help="write a page with the intervals")
    arguments = parser.parse_args()

    from tempfile import TemporaryDirectory

    from rich.console import Console

    from stages.base.counting import counted
    from stages.base.dvc_project import commit_of, fetch_scores
    from stages.base.files import write
    from stages.base.params import load
    from stages.base.tables import write_csv
    from stages.commands.diff import output, revisions
    from stages.commands.diff.differences import COLUMNS, difference_rows

    catalogue = places.data() / "catalogue.parquet"

    def revision(name: str) -> revisions.Revision:
        if name == WORKSPACE:
            return revisions.read_revision(name, places.metrics(), catalogue)
        with TemporaryDirectory() as folder:
            if metrics := revisions.committed_scores(commit_of(name), Path(folder)):
                return revisions.read_revision(name, metrics, catalogue)
            return revisions.read_from_data(name, fetch_scores(name, Path(folder)))

    params = load()
    names = (arguments.before, arguments.after)
    before, after = map(revision, names)
    common = revisions.overlap(before, after)
    rows = difference_rows(before, after, common, params.judging)
    if arguments.write:
        write_csv(rows, COLUMNS, arguments.write)
    if arguments.page:
        write(output.page(*names, rows, common), arguments.page)
    if arguments.markdown or arguments.json:
        form_of = output.markdown if arguments.markdown else output.as_json
        sys.stdout.write(form_of(*names, rows, common))
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 160
    if output.changes(rows):
        console.print(output.table(rows))
    for line in (output.unchanged(rows), *common.notes):
        if line:
            console.print(line, markup=False, soft_wrap=True)
    say(f"{counted(len(common.film_id), 'film')}; {output.summary(rows)}")


if __name__ == "__main__":
    run_command(main)
