"""DVC stage: find what different films share: frames, sound, whole trailers."""

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.leaks",
        description="Audit the extracted frames and sound, or the published features, for what "
        "different films share: writes data/leaks.parquet, metrics/leaks.csv and "
        "metrics/leaks.json, and of features metrics/features.csv and metrics/features.json.",
    ).parse_args()

    from stages.base.packs import write_table
    from stages.base.params import load
    from stages.base.tables import write_csv, write_json
    from stages.corpus.table import read_trailers
    from stages.fitting.films import read_films
    from stages.published.auditing import audit
    from stages.trailers.auditing.leaks import find_leaks
    from stages.trailers.auditing.reading import read_frames, read_sound
    from stages.trailers.auditing.shards import store
    from stages.trailers.auditing.tables import COLUMNS, leak_rows, occurrence_table, summary

    every = load()
    if every.features:
        say(audit(places.data(), places.metrics(), every))
        return
    params = every.leaks
    store().recover()
    films = read_films(places.data())
    frames = read_frames(places.data() / "frames", films.film_of)
    sound = read_sound(places.data() / "audio", films.film_of)
    leaks, coverage = find_leaks(frames, sound, films.film_of, params)
    ids = films.ids.tolist()
    trailers = read_trailers(places.data() / "catalogue.parquet")
    named = {trailer.film_id: trailer.film for trailer in trailers}
    titles = [named[film] for film in ids]
    rows = leak_rows(leaks, coverage, ids, titles, films.fold.tolist())
    write_table(occurrence_table(leaks, ids), places.data() / "leaks.parquet")
    write_csv(rows, COLUMNS, places.metrics() / "leaks.csv")
    counts = summary(leaks, rows, len(frames.frame), coverage, params)
    write_json(counts, places.metrics() / "leaks.json")
    found = ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in counts["leaks"].items())
    say(f"{found}; {counts['across_folds']} across folds")


if __name__ == "__main__":
    run_stage(main)
