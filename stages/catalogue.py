"""DVC stage: validate the chosen catalogue before anything is fetched."""

from pathlib import Path

from stages.base import places
from stages.base.console import CommandLine, run_stage, say


def main() -> None:
    CommandLine(
        prog="python -m stages.catalogue",
        description="Validate the catalogue named in params.yaml (catalogue.path): writes "
        "data/catalogue.parquet and metrics/catalogue.json, or lists every bad line.",
    ).parse_args()

    from stages.base.counting import counted
    from stages.base.params import load
    from stages.base.tables import write_json
    from stages.corpus.labels import describe
    from stages.corpus.reader import read_catalogue
    from stages.corpus.second_source import check_overlap, read_second_source, save_second_source
    from stages.corpus.table import save_trailers

    params = load().catalogue
    path = Path(params.path)
    trailers = read_catalogue(path)
    second = read_second_source(Path(params.second_source))
    films = list(dict.fromkeys(trailer.film_id for trailer in trailers))
    shared = check_overlap(second, films, Path(params.second_source))
    save_second_source(second, places.data() / "second_source.parquet")
    save_trailers(trailers, places.data() / "catalogue.parquet")
    is_sample = all(trailer.url.startswith("sample:") for trailer in trailers)
    counts = describe(trailers)
    second_source = {"path": params.second_source, "films": shared}
    about = {"path": str(path), "title": params.title, "sample": is_sample, **counts}
    about |= {"second_source": second_source}
    write_json(about, places.metrics() / "catalogue.json")
    size = f"{counted(counts['films'], 'film')}, {counted(counts['trailers'], 'trailer')}"
    say(f"{path}: {size}, all lines valid")
    if absent := sum(not trailer.url for trailer in trailers):
        say(f"{counted(absent, 'film')} without a trailer to download")
    shares = counts["prevalence"]
    if missing := [genre for genre, share in shares.items() if not share]:
        present = len(shares) - len(missing)
        say(f"{present} of the {len(shares)} genres: no {', no '.join(missing)}")
    if second:
        say(f"{params.second_source}: a second source names the genres of {shared} of them")


if __name__ == "__main__":
    run_stage(main)
