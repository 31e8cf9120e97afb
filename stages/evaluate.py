"""DVC stage: score every approach on the same films, with the references of no skill."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say

APPROACHES = [
    *("approach", "kind", "modality", "parts", "context", "head", "films"),
    *("macro_ap", "macro_ap_lo", "macro_ap_hi", "macro_ap_seed_sd", "macro_ap_film_sd"),
    *("micro_ap", "weighted_ap", "samples_ap", "normalised_ap", "lrap", "roc_auc"),
    *("coverage_error", "brier", "ece", "keras_accuracy", "trapezoid_ap"),
]
GENRES = [
    *("approach", "modality", "genre", "support", "prevalence", "ap", "ap_lo", "ap_hi"),
    *("chance_ap", "normalised_ap", "roc_auc", "brier", "ece"),
]
DECIDED = [
    *("precision_macro", "recall_macro", "f1_macro", "precision_micro", "recall_micro", "f1_micro"),
    *("precision_samples", "recall_samples", "f1_samples", "exact_match", "hamming", "jaccard"),
]
THRESHOLDS = ["approach", "modality", "threshold", *DECIDED]
RULES = ["approach", "modality", "rule", *DECIDED, "f1_macro_lo", "f1_macro_hi"]
CHOICES = ["approach", "fold", "rule", "genre", "value"]
THRESHOLD_GENRES = ["approach", "modality", "genre", "threshold", "precision", "recall", "f1"]
CALIBRATION = [
    *("approach", "modality", "method", "ece", "brier", "log_loss"),
    *("ece_before", "brier_before", "log_loss_before"),
]
BINS = ["bin", "films", "lowest", "highest", "mean_score", "frequency"]
RELIABILITY = ["approach", "modality", "method", *BINS]
REFERENCES = ["reference", "metric", "value", "lo", "hi"]


def main() -> None:
    CommandLine(
        prog="python -m stages.evaluate",
        description="Evaluate the out-of-fold scores of the whole matrix on the same films: writes "
        "tables of all that is said of them (CSV) under metrics/, and the scores themselves.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.parallel.children import beside
    from stages.base.params import load
    from stages.base.params.matrix import cells
    from stages.base.tables import write_csv
    from stages.judging import confusion, rules, submitted, tables
    from stages.judging.beside import calibration_and_references
    from stages.judging.board import read_board
    from stages.judging.out_of_fold import OutOfFold

    params = load()
    board = read_board(places.data(), cells(params))
    judging, folder, named = params.judging, places.metrics(), params.matrix.headline.named
    labels = None if params.catalogue.labels_may_be_published else places.data()
    with beside(calibration_and_references, places.corpus()) as told:
        OutOfFold.from_board(board).write(folder, labels)
        write_csv(tables.approach_rows(board, judging), APPROACHES, folder / "approaches.csv")
        write_csv(tables.genre_rows(board, judging), GENRES, folder / "genres.csv")
        write_csv(tables.threshold_rows(board, judging), THRESHOLDS, folder / "thresholds.csv")
        columns = ["picture", "sound", "both", *(m for m in ("words", "all") if m in named)]
        curves = tables.precision_recall_rows(board, named)
        write_csv(curves, ["recall", *columns], folder / "precision_recall.csv")
        bars, columns = tables.genre_bar_rows(board, named), ["genre", "prevalence", *columns]
        write_csv(bars, columns, folder / "genre_bars.csv")
        by_genre = tables.threshold_genre_rows(board, judging, [*named.values()])
        write_csv(by_genre, THRESHOLD_GENRES, folder / "threshold_genres.csv")
        pairs = confusion.confusion_rows(board, [*named.values()])
        write_csv(pairs, confusion.COLUMNS, folder / "confusion.csv")
        write_csv(rules.rule_rows(board, judging), RULES, folder / "rules.csv")
        write_csv(rules.choice_rows(board), CHOICES, folder / "tuned_thresholds.csv")
        sent_in = submitted.card_rows(board, places.data())
        write_csv(sent_in, submitted.COLUMNS, folder / "submitted.csv")
        rows, bins, references = told.result()
    write_csv(rows, CALIBRATION, folder / "calibration.csv")
    write_csv(bins, RELIABILITY, folder / "reliability.csv")
    write_csv(references, REFERENCES, folder / "references.csv")
    say(f"{counted(len(board.cells), 'approach')} judged on {counted(len(board.film_id), 'film')}")


if __name__ == "__main__":
    run_stage(main)
