"""DVC stage: download or render every trailer, with a ledger of the outcomes."""

from stages.base import places
from stages.base.console import CommandLine, progress, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.download",
        description="Fetch or render the trailers of data/catalogue.parquet into the store: writes "
        "data/downloads.parquet, data/sample_events.parquet and metrics/download.json. "
        "TRAILER_COOKIES (a file) and TRAILER_PROXY (a URL) are used if set.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.parallel import run
    from stages.base.params import load
    from stages.base.tables import write_json
    from stages.corpus.table import read_trailers
    from stages.trailers.fetching import ledger
    from stages.trailers.fetching.fetcher import TrailerFetcher, remove_leftovers

    params = load()
    trailers = read_trailers(places.data() / "catalogue.parquet")
    remove_leftovers()
    at_once = () if params.download.keep_videos else (params.frames, params.audio)
    fetch = TrailerFetcher(params.download, params.sample, at_once)
    fetched = ledger.stop_if_hopeless(run(fetch, trailers, same_folder=True))
    results = list(progress(fetched, "download", len(trailers)))

    ledger.write_events(results, places.data() / "sample_events.parquet")
    counts = ledger.count(ledger.write_ledger(results, places.data() / "downloads.parquet"))
    write_json(counts, places.metrics() / "download.json")
    done = f"{counts['ok']} of {counted(counts['trailers'], 'trailer')} downloaded"
    say(f"{done}, {counts['bytes'] / 1e6:.0f} MB")
    ledger.check_missing(counts, params.download)


if __name__ == "__main__":
    run_stage(main)
