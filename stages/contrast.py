"""DVC stage: how picture and sound complement each other, and whether fewer labels help."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say

CLAIMED = [
    *("claim", "quantity", "a", "b", "genre", "estimate", "lo", "hi", "p", "holm_family"),
    *("p_holm", "verdict", "sentence"),
]
LABELS = [
    *("approach", "base", "modality", "labels", "genre", "genres", "films", "ap", "base_ap"),
    *("difference", "lo", "hi", "p", "holm_family", "p_holm", "verdict", "naive_base_ap"),
    *("naive_difference", "arithmetic"),
]


def main() -> None:
    CommandLine(
        prog="python -m stages.contrast",
        description="Compare picture with sound genre by genre, fusions with their parts, fewer "
        "labels with all, grouped with ungrouped folds, chosen settings with fixed ones; judge the "
        "seed study's claims and rank all approaches. Writes a table of each to metrics/.",
    ).parse_args()

    from functools import partial

    from stages.base.counting import counted
    from stages.base.parallel.children import beside
    from stages.base.params import load
    from stages.base.params.matrix import cells
    from stages.base.tables import write_csv
    from stages.corpus.table import read_trailers
    from stages.judging import joining, rank_intervals, tuning, ungrouped
    from stages.judging.beside import tuning_table
    from stages.judging.board import read_board
    from stages.judging.claims import Evidence, claim_rows
    from stages.judging.comparisons import headline_rows
    from stages.judging.complementarity import FUSIONS, OWNED, fusion_rows, owned_rows
    from stages.judging.label_sets import label_set_rows
    from stages.judging.lost_films import lost_rows, write_lost
    from stages.judging.seed_study import CLAIMS
    from stages.judging.verdicts import add_verdicts, adjusted_p_values

    params = load()
    judging, headline, folder = params.judging, params.matrix.headline, places.metrics()
    read = partial(read_board, places.data())
    board = read(cells(params))
    with beside(tuning_table, places.corpus()) as tuned:
        write_csv(fusion_rows(board, judging), FUSIONS, folder / "complementarity.csv")
        contributions = joining.contribution_rows(board, judging)
        write_csv(contributions, joining.CONTRIBUTIONS, folder / "contributions.csv")
        write_csv(joining.confused_rows(board, judging), joining.CONFUSED, folder / "confused.csv")
        lost = list(lost_rows(board, read_trailers(places.data() / "catalogue.parquet")))
        write_lost(lost, folder, places.data(), params.catalogue.labels_may_be_published)
        rows = label_set_rows(cells(params), read, judging)
        named_cells = [cell for cell in board.cells if cell.slug in headline.named.values()]
        named_board = read(named_cells, part_of=board)
        adjusted = adjusted_p_values(headline_rows(named_board, judging, headline))
        evidence = Evidence(board, named_board, judging, headline, rows)
        claims = claim_rows(evidence, CLAIMS, adjusted)
        adjusted = {**adjusted, **adjusted_p_values(claims)}
        write_csv(claims, CLAIMED, folder / "claims.csv")
        write_csv(owned_rows(board, judging, adjusted), OWNED, folder / "owned_genres.csv")
        add_verdicts(rows, ("approach", "base"), adjusted)
        write_csv(rows, LABELS, folder / "label_sets.csv")
        sure = rank_intervals.rank_rows(board, judging)
        write_csv(sure, rank_intervals.COLUMNS, folder / "rank_intervals.csv")
        split = ungrouped.ungrouped_rows(places.data(), cells(params), judging)
        write_csv(split, ungrouped.COLUMNS, folder / "ungrouped.csv")
        write_csv(tuned.result(), tuning.COLUMNS, folder / "tuning.csv")
    say(counted(len(rows), "comparison of label sets", "comparisons of label sets"))


if __name__ == "__main__":
    run_stage(main)
