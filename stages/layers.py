"""DVC stage, of a corpus that asks for it: how much of each trailer is speech, music, neither."""

from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, progress, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.layers",
        description="Hear what the trailers of data/downloads.parquet are made of, as layers in "
        "params.yaml says: writes data/layers, and the shares of time by genre to "
        "metrics/layers.csv.",
    ).parse_args()

    from stages.base.compute import configure_torch
    from stages.base.counting import counted
    from stages.base.files import replacing
    from stages.base.packs import write_table
    from stages.base.params import load
    from stages.base.tables import write_csv
    from stages.fitting.films import read_films
    from stages.hearing import heard, music, table, voice
    from stages.judging import layers
    from stages.trailers.media import results
    from stages.words.sounds import WHOLE

    every = load()
    params = table.asked(every)
    voice.check()  # what is missing shows before anything is fetched
    ledger, target = places.data() / "downloads.parquet", places.data() / "layers"
    with replacing(target) as folder:
        folder.mkdir()
        weights: Path | None = None
        if params.music is not None:
            configure_torch()
            weights = folder / f"{music.MODEL}.safetensors"
            music.fetch(music.config_of(), weights)
        recipe = heard.Recipe(params.voice, weights)
        results.store_of(WHOLE).recover()
        heard.store_of(recipe).recover()
        todo = [heard.HearingJob(sound, recipe) for sound in results.jobs(ledger, WHOLE)]
        done = progress(heard.hear_all(todo), "layers", len(todo))
        rows = table.rows_of(((job.sound.trailer_id, entry) for job, entry in done), params)
        write_table(table.of(rows), folder / "trailers.parquet")
    films = read_films(places.data())
    by_film = table.shares(rows, films.film_of, len(films.ids))
    by_genre = layers.rows(by_film, films.y_true, films.group, every.judging)
    write_csv(by_genre, layers.COLUMNS, places.metrics() / "layers.csv")
    heard_of = sum(row["reason"] == "ok" for row in rows)
    say(f"{target}: {heard_of} of {counted(len(rows), 'trailer')} heard")


if __name__ == "__main__":
    run_stage(main)
