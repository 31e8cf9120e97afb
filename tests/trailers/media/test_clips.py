"""Where clips begin and which pictures they have, by hand and on files."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
import scenedetect

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import ClipsParams, ClipsRecipe, FramesParams
from stages.trailers.media import cuts, extraction, results
from stages.trailers.media.clips import SPAN, extract_clips, fit_into_shot, pictures, starts
from stages.trailers.media.picture import encode_jpeg, resize_upright

GROUPS = {"x264-params": "keyint=48:min-keyint=24:scenecut=0:bframes=3"}
FRAMES = FramesParams(
    count=31, first_frame=24, first_second=None, short_side=64, jpeg_quality=90, black_level=16
)
LEVELS = (20, 250, 40, 230)


def recipe(clips=3, within_shots=False, **frames):
    asked = ClipsParams(count=clips, within_shots=within_shots)
    return ClipsRecipe.of(asked, replace(FRAMES, **frames))


def shots_of(seconds: float):
    """Picture of a film at 24 a second with a cut after so many seconds, between moving stripes."""

    def picture(number: int) -> np.ndarray:
        level = LEVELS[int(number / 24 // seconds) % len(LEVELS)]
        stripes = (np.arange(96) + number) % 24 < 12
        rows = np.where(stripes, level, level // 2).astype(np.uint8)
        return np.repeat(np.tile(rows, (64, 1))[..., None], 3, axis=2)

    return picture


@pytest.fixture(scope="module")
def film(tmp_path_factory, video):
    return video(tmp_path_factory.mktemp("film") / "a.mp4", count=700, options=GROUPS)


def test_they_begin_at_equal_spacing_and_the_last_ends_with_the_video():
    seconds = np.arange(241) / 24  # 10 s
    assert SPAN == 15 / 8
    assert starts(seconds, 24, 3) == pytest.approx([1, 1 + (10 - SPAN - 1) / 2, 10 - SPAN])
    assert starts(seconds, 24, 1) == pytest.approx([1.0])
    # no room for a clip after the first frame that may be taken: from the first of all
    assert starts(seconds, 200, 2) == pytest.approx([0, 10 - SPAN])
    assert starts(seconds, 9000, 2) == pytest.approx([0, 10 - SPAN])
    assert starts(seconds[:10], 24, 2) == pytest.approx([0, 0])  # shorter than a clip


def test_each_moment_has_the_nearest_picture():
    seconds = np.arange(241) / 24
    assert pictures(seconds, 1.0, (0, 240)) == [24 + 3 * n for n in range(16)]
    # 10 a second: moments 0, 1.25, 2.5, 3.75 ... of a picture; of two as near the earlier
    slow = np.arange(30) / 10
    assert pictures(slow, 0.0, (0, 29))[:5] == [0, 1, 2, 4, 5]
    assert pictures(seconds, 1.0, (27, 33)) == [27, 27, 30, *[33] * 13]


def test_a_clip_moves_to_the_nearest_shot_that_holds_it():
    seconds = np.arange(241) / 24
    after = [(0, 90), (91, 150)]  # 0 to 3.75 s, 3.79 to 6.25 s
    assert fit_into_shot(seconds, 1.0, after) == (1.0, (0, 90))
    assert fit_into_shot(seconds, 2.5, after) == (3.75 - SPAN, (0, 90))
    assert fit_into_shot(seconds, 3.5, after) == (pytest.approx(91 / 24), (91, 150))
    short = [(0, 20), (21, 60), (61, 70)]  # none is as long as a clip: the longest, from its begin
    assert fit_into_shot(seconds, 0.1, short) == (21 / 24, (21, 60))


def test_the_exact_pictures(film, plain_decode):
    clips, note = extract_clips(film, recipe())
    assert note == "" and len(clips) == 3
    last = 699 - 45  # 45 frames are 15 steps of 3
    assert [clip.numbers[0] for clip in clips] == [24, round((24 + last) / 2), last]
    truth = plain_decode(film)
    for clip in clips:
        assert np.diff(clip.numbers).tolist() == [3] * 15
        assert np.allclose(clip.seconds, np.array(clip.numbers) / 24)
        for number, jpeg in zip(clip.numbers, clip.jpegs, strict=True):
            assert jpeg == encode_jpeg(resize_upright(truth[number], 1.0, 64), 90)


@pytest.mark.parametrize("within", [False, True])
def test_both_ways_give_the_same_bytes(film, monkeypatch, within):
    sought = extract_clips(film, recipe(within_shots=within))
    monkeypatch.setattr(extraction, "MIN_FRAMES_TO_SEEK", 10**6)
    assert extract_clips(film, recipe(within_shots=within)) == sought


def test_a_video_shorter_than_a_clip_shows_its_last_picture_for_the_rest(tmp_path, video):
    clips, note = extract_clips(video(tmp_path / "a.mp4", count=25), recipe(2))
    assert [clip.numbers for clip in clips] == [(0, 3, 6, 9, 12, 15, 18, 21, *[24] * 8)] * 2
    assert note == "short: 1.0 s, the last picture stays"


def test_what_frames_refuse_clips_refuse(tmp_path, video, audio):
    for path, reason in (
        (video(tmp_path / "a.mp4", count=9), "too_short"),
        (video(tmp_path / "b.mp4", count=60, black=lambda number: True), "black"),
        (audio(tmp_path / "c.wav", np.zeros((1, 4800))), "no_video"),
    ):
        with pytest.raises(TrailerError) as failure:
            extract_clips(path, recipe())
        assert failure.value.reason == reason


@pytest.mark.parametrize("small", [0, 10**6])
def test_within_shots_no_clip_crosses_a_cut(tmp_path, video, monkeypatch, small):
    monkeypatch.setattr(extraction, "MIN_FRAMES_TO_SEEK", small)
    path = video(tmp_path / "a.mp4", count=600, options=GROUPS, picture=shots_of(2.5))
    crossing, _ = extract_clips(path, recipe(7))
    kept, note = extract_clips(path, recipe(7, within_shots=True))
    shot_of = [[{n // 60 for n in clip.numbers} for clip in found] for found in (crossing, kept)]
    assert max(map(len, shot_of[0])) == 2, "the film was to be cut where clips lie"
    assert [len(shots) for shots in shot_of[1]] == [1] * 7 and note == ""
    for before, clip in zip(crossing, kept, strict=True):
        assert abs(clip.seconds[0] - before.seconds[0]) <= SPAN
        assert np.diff(clip.numbers).tolist() == [3] * 15
    assert all(a.seconds[0] <= b.seconds[0] for a, b in pairwise(kept))


def test_of_shots_that_are_shorter_the_last_picture_stays(tmp_path, video):
    path = video(tmp_path / "a.mp4", count=700, options=GROUPS, picture=shots_of(1.0))
    clips, note = extract_clips(path, recipe(4, within_shots=True))
    assert note == "4 clips in shots that are shorter"
    assert all(len({n // 24 for n in clip.numbers}) == 1 for clip in clips)
    assert all(clip.numbers[-1] % 24 == 23 for clip in clips)


def test_cuts_are_those_of_the_library_over_the_whole_video(tmp_path, video):
    path = video(tmp_path / "a.mp4", count=240, options=GROUPS, picture=shots_of(2.5))
    scenes = scenedetect.detect(str(path), scenedetect.ContentDetector(min_scene_len=0))
    begins = [scene[0].frame_num for scene in scenes]
    assert begins == [0, 60, 120, 180]
    moved, _ = extract_clips(path, recipe(5, within_shots=True, first_frame=0))
    assert {clip.numbers[0] // 60 for clip in moved} == {0, 1, 2, 3}


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(cuts, "import_module", lambda name: __import__("no_such_library"))
    with pytest.raises(BenchmarkError, match="core motion"):
        cuts.library()


def kept(path, tmp_path, asked):
    """Rows of the pack that a trailer becomes, and its outcome."""
    job = results.Job("a0", "0" * 64, True, asked, path)
    results.write(tmp_path / "clips", results.CLIPS, [(job, results.extract(job))])
    (outcome,) = pq.read_table(tmp_path / "clips/outcomes.parquet").to_pylist()
    return pq.read_table(tmp_path / "clips/part-00.parquet").to_pylist(), outcome


def test_a_pack_has_a_row_a_picture_and_an_outcome_a_trailer(film, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows, outcome = kept(film, tmp_path, recipe(2))
    assert [(row["clip"], row["frame"]) for row in rows] == [
        (c, f) for c in (0, 1) for f in range(16)
    ]
    assert [row["index"] for row in rows[:3]] == [24, 27, 30]
    assert outcome == {"trailer_id": "a0", "reason": "ok", "note": "", "count": 32}
    # the second time nothing is decoded
    monkeypatch.setattr(results, "_clip_rows", lambda job: pytest.fail("decoded again"))
    assert kept(film, tmp_path, recipe(2)) == (rows, outcome)


def test_what_concerns_frames_alone_decodes_no_clip_again(film, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    stores = {
        results.store_of(recipe(2, **changes)).key("x")
        for changes in ({}, {"count": 7}, {"nearest_key_frame": True})
    }
    assert len(stores) == 1
    assert results.store_of(recipe(2, short_side=32)).key("x") not in stores
    assert results.store_of(recipe(2, within_shots=True)).key("x") not in stores


def test_a_kept_result_that_lacks_a_picture_is_none(film, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    job = results.Job("a0", "0" * 64, True, recipe(2), film)
    path = results.extract(job)
    check = results.store_of(recipe(3)).check
    assert check is not None
    with pytest.raises(ValueError, match="it does not have 3 clips"):
        check(path)
