"""Command: list the trailers that could not be used, with the reasons."""

import json

from stages.base import places
from stages.base.console import CommandLine, run_command, say


def main() -> None:
    parser = CommandLine(
        prog="python -m stages.ledger",
        description="List the trailers that could not be used, with reason and detail, from "
        "data/downloads.parquet; and say whether what is missing is missing at random.",
    )
    parser.add_argument("--all", action="store_true", help="list the downloaded ones too")
    arguments = parser.parse_args()

    from rich.console import Console

    from stages.base.counting import counted
    from stages.base.errors import BenchmarkError
    from stages.base.packs import read_table
    from stages.trailers.fetching.ledger import ledger_table

    path = places.data() / "downloads.parquet"
    splits = places.metrics() / "splits.json"
    if path.exists():
        rows = read_table(path).to_pylist()
        if arguments.all or any(row["reason"] != "ok" for row in rows):
            Console(highlight=False).print(ledger_table(rows, arguments.all))
        else:
            say(f"{counted(len(rows), 'trailer')}, none missing; --all lists them")
    elif not splits.exists():  # published features have no trailers, and are split all the same
        raise BenchmarkError(
            "nothing was downloaded yet",
            where=str(path),
            do=f"run `{places.dvc('repro')}`, which downloads first",
        )
    said = json.loads(splits.read_text(encoding="utf-8")) if splits.exists() else {}
    if "missing" in said:
        say(said["missing"])


if __name__ == "__main__":
    run_command(main)
