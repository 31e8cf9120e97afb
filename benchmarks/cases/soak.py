"""Hostile files on the loopback beside ordinary trailers: what they take, and that none is lost."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clips import Clip, write_clip
from benchmarks.hostile import hostile_answers, sent, served
from benchmarks.rows import Row
from benchmarks.timing import PeakMemory
from stages.base.errors import BenchmarkError, TrailerError
from stages.base.packs import read_table
from stages.base.parallel import run
from stages.base.parallel.bounds import bounds
from stages.base.params import AudioParams, FramesParams, load
from stages.corpus.reader import Trailer, trailer_id
from stages.trailers.fetching.fetcher import TrailerFetcher
from stages.trailers.fetching.ledger import write_ledger
from stages.trailers.media.results import AUDIO, FRAMES, extract, jobs, write

BUDGET = 60.0  # what it takes at most: it is done once
ROOT = Path(__file__).resolve().parents[2]
ORDINARY = 4  # trailers beside them
CLIP = Clip("H.264", 144, 2, 36)
PICTURE = FramesParams(
    count=31, first_frame=200, first_second=None, short_side=256, jpeg_quality=90, black_level=16
)
SOUND = AudioParams(sample_rate=48_000, seconds=30.0, windows=("start", "middle", "end"))
LOOK_EVERY = 0.02  # seconds, at the memory
TIMEOUT = 1.0  # seconds, of a connection; a page that drips is given up after 20 of them


@dataclass(frozen=True)
class Size:
    only: Sequence[str] = ()
    """Paths of the site; all if empty."""


def rows(folder: Path, budget: float, size: Size | None = None) -> Iterator[Row]:
    """One row; raises BenchmarkError where a hostile file has no reason or an ordinary one is lost.

    It has no ratio: there is no other way to the same result.
    """
    answers = hostile_answers(folder)
    if size and size.only:
        answers = {path: answers[path] for path in size.only}
    clip = write_clip(CLIP, folder).read_bytes()
    good = {f"/good{number}.mp4": sent(clip + bytes(number)) for number in range(ORDINARY)}
    with chdir(folder), served(answers | good) as site, PeakMemory(LOOK_EVERY) as memory:
        begin = time.perf_counter()
        trailers = [_trailer(site + path) for path in _mixed([*answers], [*good])]
        reasons = _reasons(trailers)
        seconds = time.perf_counter() - begin
    lost = [path for path in good if reasons[site + path] != "ok"]
    unsaid = [path for path in answers if reasons[site + path] == "ok"]
    if lost or unsaid or len(reasons) != len(trailers):
        raise BenchmarkError("trailers were lost, or taken as they came", found=str(lost + unsaid))
    counts = Counter(reasons[site + path] for path in answers)
    said = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
    allowed = bounds()
    yield Row(
        case="soak",
        what="downloaded, looked into and taken apart",
        input=f"{len(answers)} hostile files and pages beside {len(good)} ordinary trailers",
        against="–",
        note=f"{seconds:.0f} s, peak of the largest worker {memory.of_largest / 1e6:.0f} MB "
        f"({allowed.memory / 1e6:.0f} allowed); none lost: each hostile one is a row with its "
        f"reason ({said}), each ordinary one complete",
        facts={
            "seconds": seconds,
            "peak_worker_megabytes": memory.of_largest / 1e6,
            "hostile": len(answers),
            "ordinary": len(good),
            "lost": len(lost) + len(unsaid),
        },
    )


def _reasons(trailers: Sequence[Trailer]) -> dict[str, str]:
    """What becomes of each address, as the stages download, frames and audio do it."""
    download = load(ROOT / "params.yaml").download
    params = {**vars(download), "timeout_seconds": TIMEOUT, "retries": 0, "pause_seconds": 0.0}
    fetch = TrailerFetcher(type(download)(**params), load(ROOT / "params.yaml").sample)
    results = list(run(fetch, trailers))
    write_ledger(results, Path("downloads.parquet"))
    found = {
        trailer.trailer_id: result.reason if isinstance(result, TrailerError) else "ok"
        for trailer, result in results
    }
    for section, schema in ((PICTURE, FRAMES), (SOUND, AUDIO)):
        todo = jobs(Path("downloads.parquet"), section)
        write(Path("taken"), schema, run(extract, todo, bounded=True))
        for row in read_table(Path("taken/outcomes.parquet")).to_pylist():
            if row["reason"] not in ("ok", "no_audio"):  # the clips are silent
                found[row["trailer_id"]] = row["reason"]
    return {trailer.url: found[trailer.trailer_id] for trailer in trailers}


def _trailer(url: str) -> Trailer:
    film = url.rpartition("/")[2]
    return Trailer(trailer_id(film, url), film, film, 2000, ("Drama",), url)


def _mixed(hostile: Sequence[str], good: Sequence[str]) -> list[str]:
    """Ordinary ones spread among the others."""
    step = max(len(hostile) // len(good), 1)
    paths = list(hostile)
    for number, path in enumerate(good):
        paths.insert(number * (step + 1), path)
    return paths
