"""DVC stage: which films have a picture, a sound, words; in which fold each is held out."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.splits",
        description="Assign every usable film to a fold, stratified over label combinations: "
        "writes data/splits.parquet, and to metrics/ splits.json, folds, attrition, missing (CSV).",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.packs import write_table
    from stages.base.params import load
    from stages.base.tables import write_csv, write_json
    from stages.corpus.folds import ATTRITION, group_films, save_folds
    from stages.corpus.labels import collections_of, labelled_films, published_splits_of
    from stages.corpus.serving import served_by_trailers
    from stages.corpus.splitting import scattered_collections, split_rows, split_table
    from stages.corpus.table import read_trailers
    from stages.judging import missing
    from stages.judging.sample_size import describe_sample_size
    from stages.published.serving import served_by_tables

    params = (every := load()).splits
    trailers = read_trailers(places.data() / "catalogue.parquet")
    if every.features:
        served = served_by_tables(places.data(), trailers, every)
    else:
        served = served_by_trailers(places.data(), trailers, every.words is not None)
    labelled, collections = labelled_films(trailers), collections_of(trailers)
    films, y_true = labelled.ids, labelled.y_true
    parts = published_splits_of(trailers)
    rows = split_rows(films, y_true, collections, parts, served, params)
    table = split_table(rows, served, params, bool(every.features))
    write_table(table, places.data() / "splits.parquet")
    save_folds(rows, places.metrics() / "folds.csv")
    write_csv(served.attrition, ATTRITION, places.metrics() / "attrition.csv")
    seen, heard = (each - served.left_out for each in (served.picture, served.sound))
    by_modality = {"picture": len(seen), "sound": len(heard)}
    by_modality |= {"both": (with_both := len(seen & heard)), "any": len(seen | heard)}
    sizes = {str(fold): sum(row["fold"] == fold for row in rows) for fold in range(params.folds)}
    groups = {row["group"] for row in rows}
    counts = {"films": len(films), "groups": len(groups), "usable": by_modality}
    both = [number for number, row in enumerate(rows) if row["picture"] and row["sound"]]
    judged = both or list(range(len(rows)))  # of pictures alone, or of sound
    place = {film: number for number, film in enumerate(films)}
    usable = [place[row["film_id"]] for row in rows]
    series = group_films([collections[row] for row in usable])
    size = describe_sample_size(y_true[usable][judged], series[judged], params.folds, every.judging)
    had = served.picture & served.sound if both else served.picture | served.sound
    lost = missing.missing_rows(labelled, had, every.judging)
    write_csv(lost, missing.COLUMNS, places.metrics() / "missing.csv")
    left_out = missing.describe_left_out(labelled, served.left_out, every.judging)
    told = " ".join(filter(None, (missing.describe_missing(lost), left_out)))
    counts |= {"folds": sizes, "missing": told, **size}
    write_json(counts, places.metrics() / "splits.json")
    say(f"{len(rows)} of {counted(len(films), 'film')} usable, {with_both} with picture and sound")
    say(str(counts["missing"]))
    if scattered := scattered_collections(rows):
        say(f"warning: the published split divides {counted(scattered, 'collection')}")
    if "warning" in size:
        say(f"warning: {size['warning']}")


if __name__ == "__main__":
    run_stage(main)
