"""DVC stage, of a corpus that asks for it: extract clips of every trailer that has a picture."""

from stages.base import places
from stages.base.console import CommandLine, progress, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.clips",
        description="Extract clips, pictures in a row, from the trailers of "
        "data/downloads.parquet, as clips in params.yaml says: writes the packs and "
        "outcomes.parquet of data/clips.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.errors import BenchmarkError
    from stages.base.parallel import run
    from stages.base.params import ClipsRecipe, load
    from stages.trailers.media import cuts
    from stages.trailers.media.results import CLIPS, extract, jobs, store_of, write

    params = load()
    if params.clips is None:
        raise BenchmarkError(
            "this corpus does not ask for clips",
            where=str(places.params()),
            do="add `clips: {count: 8}` to it, then run `python -m stages.corpora --write "
            f"--corpus {places.corpus()}`",
        )
    if params.clips.within_shots:
        cuts.library()  # missing, it shows before anything is done
    recipe = ClipsRecipe.of(params.clips, params.frames)
    store_of(recipe).recover()
    todo = jobs(places.data() / "downloads.parquet", recipe)
    results = progress(run(extract, todo, bounded=True), "clips", len(todo))
    counts = write(places.data() / "clips", CLIPS, results)
    failed = [f"{reason} {n}" for reason, n in sorted(counts.items()) if reason != "ok"]
    say(", ".join([f"clips: {counts.get('ok', 0)} of {counted(len(todo), 'trailer')}", *failed]))


if __name__ == "__main__":
    run_stage(main)
