"""DVC stage: which films have a picture and a sound, and in which fold each is held out."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.splits",
        description="Assign every usable film to a fold, stratified over label combinations: "
        "writes data/splits.parquet and metrics/: splits.json, attrition.csv, missing.csv.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.packs import read_table
    from stages.base.params import load
    from stages.base.tables import write_csv, write_json
    from stages.corpus.folds import ATTRITION, attrition, group_films, save_splits
    from stages.corpus.labels import collections_of, labelled_films, published_splits_of
    from stages.corpus.published_split import choose_folds, scattered_groups
    from stages.corpus.table import read_trailers
    from stages.judging import missing
    from stages.judging.sample_size import describe_sample_size

    params = (every := load()).splits
    trailers = read_trailers(places.data() / "catalogue.parquet")
    steps = {step: places.data() / f"{step}/outcomes.parquet" for step in ("frames", "audio")}
    outcomes = {step: read_table(path).to_pylist() for step, path in steps.items()}
    served = {
        step: {row["trailer_id"] for row in rows if row["reason"] == "ok"}
        for step, rows in outcomes.items()
    }

    labelled = labelled_films(trailers)
    films, y_true = labelled.ids, labelled.y_true
    seen = {t.film_id for t in trailers if t.trailer_id in served["frames"]}
    heard = {t.film_id for t in trailers if t.trailer_id in served["audio"]}
    usable = [row for row, film in enumerate(films) if film in seen or film in heard]
    collections = collections_of(trailers) if params.group_by == "collection" else [""] * len(films)
    groups = group_films([collections[row] for row in usable])
    published = [published_splits_of(trailers)[row] for row in usable]
    fold_of, fold_ungrouped = choose_folds(params, y_true[usable], groups, published)
    rows = [
        {
            "film_id": films[row],
            "fold": int(fold),
            "fold_ungrouped": int(other),
            "group": int(group),
            "picture": films[row] in seen,
            "sound": films[row] in heard,
        }
        for row, fold, other, group in zip(usable, fold_of, fold_ungrouped, groups, strict=True)
    ]
    save_splits(rows, places.data() / "splits.parquet")

    ledger = read_table(places.data() / "downloads.parquet", columns=["reason"]).to_pylist()
    write_csv(attrition(ledger, outcomes), ATTRITION, places.metrics() / "attrition.csv")
    by_modality = {"picture": len(seen), "sound": len(heard)}
    by_modality |= {"both": (with_both := len(seen & heard)), "any": len(seen | heard)}
    sizes = {str(fold): sum(row["fold"] == fold for row in rows) for fold in range(params.folds)}
    counts = {"films": len(films), "groups": len(set(groups.tolist())), "usable": by_modality}
    both = [number for number, row in enumerate(rows) if row["picture"] and row["sound"]]
    judged = both or list(range(len(rows)))  # of pictures alone, or of sound
    series = group_films([collections_of(trailers)[row] for row in usable])
    size = describe_sample_size(y_true[usable][judged], series[judged], params.folds, every.judging)
    found = {films[usable[number]] for number in judged}
    lost = missing.missing_rows(labelled, found, every.judging)
    write_csv(lost, missing.COLUMNS, places.metrics() / "missing.csv")
    counts |= {"folds": sizes, "missing": missing.describe_missing(lost), **size}
    write_json(counts, places.metrics() / "splits.json")
    say(f"{len(rows)} of {counted(len(films), 'film')} usable, {with_both} with picture and sound")
    say(str(counts["missing"]))
    if scattered := scattered_groups(fold_of, groups):
        say(f"warning: the published split divides {counted(scattered, 'collection')}")
    if "warning" in size:
        say(f"warning: {size['warning']}")


if __name__ == "__main__":
    run_stage(main)
