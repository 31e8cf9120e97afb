import hashlib
import io

import av
import cv2
import numpy as np
import pyarrow as pa
import pytest

from stages.embedding.trailers import embed_trailer, jobs, write_embeddings
from stages.packs import write_pack

FRAMES = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("frame", pa.int8()),
        ("time", pa.float64()),
        ("jpeg", pa.binary()),
    ]
)
SOUND = pa.schema(
    [
        ("trailer_id", pa.string()),
        ("window", pa.string()),
        ("start", pa.float64()),
        ("seconds", pa.float64()),
        ("flac", pa.binary()),
    ]
)
IDS = [hashlib.sha256(str(n).encode()).hexdigest()[:16] for n in range(4)]


def jpeg(level: int) -> bytes:
    return cv2.imencode(".jpg", np.full((90, 160, 3), level, np.uint8))[1].tobytes()


def flac(samples: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=48_000, layout="mono")
        data = (samples * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(data, format="s16", layout="mono")
        frame.sample_rate = 48_000
        container.mux([*stream.encode(frame), *stream.encode(None)])
    return buffer.getvalue()


def picture_rows(trailer_id: str) -> pa.Table:
    rows = [
        {
            "trailer_id": trailer_id,
            "frame": n,
            "time": 10.0 + n,
            "jpeg": jpeg(40 * n + IDS.index(trailer_id)),
        }
        for n in (2, 0, 1)
    ]
    return pa.Table.from_pylist(rows, FRAMES)


def sound_rows(trailer_id: str) -> pa.Table:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 48_000 * 6)
    rows = [
        {"trailer_id": trailer_id, "window": w, "start": s, "seconds": 6.0, "flac": flac(noise)}
        for w, s in (("start", 0.0), ("end", 40.0), ("middle", 20.0))
    ]
    return pa.Table.from_pylist(rows, SOUND)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the store lies under data/store of the working folder
    return tmp_path


def test_pictures_come_in_order_with_number_and_time(folder):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    entries = dict(embed_trailer(job) for job in jobs(folder / "frames", "pixels"))
    write_embeddings(entries, folder / "out.npz")
    found = np.load(folder / "out.npz")
    assert found["trailer_id"].tolist() == sorted(IDS)
    assert found["trailer"].tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert found["group"].tolist() == [0, 1, 2] * 4
    assert found["time"].tolist() == [10.0, 11.0, 12.0] * 4
    levels = found["embedding"][:3].astype(float).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(levels, [0, 40, 80], atol=5)


def test_windows_of_sound_carry_their_time(folder):
    write_pack(folder / "audio", IDS[:1], sound_rows, SOUND)
    _, path = embed_trailer(jobs(folder / "audio", "spectrogram")[0])
    found = np.load(path)
    assert found["group"].tolist() == [0, 0, 1, 1, 2, 2]
    assert found["time"].tolist() == [1.5, 4.5, 21.5, 24.5, 41.5, 44.5]


def test_a_second_run_embeds_nothing_and_gives_equal_bytes(folder, monkeypatch):
    write_pack(folder / "frames", IDS, picture_rows, FRAMES)
    todo = jobs(folder / "frames", "pixels")
    write_embeddings(dict(map(embed_trailer, todo)), folder / "a.npz")
    before = {path: path.stat().st_mtime_ns for path in (folder / "data/store").rglob("*.*")}
    write_embeddings(dict(map(embed_trailer, reversed(todo))), folder / "b.npz")
    after = {path: path.stat().st_mtime_ns for path in (folder / "data/store").rglob("*.*")}
    assert before == after and len(before) == 4
    assert (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()


def test_one_more_trailer_is_one_more_entry(folder):
    write_pack(folder / "three", IDS[:3], picture_rows, FRAMES)
    list(map(embed_trailer, jobs(folder / "three", "colour")))
    entries = set((folder / "data/store/embed").rglob("*.*"))
    assert len(entries) == 3
    write_pack(folder / "four", IDS, picture_rows, FRAMES)
    list(map(embed_trailer, jobs(folder / "four", "colour")))
    after = set((folder / "data/store/embed").rglob("*.*"))
    assert len(after) == 4 and entries < after
