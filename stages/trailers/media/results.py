"""Per-trailer results: extracted in a worker, kept in the store, then packed with their outcomes.

A store entry is an Arrow file of rows without the trailer's id, since two trailers may share a
video; its metadata says the reason ("ok" or why there are no rows) and a note, and how many rows
there are, with their digest, so that they need not be read to be told from others.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from stages.base.errors import DISK_FULL, BenchmarkError, TrailerError
from stages.base.files import replacing
from stages.base.packs import DIGEST, digest, read_table, write_pack, write_table
from stages.base.params import AudioParams, FramesParams
from stages.base.store import Store
from stages.base.versions import code_of
from stages.trailers.media.videos import video

if TYPE_CHECKING:
    from stages.trailers.media.sound import Window

CODE = ("stages/trailers/media/*.py",)
LIBRARIES = ("av", "opencv-python-headless", "numpy")
TRAILER = pa.field("trailer_id", pa.string())
FRAMES = pa.schema(
    [
        TRAILER,
        ("frame", pa.int16()),
        ("index", pa.int32()),
        ("time", pa.float64()),
        ("jpeg", pa.binary()),
    ]
)
AUDIO = pa.schema(
    [
        TRAILER,
        ("window", pa.string()),
        ("start", pa.float64()),
        ("seconds", pa.float64()),
        ("flac", pa.binary()),
    ]
)
OUTCOMES = pa.schema(
    [TRAILER, ("reason", pa.string()), ("note", pa.string()), ("count", pa.int32())]
)
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Job:
    """One trailer's video, and what to take from it; file: where it lies, if not in the store."""

    trailer_id: str
    sha256: str
    has_codec: bool
    params: FramesParams | AudioParams
    file: Path | None = None

    @property
    def schema(self) -> pa.Schema:
        return FRAMES if isinstance(self.params, FramesParams) else AUDIO


def jobs(ledger: Path, params: FramesParams | AudioParams) -> list[Job]:
    """What there is to do for the trailers that came, by the ledger of the download."""
    codec = codec_for(params)
    columns = ["trailer_id", "reason", "sha256", codec]
    return [
        Job(row["trailer_id"], row["sha256"], bool(row[codec]), params)
        for row in read_table(ledger, columns=columns).to_pylist()
        if row["reason"] == "ok"
    ]


def codec_for(params: FramesParams | AudioParams) -> str:
    """Name of the ledger's column that says whether there is anything to take."""
    return "video_codec" if isinstance(params, FramesParams) else "audio_codec"


def store_of(params: FramesParams | AudioParams) -> Store:
    """Where the results of these parameters are kept."""
    step = "frames" if isinstance(params, FramesParams) else "audio"
    return Store(step, code_of(*CODE, libraries=LIBRARIES), params)


def kept(job: Job) -> bool:
    """Whether the trailer's store entry is there."""
    store = store_of(job.params)
    return store.has(store.key(job.sha256))


def extract(job: Job) -> Path:
    """Path of a trailer's store entry, computed if it is not there; runs in a worker process.

    A failure that would come again is an entry too. Raises TrailerError timeout or crashed, which
    might not: one trailer never stops the run. Raises BenchmarkError for a video that is not there.
    """
    picture = isinstance(job.params, FramesParams)
    store = store_of(job.params)
    key = store.key(job.sha256)
    entry = store.find(key)
    if entry is not None:
        return entry
    try:
        if not job.has_codec:
            raise TrailerError(
                "no_video" if picture else "no_audio", "the ledger names no codec for it"
            )
        rows, note = _frames(job) if picture else _windows(job)
        reason = "ok"
    except TrailerError as error:
        if error.reason == "timeout":
            raise
        rows, reason, note = [], error.reason, error.detail
    except BenchmarkError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL:
            raise
        raise TrailerError("crashed", f"{type(error).__name__}: {error}") from error
    table = pa.Table.from_pylist(rows, pa.schema(list(job.schema)[1:]))
    told = {"reason": reason, "note": note, "count": str(len(rows)), DIGEST: digest(table)}
    table = table.replace_schema_metadata(told)
    with store.put(key) as path, pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    found = store.find(key)
    if found is None:
        raise TrailerError("crashed", "its result could not be kept")
    return found


def write(
    folder: Path, schema: pa.Schema, results: Iterable[tuple[Job, Path | TrailerError]]
) -> Mapping[str, int]:
    """Write the packs and `outcomes.parquet` in place of the folder; returns counts by reason."""
    entries: dict[str, Path] = {}
    outcomes: Rows = []
    counts: dict[str, int] = {}
    for job, result in results:
        if isinstance(result, TrailerError):
            reason, note, count = result.reason, result.detail, 0
        else:
            told = {k.decode(): v.decode() for k, v in _told(result).items()}
            reason, note, count = told["reason"], told["note"], int(told["count"])
            if count:
                entries[job.trailer_id] = result
        outcomes.append(
            {"trailer_id": job.trailer_id, "reason": reason, "note": note, "count": count}
        )
        counts[reason] = counts.get(reason, 0) + 1

    def load(trailer_id: str) -> pa.Table:
        with pa.OSFile(str(entries[trailer_id]), "rb") as file:
            table = pa.ipc.open_file(file).read_all()
        return table.add_column(0, TRAILER, pa.array([trailer_id] * table.num_rows, pa.string()))

    outcomes.sort(key=lambda row: row["trailer_id"])
    with replacing(folder) as new:
        write_pack(new, entries, load, schema)
        write_table(pa.Table.from_pylist(outcomes, OUTCOMES), new / "outcomes.parquet")
    return counts


def _told(path: Path) -> Mapping[bytes, bytes]:
    """What an entry says of its rows, which are not read."""
    with pa.OSFile(str(path), "rb") as file:
        return dict(pa.ipc.open_file(file).schema.metadata)


def _frames(job: Job) -> tuple[Rows, str]:
    import cv2

    from stages.trailers.media.frames import extract_frames

    assert isinstance(job.params, FramesParams)
    cv2.setNumThreads(1)  # the workers are the parallelism
    found = extract_frames(job.file or video(job.sha256), job.params)
    columns: Iterator[Any] = zip(found.numbers, found.seconds, found.jpegs, strict=True)
    rows = [
        {"frame": frame, "index": index, "time": time, "jpeg": jpeg}
        for frame, (index, time, jpeg) in enumerate(columns)
    ]
    return rows, found.note


def _windows(job: Job) -> tuple[Rows, str]:
    from stages.trailers.media.sound import extract_windows

    assert isinstance(job.params, AudioParams)
    windows = extract_windows(job.file or video(job.sha256), job.params)
    rows = [
        {"window": w.name, "start": w.start, "seconds": w.seconds, "flac": w.flac} for w in windows
    ]
    return rows, "; ".join(_sound_notes(windows, job.params))


def _sound_notes(windows: Sequence["Window"], params: AudioParams) -> Iterator[str]:
    longest, gain = max(w.seconds for w in windows), windows[0].gain
    if silent := set(params.windows) - {w.name for w in windows}:
        yield f"silent: {', '.join(name for name in params.windows if name in silent)}"
    if longest < params.seconds - 1e-3:
        yield f"short: {longest:.2f} s"
    if gain < 1:
        yield f"its channels together would clip: mixed {-20 * math.log10(gain):.1f} dB quieter"
