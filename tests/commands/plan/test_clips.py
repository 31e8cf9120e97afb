"""What the plan says of clips, by hand."""

from pathlib import Path

import pyarrow as pa
import pytest

from stages.base.packs import write_table
from stages.base.params import ClipsParams, load
from stages.commands.plan import clips
from stages.commands.plan.clips import clip_rows
from stages.commands.plan.costs import Recorded

ROOT = Path(__file__).resolve().parents[3]
RECORDED = Recorded({"clips": 60.0}, trailers=10)


def rows(asked: ClipsParams | None, done: bool = False):
    params = load(ROOT / "params.yaml")
    object.__setattr__(params, "clips", asked)  # frozen; it is this test's own
    return list(clip_rows(params, 20, RECORDED, lambda name: done))


def test_without_the_section_there_is_no_row():
    assert rows(None) == []


def test_how_many_clips_and_how_much_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pack = tmp_path / "data/sample/frames"
    pack.mkdir(parents=True)
    (pack / "part-00.parquet").write_bytes(bytes(62_000))
    outcomes = pa.table({"trailer_id": ["a", "b", "c"], "count": pa.array([31, 31, 0], pa.int32())})
    write_table(outcomes, pack / "outcomes.parquet")
    (row,) = rows(ClipsParams(count=8))
    # 1,000 bytes a picture, 128 pictures a trailer, 20 trailers; 128 / 31
    assert row.what == (
        "8 clips of 16 pictures, 8 a second: 3 MB on disk, 4.1 times the frames' pack"
    )
    assert row.minutes == row.left == 2.0  # a minute of ten trailers
    assert (row.needs, row.stages) == ("nothing", 1)


def test_before_any_frame_was_taken_it_is_guessed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (row,) = rows(ClipsParams(count=1, within_shots=True), done=True)
    # 16 pictures of 20 trailers, .2 bytes for each of 256 * 455 pixels
    assert "7 MB on disk, 0.5 times" in row.what
    assert row.left == 0.0 and row.needs == "the extra motion"


@pytest.mark.parametrize(("found", "said"), [(None, "core motion`"), (object(), "yes")])
def test_what_keeps_to_shots_is_at_hand_or_installed(tmp_path, monkeypatch, found, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(clips, "find_spec", lambda name: found)
    (row,) = rows(ClipsParams(count=1, within_shots=True))
    assert row.available.endswith(said)
    (row,) = rows(ClipsParams(count=1))
    assert row.available == "yes"
