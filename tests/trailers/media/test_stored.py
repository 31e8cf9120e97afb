"""Results that have the hash of their name and are none of extraction's."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pytest

from stages.base.errors import BenchmarkError
from stages.base.packs import digest
from stages.base.store import Store, sha256
from stages.trailers.media.results import (
    AUDIO,
    FRAMES,
    extract,
    jobs,
    store_of,
    video_path,
    video_store,
)
from stages.trailers.media.stored import ResultCheck
from tests.trailers.media.test_results import PICTURE, SOUND, run, workplace

__all__ = ["workplace"]
JPEG = cv2.imencode(".jpg", np.zeros((64, 96, 3), np.uint8))[1].tobytes()
LARGE = cv2.imencode(".jpg", np.zeros((65, 96, 3), np.uint8))[1].tobytes()
FRAME: dict[str, Any] = {"frame": 0, "index": 7, "time": 0.25, "jpeg": JPEG}
WINDOW: dict[str, Any] = {
    "window": "start",
    "start": 0.0,
    "seconds": 0.5,
    "flac": b"fLaC and so on",
}


def written(path: Path, rows: list[dict[str, Any]], schema: pa.Schema, **said: str) -> Path:
    """An Arrow file as extraction writes it, but for what `said` changes of its metadata."""
    table = pa.Table.from_pylist(rows, pa.schema(list(schema)[1:]))
    metadata = {"reason": "ok", "note": "", "count": str(len(rows)), "digest": digest(table)}
    kept = {name: value for name, value in (metadata | said).items() if value != "-"}
    table = table.replace_schema_metadata(kept or None)
    with pa.ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)
    return path


def refusal(path: Path, schema: pa.Schema = FRAMES) -> str:
    params = PICTURE if schema is FRAMES else SOUND
    try:
        ResultCheck(schema, params)(path)
    except ValueError as error:  # pyarrow's are of this class too
        return str(error)
    return ""


def test_what_extraction_writes_is_taken(tmp_path: Path) -> None:
    one = tmp_path / "one"
    assert refusal(written(one, [FRAME, FRAME | {"frame": 1}], FRAMES)) == ""
    assert refusal(written(one, [], FRAMES, reason="black", note="no pixel")) == ""
    assert refusal(written(one, [WINDOW, WINDOW | {"window": "end"}], AUDIO), AUDIO) == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (dict.fromkeys(("reason", "note", "count", "digest"), "-"), "metadata has nothing"),
        ({"count": "-"}, "metadata has digest, note, reason"),
        ({"more": "1"}, "metadata has count, digest, more, note, reason"),
        ({"reason": "because"}, "reason is 'because' for 1 rows"),
        ({"reason": "gone"}, "reason is 'gone' for 1 rows"),
        ({"count": "2"}, "has 1 rows and says 2"),
        ({"count": "many"}, "has 1 rows and says many"),
        ({"digest": "0" * 64}, "another digest"),
    ],
)
def test_metadata_that_lies(tmp_path: Path, said: dict[str, str], why: str) -> None:
    assert why in refusal(written(tmp_path / "x", [FRAME], FRAMES, **said))


@pytest.mark.parametrize(
    ("rows", "schema", "why"),
    [
        ([FRAME | {"frame": 1}], FRAMES, "not numbered from 0"),
        ([FRAME | {"time": float("nan")}], FRAMES, "not finite"),
        ([FRAME | {"time": None}], FRAMES, "a value is missing"),
        ([FRAME | {"jpeg": b"\x89PNG"}], FRAMES, "no JPEG"),
        ([FRAME | {"jpeg": LARGE}], FRAMES, "96 x 65 pixels"),
        ([WINDOW], FRAMES, "no rows of frames"),
        ([WINDOW, WINDOW], AUDIO, "once each"),
        ([WINDOW | {"window": "middle"}], AUDIO, "once each"),
        ([WINDOW | {"flac": b"RIFF"}], AUDIO, "no FLAC"),
    ],
)
def test_rows_that_cannot_be(
    tmp_path: Path, rows: list[dict[str, Any]], schema: pa.Schema, why: str
) -> None:
    if why == "no rows of frames":
        assert "its columns are window" in refusal(written(tmp_path / "x", rows, AUDIO))
    else:
        assert why in refusal(written(tmp_path / "x", rows, schema), schema)


def test_offsets_that_lead_out_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path / "x", [FRAME, FRAME | {"frame": 1}], FRAMES)
    data = path.read_bytes()
    offsets = np.array([0, len(JPEG), 2 * len(JPEG)], np.int32).tobytes()
    assert data.count(offsets) == 1
    wrong = np.array([0, 2**31 - 5, 2**31 - 1], np.int32).tobytes()
    path.write_bytes(data.replace(offsets, wrong))
    assert refusal(path)


@pytest.mark.parametrize("content", [b"", b"[]", b"ARROW1\0\0"])
def test_what_is_no_arrow_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    assert refusal(tmp_path / "x")


def planted(store: Store, key: str, write: Callable[[Path], object]) -> None:
    """Replace an entry by another whose name has the hash of its content."""
    for path in (store.root / store.step).glob(f"??/{key}.*"):
        path.unlink()
    store = Store(store.step, 0, None)
    with store.put(key) as path:
        write(path)


def test_a_damaged_result_is_made_again(
    workplace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = run(PICTURE, "data/frames", FRAMES)
    job = jobs(Path("data/downloads.parquet"), PICTURE)[0]
    store = store_of(PICTURE)
    key = store.key(job.sha256)
    planted(store, key, lambda path: written(path, [FRAME], FRAMES, count="9"))
    assert run(PICTURE, "data/frames", FRAMES) == done
    assert capsys.readouterr().err.count("says 9") == 1


def test_a_video_under_anothers_key_is_not_taken(workplace: Path) -> None:
    job = jobs(Path("data/downloads.parquet"), PICTURE)[0]
    other = workplace / "films/c2.wav"
    planted(video_store(), video_store().key(job.sha256), lambda path: shutil.copy(other, path))
    with pytest.raises(BenchmarkError, match="is not in the store"):
        video_path(job.sha256)
    with pytest.raises(BenchmarkError, match="is not in the store"):
        extract(replace(job, params=SOUND, has_codec=True))
    digest = sha256(other)
    assert video_store().find_content(digest) is not None


def test_a_ledger_whose_hash_is_none(tmp_path: Path) -> None:
    from stages.base.packs import write_table

    row = {"trailer_id": "a0", "reason": "ok", "sha256": "../../x", "video_codec": "h264"}
    write_table(pa.Table.from_pylist([row]), tmp_path / "ledger.parquet")
    with pytest.raises(BenchmarkError, match=r"trailer a0: a trailer without(.|\n)*'../../x'"):
        jobs(tmp_path / "ledger.parquet", PICTURE)
