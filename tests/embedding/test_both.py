"""What looks and listens at once: frames beside each window of sound, of the trailers with both."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest
import torch

from stages import embed as embed_stage
from stages.base.errors import BenchmarkError
from stages.base.packs import Shard, write_pack
from stages.embedding import tasks
from stages.embedding.both import parted, side_by_side
from stages.embedding.jobs import Job, Recipe, jobs, jobs_of
from stages.embedding.preparing import nearest
from stages.embedding.trailers import embed
from stages.trailers.media.results import AUDIO, FRAMES
from tests.base.params.test_clips import loaded
from tests.embedding.made_packs import IDS, sound_rows

FAMILY = """
import numpy as np
import torch
from stages.embedding.base import Backbone
from stages.embedding import tasks
from stages.embedding.both import parted, side_by_side
from stages.embedding.records import Record

class Family(Backbone):
    RECORDS = {"": Record("both", "four pictures and a window", (5,), 0, "nothing", "–", "–")}
    pictures = 4

    def prepare(self, trailer, sample_rate):
        *pictures, sound = trailer
        return side_by_side(np.stack(pictures)[:, :1, :1], sound)

    def embed(self, batch):
        pictures, sound = parted(torch.from_numpy(batch), (4, 1, 1, 3))
        levels = pictures.float().mean(dim=(2, 3, 4))
        return torch.cat([levels, sound.square().mean(dim=1, keepdim=True)], dim=1).numpy()
