"""DVC stage: the paired comparisons, and the summary that `dvc metrics diff` reads."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say

COLUMNS = [
    *("family", "name", "a", "b", "question", "difference", "lo", "hi", "p", "holm_family"),
    *("p_holm", "verdict", "films"),
]
RECOVERY_COLUMNS = [
    *("approach", "modality", "genre", "cue", "planted", "ap", "ap_lo", "ap_hi", "normalised_ap"),
    *("ceiling_ap", "ceiling_normalised_ap", "above"),
]
CEILINGS = ("ceilings", "ceiling_genres")  # of trailers alone


def main() -> None:
    CommandLine(
        prog="python -m stages.compare",
        description="Compare approaches on the same films, with paired intervals and tests: "
        "writes comparisons.csv, recovery.csv, recovery.json, headline.json, films.json, "
        "cells.csv, models.csv and summary.json under metrics/, data/headline.json.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.parallel.children import beside
    from stages.base.params import load
    from stages.base.params.matrix import cells
    from stages.base.params.reading import read
    from stages.base.provenance import forget_other_cells
    from stages.base.tables import read_csv, write_csv, write_json
    from stages.commands.plan.inventory import CELLS, MODELS, inventory
    from stages.corpus.table import read_trailers
    from stages.judging.board import read_board
    from stages.judging.comparisons import comparison_rows, headline_rows
    from stages.judging.exports import DIFFERENCES, film_scores, headline_record, summarise
    from stages.judging.recovery import recovery_rows, recovery_summary
    from stages.judging.verdicts import adjusted_p_values

    params = load()
    judging, folder, headline = params.judging, places.metrics(), params.matrix.headline
    board = read_board(places.data(), cells(params))
    with beside(inventory, (places.corpus(), board.cells)) as told:
        adjusted = adjusted_p_values(read_csv(folder / "claims.csv"))
        named_cells = [cell for cell in board.cells if cell.slug in headline.named.values()]
        named_board = read_board(places.data(), named_cells, part_of=board)
        first = headline_rows(named_board, judging, headline)
        rows = comparison_rows(board, judging, first, adjusted, headline.leading)
        known = told.result()
    write_csv(rows, COLUMNS, folder / "comparisons.csv")
    named = headline.named | {DIFFERENCES[row["family"]]: row["name"] for row in first}
    write_json(named, folder / "headline.json")
    record = headline_record(named_cells, first, params, places.data())
    write_json(record, places.data() / "headline.json")
    names = ("approaches", "rules", "genres")
    approaches, rules, genres = (read_csv(folder / f"{name}.csv") for name in names)
    paths = (folder / f"{name}.csv" for name in CEILINGS)
    ceilings, in_genres = ([] if params.features else read_csv(path) for path in paths)
    found_cues = recovery_rows(approaches, genres, ceilings, in_genres)
    write_csv(found_cues, RECOVERY_COLUMNS, folder / "recovery.csv")
    recovery = recovery_summary(found_cues, approaches, headline.named)
    write_json(recovery, folder / "recovery.json")
    summary = summarise(approaches, rules, rows, ceilings, named)
    write_json(summary, folder / "summary.json")
    trailers = read_trailers(places.data() / "catalogue.parquet")
    films = film_scores(board, trailers, params.catalogue.labels_may_be_published)
    write_json(films, folder / "films.json")
    for fault in known.faults:
        say(f"left out of cells.csv, a set that does not fit: {fault}")
    write_csv(known.cells, CELLS, folder / "cells.csv")
    write_csv(known.models, MODELS, folder / "models.csv")
    write_json(read().content, folder / "parameters.json")
    ran = {cell.fitted_with for cell in board.cells}
    backbones = {*params.matrix.backbones, *params.matrix.pretrained}
    forget_other_cells(ran | backbones, folder / "provenance.json")
    say(counted(len(rows), "paired comparison"))


if __name__ == "__main__":
    run_stage(main)
