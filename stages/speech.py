"""DVC stage, of a corpus that asks for it: transcribe what is said in every trailer."""

from functools import partial

from stages.base import places
from stages.base.console import CommandLine, progress, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.speech",
        description="Transcribe the trailers of data/downloads.parquet with Whisper, as "
        "words.speech in params.yaml says: writes the packs and outcomes.parquet of data/speech.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.params import load
    from stages.trailers.media import results
    from stages.words import rows, sounds, speech, weights, whisper
    from stages.words.asking import speech_of
    from stages.words.invented import spoken

    params = speech_of(load())
    whisper.device()  # a library that is missing shows before anything is fetched
    files = weights.fetch(params.model, weights.config_of(params.model))
    recipe = speech.Recipe.from_params(params, files)
    results.store_of(sounds.WHOLE).recover()
    speech.store_of(recipe).recover()
    found = results.jobs(places.data() / "downloads.parquet", sounds.WHOLE)
    todo = [speech.SpeechJob(sound, recipe) for sound in found]
    done = progress(speech.transcribe_all(todo), "speech", len(todo))
    entries = ((job.sound.trailer_id, entry) for job, entry in done)
    target = places.data() / "speech"
    counts = rows.write(target, rows.SEGMENTS, entries, partial(spoken, params=params))
    say(f"{target}: {counted(counts['ok'], 'trailer')} heard{rows.others(counts)}")


if __name__ == "__main__":
    run_stage(main)
