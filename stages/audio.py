"""DVC stage: cut the sound windows of every trailer that has sound."""

from stages.base import places
from stages.base.console import CommandLine, progress, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.audio",
        description="Cut sound windows from the trailers of data/downloads.parquet: writes the "
        "packs and outcomes.parquet of data/audio.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.parallel import run
    from stages.base.params import load
    from stages.trailers.media.results import AUDIO, extract, jobs, store_of, write

    params = load().audio
    store_of(params).recover()
    todo = jobs(places.data() / "downloads.parquet", params)
    results = progress(run(extract, todo, bounded=True), "audio", len(todo))
    counts = write(places.data() / "audio", AUDIO, results)
    failed = [f"{reason} {n}" for reason, n in sorted(counts.items()) if reason != "ok"]
    say(", ".join([f"sound: {counts.get('ok', 0)} of {counted(len(todo), 'trailer')}", *failed]))


if __name__ == "__main__":
    run_stage(main)
