"""Per-trailer results: extracted in a worker, kept in the store, then packed with their outcomes.

Videos are in the store by their own sha256, so trailers with the same video share one file. A
result is an Arrow file of rows without the trailer's id, for the same reason; its metadata holds
the reason ("ok" or why there are no rows), a note, the number of rows and their digest, so that
results can be compared without reading the rows.
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
from stages.base.params import AudioParams, ClipsRecipe, FramesParams
from stages.base.store import Store, is_sha256
from stages.base.versions import code_of
from stages.trailers.media.stored import ResultCheck, Section

if TYPE_CHECKING:
    from stages.trailers.media.sound import Window

CODE = ("stages/trailers/media/*.py",)
LIBRARIES = ("av", "opencv-python-headless", "numpy")
SHOT_LIBRARIES = ("scenedetect-headless",)  # of clips that keep to shots
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
CLIPS = pa.schema([TRAILER, ("clip", pa.int16()), *list(FRAMES)[1:]])
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
    """One trailer's video and what to extract from it."""

    trailer_id: str
    sha256: str
    """Of the video."""
    has_codec: bool
    """Whether the video has picture, or sound, at all."""
    params: Section
    """Their type decides between frames, clips and sound."""
    file: Path | None = None
    """The video's path, if it is not in the store."""

    @property
    def schema(self) -> pa.Schema:
        return schema_of(self.params)


def video_store() -> Store:
    """Where videos are kept; the key of one is that of its sha256."""
    return Store("videos", 1, None)


def video_path(sha256: str) -> Path:
    """Path of a video. Raises BenchmarkError if it is not in the store."""
    found = video_store().find_content(sha256)
    if found is None:
        raise BenchmarkError(
            f"the video {sha256[:16]}… is not in the store",
            do="`dvc repro -f -s download` brings it, then run `dvc repro` again",
        )
    return found


def jobs(ledger: Path, params: Section) -> list[Job]:
    """One job for each downloaded trailer in the ledger.

    Raises BenchmarkError for one without the hash of its video.
    """
    codec = codec_column(params)
    columns = ["trailer_id", "reason", "sha256", codec]
    rows = [row for row in read_table(ledger, columns=columns).to_pylist() if row["reason"] == "ok"]
    for row in rows:
        if not is_sha256(row["sha256"]):
            raise BenchmarkError(
                "a trailer without the hash of its video",
                where=f"{ledger}, trailer {row['trailer_id']}",
                found=repr(row["sha256"])[:80],
                expected="64 hex digits",
                do="`dvc repro -f -s download` writes the ledger again",
            )
    return [Job(row["trailer_id"], row["sha256"], bool(row[codec]), params) for row in rows]


def codec_column(params: Section) -> str:
    """The ledger's column that says whether a video has picture, or sound."""
    return "audio_codec" if isinstance(params, AudioParams) else "video_codec"


def store_of(params: Section) -> Store:
    """Where the results for these parameters are kept."""
    of_shots = isinstance(params, ClipsRecipe) and params.clips.within_shots
    libraries = (*LIBRARIES, *(SHOT_LIBRARIES if of_shots else ()))
    check = ResultCheck(schema_of(params), params)
    step = {FramesParams: "frames", ClipsRecipe: "clips", AudioParams: "audio"}[type(params)]
    return Store(step, code_of(*CODE, libraries=libraries), params, check=check)


def schema_of(params: Section) -> pa.Schema:
    """The columns of a pack."""
    return {FramesParams: FRAMES, ClipsRecipe: CLIPS, AudioParams: AUDIO}[type(params)]


def is_stored(job: Job) -> bool:
    """Whether the trailer's result is in the store."""
    store = store_of(job.params)
    return store.has(store.key(job.sha256))


def extract(job: Job) -> Path:
    """Path of a trailer's result in the store, computed if missing; runs in a worker process.

    A failure that would repeat is stored too. Raises TrailerError timeout or crashed, which may not
    repeat: one trailer never stops the run. Raises BenchmarkError if the video is missing.
    To be called in a process of its own (`bounded`), as a file may ask for any amount of memory.
    """
    store = store_of(job.params)
    key = store.key(job.sha256)
    entry = store.find(key)
    if entry is not None:
        return entry
    try:
        if not job.has_codec:
            lacks = codec_column(job.params).replace("_codec", "")
            raise TrailerError(f"no_{lacks}", "the ledger names no codec for it")
        rows, note = _rows(job)
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
    metadata = {"reason": reason, "note": note, "count": str(len(rows)), DIGEST: digest(table)}
    table = table.replace_schema_metadata(metadata)
    with store.put(key) as path, pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    found = store.find(key)
    if found is None:
        raise TrailerError("crashed", "its result could not be stored")
    return found


def write(
    folder: Path, schema: pa.Schema, results: Iterable[tuple[Job, Path | TrailerError]]
) -> Mapping[str, int]:
    """Replace the folder by packs and `outcomes.parquet`; returns counts by reason."""
    entries: dict[str, Path] = {}
    outcomes: Rows = []
    counts: dict[str, int] = {}
    for job, result in results:
        if isinstance(result, TrailerError):
            reason, note, count = result.reason, result.detail, 0
        else:
            metadata = {k.decode(): v.decode() for k, v in _read_metadata(result).items()}
            reason, note, count = metadata["reason"], metadata["note"], int(metadata["count"])
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


def _read_metadata(path: Path) -> Mapping[bytes, bytes]:
    """Metadata of a stored result, without reading its rows."""
    with pa.OSFile(str(path), "rb") as file:
        return dict(pa.ipc.open_file(file).schema.metadata)


def _rows(job: Job) -> tuple[Rows, str]:
    """Of the pack, without the trailer's id; and a note."""
    taking = {FramesParams: _frame_rows, ClipsRecipe: _clip_rows, AudioParams: _window_rows}
    return taking[type(job.params)](job)


def _frame_rows(job: Job) -> tuple[Rows, str]:
    import cv2

    from stages.trailers.media.frames import extract_frames

    assert isinstance(job.params, FramesParams)
    cv2.setNumThreads(1)  # the workers are the parallelism
    found = extract_frames(job.file or video_path(job.sha256), job.params)
    return _picture_rows(found.numbers, found.seconds, found.jpegs), found.note


def _clip_rows(job: Job) -> tuple[Rows, str]:
    import cv2

    from stages.trailers.media.clips import extract_clips

    assert isinstance(job.params, ClipsRecipe)
    cv2.setNumThreads(1)
    clips, note = extract_clips(job.file or video_path(job.sha256), job.params)
    rows = [
        {"clip": clip, **row}
        for clip, found in enumerate(clips)
        for row in _picture_rows(found.numbers, found.seconds, found.jpegs)
    ]
    return rows, note


def _picture_rows(numbers: Sequence[int], seconds: Sequence[float], jpegs: Sequence[bytes]) -> Rows:
    columns: Iterator[Any] = zip(numbers, seconds, jpegs, strict=True)
    return [
        {"frame": frame, "index": index, "time": time, "jpeg": jpeg}
        for frame, (index, time, jpeg) in enumerate(columns)
    ]


def _window_rows(job: Job) -> tuple[Rows, str]:
    from stages.trailers.media.sound import extract_windows

    assert isinstance(job.params, AudioParams)
    windows = extract_windows(job.file or video_path(job.sha256), job.params)
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
