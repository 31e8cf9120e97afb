"""DVC stage: which films have a picture and a sound, and in which fold each is held out."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.splits",
        description="Assign every usable film to a fold, stratified over label combinations: "
        "writes data/splits.parquet, metrics/splits.json and metrics/attrition.csv.",
    ).parse_args()

    import pyarrow as pa

    from stages.base.counting import counted
    from stages.base.packs import read_table, write_table
    from stages.base.params import load
    from stages.base.tables import write_csv, write_json
    from stages.corpus.folds import assign_folds, attrition, group_films
    from stages.corpus.labels import collections_of, films_of
    from stages.corpus.table import read_trailers
    from stages.judging.sample_size import describe_sample_size

    every = load()
    params = every.splits
    trailers = read_trailers(places.data() / "catalogue.parquet")
    steps = {step: places.data() / f"{step}/outcomes.parquet" for step in ("frames", "audio")}
    outcomes = {step: read_table(path).to_pylist() for step, path in steps.items()}
    served = {
        step: {row["trailer_id"] for row in rows if row["reason"] == "ok"}
        for step, rows in outcomes.items()
    }

    films, y_true = films_of(trailers)
    seen = {t.film_id for t in trailers if t.trailer_id in served["frames"]}
    heard = {t.film_id for t in trailers if t.trailer_id in served["audio"]}
    usable = [row for row, film in enumerate(films) if film in seen or film in heard]
    collections = collections_of(trailers) if params.group_by == "collection" else [""] * len(films)
    groups = group_films([collections[row] for row in usable])
    fold_of = assign_folds(y_true[usable], params.folds, params.seed, groups)
    fold_ungrouped = assign_folds(y_true[usable], params.folds, params.seed)
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
    folds = [("fold", pa.int8()), ("fold_ungrouped", pa.int8()), ("group", pa.int32())]
    served_by = [("picture", pa.bool_()), ("sound", pa.bool_())]
    schema = pa.schema([("film_id", pa.string()), *folds, *served_by])
    write_table(pa.Table.from_pylist(rows, schema), places.data() / "splits.parquet")

    ledger = read_table(places.data() / "downloads.parquet", columns=["reason"]).to_pylist()
    columns = ["step", "reason", "trailers"]
    write_csv(attrition(ledger, outcomes), columns, places.metrics() / "attrition.csv")
    by_modality = {"picture": len(seen), "sound": len(heard)}
    by_modality |= {"both": len(seen & heard), "any": len(seen | heard)}
    sizes = {str(fold): sum(row["fold"] == fold for row in rows) for fold in range(params.folds)}
    counts = {"films": len(films), "groups": len(set(groups.tolist())), "usable": by_modality}
    both = [number for number, row in enumerate(rows) if row["picture"] and row["sound"]]
    judged = both or list(range(len(rows)))  # of pictures alone, or of sound
    series = group_films([collections_of(trailers)[row] for row in usable])
    size = describe_sample_size(y_true[usable][judged], series[judged], params.folds, every.judging)
    write_json({**counts, "folds": sizes, **size}, places.metrics() / "splits.json")
    served_by_any = f"{len(rows)} of {counted(len(films), 'film')} usable"
    say(f"{served_by_any}, {len(seen & heard)} with picture and sound")
    if "warning" in size:
        say(f"warning: {size['warning']}")


if __name__ == "__main__":
    run_stage(main)
