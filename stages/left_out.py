"""DVC stage: what it changes that films which share their features with another are left out."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.left_out",
        description="Compare approaches that were fitted with and without the films that "
        "splits.leave_out_shared_vectors leaves out: writes metrics/left_out.csv.",
    ).parse_args()

    from stages.base.params import load
    from stages.base.params.matrix import cells, fitted_with_left_out
    from stages.base.tables import write_csv
    from stages.judging.left_out import COLUMNS, left_out_rows

    params = load()
    asked = [cell for cell in cells(params) if fitted_with_left_out(params.matrix, cell.slug)]
    rows = left_out_rows(places.data(), asked, params.judging)
    write_csv(rows, COLUMNS, places.metrics() / "left_out.csv")
    changes = ", ".join(f"{row['approach']} {row['difference']:+.4f}" for row in rows)
    say(f"with the films that are left out: {changes or 'nothing to compare'}")


if __name__ == "__main__":
    run_stage(main)
