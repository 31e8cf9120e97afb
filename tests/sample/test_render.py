from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from stages.sample.events import list_events
from stages.sample.plan import plan_trailer
from stages.sample.render import render_trailer


@pytest.fixture
def film(make_trailer, make_params, tmp_path) -> Iterator[tuple]:
    trailer, params = make_trailer("Comedy", "Thriller"), make_params(Comedy=0.4, Thriller=0.4)
    path = tmp_path / "trailer.mp4"
    yield trailer, params, path, render_trailer(trailer, params, path)


def test_a_rendered_trailer(film, tmp_path):
    trailer, params, path, events = film
    plan = plan_trailer(trailer, params)
    assert events == list_events(trailer, plan)
    _check_streams(path, plan.frames)
    _check_pictures(path, plan)
    again = tmp_path / "again.mp4"
    render_trailer(trailer, params, again)
    assert again.read_bytes() == path.read_bytes()


def _check_streams(path: Path, frames: int) -> None:
    with av.open(str(path)) as movie:
        video, audio = movie.streams.video[0], movie.streams.audio[0]
        assert video.codec_context.name == "h264"
        assert video.codec_context.pix_fmt == "yuv420p"
        assert (video.width, video.height, video.average_rate) == (256, 144, 24)
        assert video.frames == frames
        assert audio.codec_context.name == "aac"
        assert (audio.rate, audio.channels) == (44_100, 2)
        assert movie.duration is not None
        assert 45 <= movie.duration / 1e6 <= 60
        assert audio.duration is not None and audio.time_base is not None
        assert float(audio.duration * audio.time_base) == pytest.approx(frames / 24, abs=0.05)
        samples = np.concatenate([block.to_ndarray() for block in movie.decode(audio)], axis=1)
    assert 0.005 < samples.std() < 0.5


def _check_pictures(path: Path, plan) -> None:
    black, keys = set(), []
    with av.open(str(path)) as movie:
        for index, frame in enumerate(movie.decode(video=0)):
            assert frame.time == pytest.approx(index / 24, abs=1e-4)
            picture = frame.to_ndarray(format="rgb24")
            if picture.max() == 0:
                black.add(index)
            if frame.key_frame:
                keys.append(index)
            if index == 100:
                red, green, blue = picture.mean(axis=(0, 1))
                assert green > 2 * red and green > 1.5 * blue
    assert max(np.diff(keys)) <= 48
    gap = range(plan.card_frames, plan.shots[0].start)
    assert black >= {*gap}
    lit = {*range(plan.card_frames), *range(plan.frames - plan.title_frames, plan.frames)}
    for shot in plan.shots:
        lit |= {*range(shot.start, shot.start + shot.frames)}
    assert black == {*range(plan.frames)} - lit