"""
TIMES = (0.5, 2.5, 4.5, 22.0)  # of the frames, whose levels are 0, 40, 80 and 120


def rows(trailer_id: str, times: tuple[float, ...] = TIMES) -> pa.Table:
    def jpeg(level: int) -> bytes:
        return cv2.imencode(".jpg", np.full((90, 160, 3), level, np.uint8))[1].tobytes()

    every = [
        {"trailer_id": trailer_id, "frame": n, "time": time, "jpeg": jpeg(40 * n)}
        for n, time in enumerate(times)
    ]
    return pa.Table.from_pylist(every, FRAMES)


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "both_at_once.py").write_text(FAMILY, encoding="utf-8")
    return Recipe("both_at_once", code="both_at_once.py")


def test_each_window_has_the_frames_seen_during_it(tmp_path: Path, recipe: Recipe) -> None:
    write_pack(tmp_path / "frames", IDS[:1], rows, FRAMES)
    write_pack(tmp_path / "audio", IDS[:1], sound_rows, AUDIO)
    ((_, found),) = embed(jobs_of(tmp_path, "frames_audio", recipe))
    assert isinstance(found, tuple)
    with np.load(found[1]) as entry:
        assert entry["group"].tolist() == [0, 1, 2]  # start, middle, end
        assert entry["time"].tolist() == [3.0, 23.0, 43.0]  # the middle of six seconds each
        levels, loud = entry["embedding"][:, :4], entry["embedding"][:, 4]
    # at 0, 2, 4 and 6 s; then from 20 and from 40 s on, where just one frame is near
    np.testing.assert_allclose(levels, [[0, 40, 80, 80], [120] * 4, [120] * 4], atol=2)
    np.testing.assert_allclose(loud, 1 / 12, rtol=0.02)  # evenly spread from -0.5 to 0.5


def test_a_trailer_that_lacks_one_of_the_two_has_no_job(tmp_path: Path, recipe: Recipe) -> None:
    write_pack(tmp_path / "frames", IDS[:3], rows, FRAMES)
    write_pack(tmp_path / "audio", IDS[1:], sound_rows, AUDIO)
    found = {job.trailer_id for job in jobs_of(tmp_path, "frames_audio", recipe)}
    assert found == {*IDS[1:3]}
    assert {job.trailer_id for job in jobs_of(tmp_path, "audio", recipe)} == {*IDS[1:]}


def test_where_no_trailer_has_both_the_packs_of_both_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pe_av = {"family": "pe_av", "model": "facebook/pe-av-small-16-frame", "reads": "frames_audio"}
    params = loaded(tmp_path, {"matrix": {"joint": {"pe_av": pe_av}}})
    monkeypatch.setattr("stages.base.params.load", lambda: params)
    monkeypatch.setattr("sys.argv", ["embed", "pe_av"])
    monkeypatch.chdir(tmp_path)
    said = "data/sample/frames and data/sample/audio: no trailer has usable picture and sound"
    with pytest.raises(BenchmarkError, match=said):
        embed_stage.main()


def test_other_frames_or_other_sound_are_another_entry(tmp_path: Path, recipe: Recipe) -> None:
    write_pack(tmp_path / "frames", IDS[:1], rows, FRAMES)
    write_pack(tmp_path / "audio", IDS[:1], sound_rows, AUDIO)
    (first,) = jobs_of(tmp_path, "frames_audio", recipe)
    write_pack(tmp_path / "frames", IDS[:1], lambda name: rows(name, (0.5, 9.0)), FRAMES)
    (other,) = jobs_of(tmp_path, "frames_audio", recipe)
    assert first.digest == other.digest and first.key != other.key
    (heard,) = jobs(tmp_path / "audio", recipe)
    assert heard.key not in (first.key, other.key)


def test_a_job_sent_elsewhere_takes_both_packs_along(tmp_path: Path, recipe: Recipe) -> None:
    write_pack(tmp_path / "frames", IDS[:1], rows, FRAMES)
    write_pack(tmp_path / "audio", IDS[:1], sound_rows, AUDIO)
    (job,) = jobs_of(tmp_path, "frames_audio", recipe)
    sent = job.reached(lambda path: Shard(Path("there") / path.name))
    assert sent.frames is not None
    assert sent.pack.path.parts[0] == sent.frames.pack.path.parts[0] == "there"
    assert sent.key == job.key


def test_workers_of_a_cluster_are_told_of_both_packs(
    tmp_path: Path, recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pack(tmp_path / "frames", IDS[:1], rows, FRAMES)
    write_pack(tmp_path / "audio", IDS[:1], sound_rows, AUDIO)
    there, sent = Path("there"), list[Job]()

    def run_tasks(task: object, todo: list[Job]) -> Iterator[None]:
        sent.extend(todo)
        yield from ()

    monkeypatch.setattr(Shard, "for_workers", staticmethod(lambda path: Shard(there / path.name)))
    monkeypatch.setattr(tasks.EmbedTask, "of", lambda _: None)
    monkeypatch.setattr(tasks, "run_tasks", run_tasks)
    assert not [*tasks.embed_on_cluster(jobs_of(tmp_path, "frames_audio", recipe))]
    (job,) = sent
    assert job.frames is not None
    assert job.pack.path.parts[0] == job.frames.pack.path.parts[0] == "there"


def test_moments_are_evenly_spaced_from_end_to_end() -> None:
    times = np.arange(100) / 10
    assert nearest(times, 2.0, 6.0, 4).tolist() == [20, 40, 60, 80]
    assert nearest(times[:30], 2.0, 6.0, 4).tolist() == [20, 29, 29, 29]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("shape", [(2, 4, 5, 3), (1, 3, 5, 3), (1, 1, 2, 3), (1, 1, 1, 3)])
def test_what_lies_side_by_side_comes_apart_again(count: int, shape: tuple[int, ...]) -> None:
    """Also where pictures end at one, two or three bytes after a multiple of four."""
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (count, *shape), dtype=np.uint8)
    sounds = random.normal(size=(count, 7)).astype(np.float32)
    items = [side_by_side(*each) for each in zip(pictures, sounds, strict=True)]
    seen, heard = parted(torch.from_numpy(np.concatenate(items)), shape)
    np.testing.assert_array_equal(seen.numpy(), pictures)
    np.testing.assert_array_equal(heard.numpy(), sounds)
    with pytest.raises(ValueError, match="pictures of uint8 and sound of float64"):
        side_by_side(pictures[0], sounds[0].astype(np.float64))
