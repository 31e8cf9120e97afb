"""DVC stage: how far a second source of genres agrees with the catalogue's."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.label_ceiling",
        description="Compare the genres of all films of the catalogue with those of a second "
        "source, film by film; no trailer is needed: writes metrics/: label_ceiling.csv and .json. "
        "Where no second source is given, a table that was made with one of the same films stays.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.params import load
    from stages.base.tables import write_csv, write_json
    from stages.corpus.labels import labelled_films
    from stages.corpus.second_source import load_second_source
    from stages.corpus.table import read_trailers
    from stages.judging.label_ceiling import (
        COLUMNS,
        describe_sources,
        kept_source,
        label_ceiling_rows,
        small_overlap_note,
    )

    films = labelled_films(read_trailers(places.data() / "catalogue.parquet"))
    second = load_second_source(places.data() / "second_source.parquet")
    params, about = load(), places.metrics() / "label_ceiling.json"
    if not second and (kept := kept_source(films, about)):
        say(f"no second source here: what {kept} said of the same films stays")
        return
    rows = list(label_ceiling_rows(films, second, params.judging))
    write_csv(rows, COLUMNS, places.metrics() / "label_ceiling.csv")
    write_json(describe_sources(films, second, params.catalogue.second_source), about)
    if rows:
        say(f"two sources of genres compared on {counted(rows[0]['films'], 'film')}")
    else:
        say(small_overlap_note(films, second) or "no second source of genres, nothing to compare")


if __name__ == "__main__":
    run_stage(main)
