"""Every case at a tiny size: it runs, and its rows are about what they say."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks import frame_ways, probe_loop
from benchmarks.cases import embedding, fit, frames, judging, pipeline, sample, soak, sound
from benchmarks.clips import BLOCK_SECONDS, RATE, Clip, can_encode, write_blocks, write_clip
from benchmarks.rows import Row
from stages.base.params import AudioParams, FramesParams

ROOT = Path(__file__).resolve().parents[2]


def ran(rows) -> list[Row]:
    found = list(rows)
    assert found
    assert all(row.rounds and row.ratio for row in found if "not run" not in row.note)
    return found


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return write_clip(Clip("H.264", 64, 2, 24), tmp_path_factory.mktemp("clip"))


def test_a_clip_is_what_it_says(clip, plain_frames=24 * 24):
    import av

    with av.open(str(clip)) as container:
        pictures = list(container.decode(video=0))
    assert len(pictures) == plain_frames
    assert [n for n, p in enumerate(pictures) if p.key_frame] == list(range(0, plain_frames, 48))
    assert pictures[0].height == 64 and len({p.pts for p in pictures}) == plain_frames
    block = BLOCK_SECONDS * RATE
    for first, again in zip(pictures[:block], pictures[block : 2 * block], strict=True):
        assert (first.to_ndarray() == again.to_ndarray()).all()


def test_blocks_are_encoded_once(tmp_path):
    clips = [Clip("H.264", 64, seconds, 12) for seconds in (2, 6)]
    write_blocks(clips, tmp_path / "kept")
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()}
    assert len(kept) == 2
    write_blocks(clips, tmp_path / "kept")
    assert kept == {path: path.stat().st_mtime_ns for path in (tmp_path / "kept").iterdir()}
    for clip in clips:
        with_kept = write_clip(clip, tmp_path, tmp_path / "kept").read_bytes()
        assert with_kept == write_clip(clip, tmp_path).read_bytes()


def test_all_ways_lead_to_the_same_pictures(clip):
    numbers = [0, 7, 100, 300, 575]
    naive = frame_ways.opencv_all(clip, numbers)
    sought = frame_ways.opencv_seek(clip, numbers)
    assert len(naive) == len(sought) == 5
    plan = frame_ways.needed(clip, numbers)
    floor = frame_ways.floor(clip, plan)
    for a, b in zip(naive, floor, strict=True):
        assert np.abs(a.astype(int) - b.to_ndarray(format="bgr24")).mean() < 3
    # 1 + 7 pictures of the first group at the least, and all of the last
    shown = [show for _, run in plan.runs for show in run]
    assert 8 + 48 <= len(shown) < 576 and sum(shown) == 5


def test_frames(tmp_path):
    params = FramesParams(
        count=5, first_frame=20, first_second=None, short_side=32, jpeg_quality=90, black_level=16
    )
    clips = [Clip("H.264", 64, 2, 36), *[Clip("VP9", 64, 6, 12)] * can_encode("VP9")]
    rows = ran(frames.rows(tmp_path, 0.1, frames.Size(clips, params)))
    against = {row.against for row in rows}
    assert {frames.NAIVE, frames.SEEK, frames.SELECT, frames.FLOOR, frames.EXACT} <= against
    assert all(row.facts["exact"] == 5 for row in rows if "exact" in row.facts)
    goals = {(row.input, row.against): row.goal for row in rows}
    assert goals[str(clips[0]), frames.NAIVE] == 4 and goals[str(clips[0]), frames.FLOOR] == 0.8
    assert not list(tmp_path.iterdir())


def test_sound(tmp_path):
    params = AudioParams(sample_rate=48_000, seconds=2.0, windows=("start", "end"))
    rows = ran(sound.rows(tmp_path, 0.1, sound.Size(30, params, ("AAC",))))
    assert [row.against for row in rows] == [sound.FLOOR, sound.SAME, sound.WHOLE] * 2
    assert [row.goal for row in rows] == [None] * 5 + [1.0]


def test_fit(tmp_path):
    probes = (fit.Probe(150, 6, 0.4, 0.0, 1e9), fit.Probe(120, 130, 0.4, 0.0, 0.0))
    size = fit.Size(films=40, dim=6, genres=5, epochs=2, probes=probes)
    *probe, mlp = ran(fit.rows(tmp_path, 0.1, size))
    assert len(probe) == 6 and all(row.case == "fit" for row in probe)
    assert [row.goal for row in probe] == [0, 1e9, 1, 0, 0, 1]
    for row in probe[::3]:
        assert row.facts["largest_difference"] <= fit.PROBE_TOLERANCE
        assert "75 models" in row.what and row.met
    assert "ours is spent in" in probe[1].note  # its goal is out of reach
    assert "80 models" in mlp.what and "agree" in mlp.note


def test_a_probe_whose_scores_differ_is_an_error(tmp_path, monkeypatch):
    honest = fit.logistic.fit

    def short(x, y, weight, train, strengths, to_choose=False):
        return honest(x, y, weight, train, [2 * each for each in strengths], to_choose)

    monkeypatch.setattr(fit.logistic, "fit", short)
    size = fit.Size(genres=3, probes=[fit.Probe(150, 6, 0.5, 1, 1)])
    with pytest.raises(ArithmeticError, match="150 films, 6 features"):
        list(fit.rows(tmp_path, 0.1, size))


def test_the_loop_is_what_one_would_write_down():
    """Every film is held out once alone with its fold, and four times with another one."""
    films = probe_loop.made_up(50, 7, 4)
    found = probe_loop.one_by_one(films, 0.1, 1e-8)
    assert len(found) == 15 and {each.shape for each in found[:5]} == {(10, 4)}
    train, held_out = np.flatnonzero(films.fold_of != 2), np.flatnonzero(films.fold_of == 2)
    scale = StandardScaler().fit(films.x[train].astype(float))
    model = LogisticRegression(C=0.1, tol=1e-8, max_iter=1000)
    model.fit(scale.transform(films.x[train].astype(float)), films.y[train, 3])
    expected = model.predict_proba(scale.transform(films.x[held_out].astype(float)))[:, 1]
    np.testing.assert_allclose(found[2][:, 3], expected, atol=1e-7)


def test_judging(tmp_path):
    size = judging.Size(approaches=2, films=30, genres=3, resamples=40, loop_resamples=4)
    (row,) = ran(judging.rows(tmp_path, 0.1, size))
    assert row.facts["largest_difference"] <= judging.TOLERANCE


def test_sample(tmp_path):
    (row,) = ran(sample.rows(tmp_path, 0.1, sample.Size(trailers=1)))
    assert row.cpu is not None and row.cpu.median < 1  # the encoder alone is a part of it


def test_soak(tmp_path, monkeypatch):
    monkeypatch.setattr(soak, "ORDINARY", 1)
    monkeypatch.setattr(soak, "CLIP", Clip("H.264", 64, 2, 12))
    (row,) = soak.rows(tmp_path, 1, soak.Size(["/table.mp4"]))
    assert "none lost" in row.note and "(too_heavy 1)" in row.note
    assert (row.facts["hostile"], row.facts["ordinary"], row.facts["lost"]) == (1, 1, 0)
    assert 50 < row.facts["peak_worker_megabytes"] < 1500


def test_embedding(tmp_path):
    size = embedding.Size([("timm", "test_resnet.r160_in1k", "images")], trailers=1)
    alone, side_by_side = ran(embedding.rows(tmp_path, 0.1, size))
    assert alone.by == "wall" and alone.input == "31 images of 1 trailers"
    assert alone.goal is not None and side_by_side.goal is None


def test_embedding_of_sound_is_measured_with_its_samples_kept_too(tmp_path):
    size = embedding.Size([("yamnet", "yamnet", "windows")], trailers=1)
    alone, _, kept = ran(embedding.rows(tmp_path, 0.1, size))
    assert "sound kept decoded" in kept.what and kept.against == alone.against
    assert kept.goal == alone.goal and kept.input == alone.input


class Small:
    """A project that a run leaves as it is."""

    def __init__(self, folder, films):
        self.folder, self.films, self.environment = folder, films, {}

    def repro(self, tell=None):
        (self.folder / "data").write_bytes(b"x" * 4096)
        record = self.folder / pipeline.RECORD
        record.parent.mkdir(parents=True, exist_ok=True)
        known = json.loads(record.read_text()) if record.exists() else {"stages": {}}
        known["stages"]["frames"] = {"seconds": 0.0}
        record.write_text(json.dumps(known))
        return {"frames": 0.5}

    def change_params(self, change):
        params = {"matrix": {"approaches": {}}, "judging": {"thresholds": [0.1, 0.36]}}
        change(params)

    def keep_films(self, count):
        self.films = count


def test_pipeline(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "Project", Small)
    rows = list(pipeline.rows(tmp_path, 1, pipeline.Size(2, 3)))
    assert [row.what for row in rows][::4] == ["first run", "3 trailers added"]
    assert rows[0].ratio is None and all(row.ratio for row in ran(rows[1:]))
    assert all("1 stages" in row.note for row in rows)
    assert rows[0].facts["outside_stages_share"] == 1
    assert rows[0].facts["disk_megabytes"] >= 4096e-6


def test_the_import_clock(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import time\nend = time.thread_time() + 0.03\nwhile time.thread_time() < end: pass\n"
    )
    clock = tmp_path / "clock.txt"
    environment = {"PYTHONPATH": f"{pipeline.CLOCK}:{tmp_path}", "IMPORT_CLOCK": str(clock)}
    subprocess.run([sys.executable, "-c", "import slow; import slow"], env=environment, check=True)
    assert 0.03 <= sum(map(float, clock.read_text().split())) < 1
