"""From a ledger to packs: what is kept, what is made again, and that bytes repeat."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import AudioParams, FramesParams
from stages.trailers.media import frames, results
from stages.trailers.media.results import AUDIO, FRAMES, extract, jobs, video_store, write

PICTURE = FramesParams(
    count=3, first_frame=0, first_second=None, short_side=64, jpeg_quality=90, black_level=16
)
SOUND = AudioParams(sample_rate=8000, seconds=0.5, windows=("start", "end"))


@pytest.fixture
def workplace(tmp_path, monkeypatch, video, audio):
    """A ledger of four trailers: a video, the same again, a sound, and one that did not come."""
    monkeypatch.chdir(tmp_path)
    folder = Path("films")
    folder.mkdir()
    Path("data").mkdir()
    video(folder / "a0.mp4", count=20)
    (folder / "b1.mp4").write_bytes((folder / "a0.mp4").read_bytes())
    audio(folder / "c2.wav", np.ones((1, 8000)) * 0.25, rate=8000)
    (folder / "d4.mp4").write_bytes(b"nonsense")
    codecs = {"a0.mp4": ("h264", ""), "b1.mp4": ("h264", ""), "c2.wav": ("", "pcm_s16le")}
    rows = [
        {
            "trailer_id": path.stem,
            "reason": "ok",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "video_codec": codecs.get(path.name, ("h264", "aac"))[0],
            "audio_codec": codecs.get(path.name, ("h264", "aac"))[1],
        }
        for path in sorted(folder.iterdir())
    ]
    for path in folder.iterdir():
        with video_store().put() as copy:
            shutil.copy(path, copy)
    gone = dict.fromkeys(rows[0], "") | {"trailer_id": "e3", "reason": "gone"}
    pq.write_table(pa.Table.from_pylist([*rows, gone]), "data/downloads.parquet")
    return tmp_path


def run(params, folder, schema):
    todo = jobs(Path("data/downloads.parquet"), params)
    counts = write(Path(folder), schema, ((job, extract(job)) for job in todo))
    return dict(counts), {p.name: p.read_bytes() for p in Path(folder).iterdir()}


def test_frames_of_a_ledger(workplace, monkeypatch):
    counts, files = run(PICTURE, "data/frames", FRAMES)
    assert counts == {"ok": 2, "no_video": 1, "unreadable": 1}
    assert sorted(files) == ["outcomes.parquet", "part-00.parquet", "part-01.parquet"]
    rows = pq.read_table("data/frames/part-01.parquet").to_pylist()
    assert [(r["trailer_id"], r["frame"], r["index"]) for r in rows] == [
        ("b1", 0, 0),
        ("b1", 1, 10),
        ("b1", 2, 19),
    ]
    assert rows[1]["time"] == pytest.approx(10 / 24)
    outcomes = pq.read_table("data/frames/outcomes.parquet").to_pylist()
    assert [(o["trailer_id"], o["reason"], o["count"]) for o in outcomes] == [
        ("a0", "ok", 3),
        ("b1", "ok", 3),
        ("c2", "no_video", 0),
        ("d4", "unreadable", 0),
    ]
    # the second time nothing is decoded, and the bytes are the same
    monkeypatch.setattr(frames, "extract_frames", lambda *_: pytest.fail("decoded again"))
    assert run(PICTURE, "data/frames", FRAMES) == (counts, files)


def test_sound_of_a_ledger(workplace):
    counts, _ = run(SOUND, "data/audio", AUDIO)
    assert counts == {"ok": 1, "no_audio": 2, "unreadable": 1}
    rows = pq.read_table("data/audio/part-02.parquet").to_pylist()
    assert [(r["window"], r["start"], r["seconds"]) for r in rows] == [
        ("start", 0.0, 0.5),
        ("end", 0.5, 0.5),
    ]
    assert all(r["flac"].startswith(b"fLaC") for r in rows)


def outcome_of(path, params, folder, schema):
    """What becomes of one file: (reason, note), and the rows kept of it."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    job = results.Job("x0", digest, True, params, path)
    write(Path(folder), schema, [(job, extract(job))])
    (outcome,) = pq.read_table(Path(folder) / "outcomes.parquet").to_pylist()
    parts = sorted(Path(folder).glob("part-*"))
    rows = [row for part in parts for row in pq.read_table(part).to_pylist()]
    return outcome["reason"], outcome["note"], rows


def test_a_mix_that_was_made_quieter_says_so(workplace, audio):
    loud = np.full((6, 8000), 0.9) * np.sin(np.arange(8000) / 10)
    path = audio(workplace / "loud.wav", loud, rate=8000)
    reason, note, rows = outcome_of(path, SOUND, "data/audio", AUDIO)
    # .9 of (2 + 2 * .707 + 2 * .707) / 2 = 2.41 of full scale
    assert (reason, len(rows)) == ("ok", 2)
    assert note == "its channels together would clip: mixed 6.7 dB quieter"


def test_a_silent_film_has_no_sound(workplace, audio):
    path = audio(workplace / "silent.wav", np.zeros((1, 8000)), rate=8000)
    reason, note, rows = outcome_of(path, SOUND, "data/audio", AUDIO)
    assert (reason, note, rows) == ("silent", "its peak is below -70 dBFS", [])


def test_a_film_that_is_silent_in_one_window_keeps_the_others(workplace, audio):
    sound = np.repeat([0.0, 0.5], 4000) * np.sin(np.arange(8000))
    path = audio(workplace / "half.wav", sound[None], rate=8000)
    reason, note, rows = outcome_of(path, SOUND, "data/audio", AUDIO)
    assert (reason, note, [row["window"] for row in rows]) == ("ok", "silent: start", ["end"])


def test_a_black_film_has_no_picture(workplace, video):
    path = video(workplace / "black.mp4", count=20, black=lambda number: True)
    reason, note, rows = outcome_of(path, PICTURE, "data/frames", FRAMES)
    assert (reason, note, rows) == ("black", "no pixel brighter than 16 of 255", [])


def test_a_damaged_entry_is_made_again(workplace):
    _, files = run(PICTURE, "data/frames", FRAMES)
    for entry in Path("data/store/frames").glob("*/*"):
        entry.chmod(0o644)
        entry.write_bytes(entry.read_bytes()[:-1])
    assert run(PICTURE, "data/frames", FRAMES)[1] == files


def test_a_video_is_missed_only_where_its_entry_is_missing_too(workplace):
    done = run(PICTURE, "data/frames", FRAMES)
    shutil.rmtree("data/store/videos")
    assert run(PICTURE, "data/frames", FRAMES) == done
    with pytest.raises(BenchmarkError, match="dvc repro -f -s download") as missed:
        run(SOUND, "data/audio", AUDIO)
    assert not isinstance(missed.value, TrailerError)


def test_changed_parameters_are_other_entries(workplace):
    run(PICTURE, "data/frames", FRAMES)
    before = set(Path("data/store/frames").glob("*/*"))
    changed = FramesParams(**{**vars(PICTURE), "count": 2})
    assert run(changed, "data/frames", FRAMES)[0]["ok"] == 2
    assert before < set(Path("data/store/frames").glob("*/*"))


def test_a_bug_in_one_trailer_is_its_own(workplace, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(frames, "extract_frames", fail)
    todo = jobs(Path("data/downloads.parquet"), PICTURE)
    with pytest.raises(TrailerError) as failure:
        extract(todo[0])
    assert failure.value.reason == "crashed" and "a bug" in failure.value.detail
    crashed = [(todo[0], failure.value)]
    assert results.write(Path("data/frames"), FRAMES, crashed) == {"crashed": 1}
