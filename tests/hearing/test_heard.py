"""From a video to what its sound is made of: heard once, kept by the sound's hash."""

from pathlib import Path

import numpy as np
import pytest

from stages.base.errors import TrailerError
from stages.base.params import LayersParams
from stages.base.store import sha256
from stages.hearing import heard
from stages.hearing.shares import seconds_of
from stages.trailers.media import results
from stages.words import sounds
from tests.commands.predict.small_run import write_clip

MUSIC = LayersParams(music=0.5)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"weights")
    return path


def job(clip: Path, weights: Path | None = None, voice: float = 0.5, has_sound: bool = True):
    sound = results.Job(sha256(clip)[:16], sha256(clip), has_sound, sounds.WHOLE, clip)
    return heard.HearingJob(sound, heard.Recipe(voice, weights))


def test_the_whole_sound_is_heard_at_16_khz(ears, weights, tmp_path):
    path = heard.hear(job(write_clip(tmp_path / "a.mkv", 1, seconds=47), weights))
    (waveform,) = ears.heard
    assert waveform.dtype == np.float32 and len(waveform) == 47 * 16_000
    found = heard.read(path, MUSIC)
    assert found.seconds == 47 and found.speech.tolist() == [[0, 1]]
    # looks 1, 3, 5, ... play: each from .7275 + .96 k on, for .48 s
    assert found.music is not None
    np.testing.assert_allclose(found.music[:2], [[0.7275, 1.2075], [1.6875, 2.1675]], atol=1e-6)
    assert seconds_of(found)["both"] == pytest.approx(1 - 0.7275)


def test_another_threshold_of_music_hears_nothing_again_and_one_of_voice_does(
    ears, weights, tmp_path
):
    clip = write_clip(tmp_path / "a.mkv", 1)
    path = heard.hear(job(clip, weights))
    few, much = (heard.read(path, LayersParams(music=each)).music for each in (0.9, 0.3))
    assert few is not None and len(few) == 0
    assert much is not None and len(much) == 1
    assert heard.hear(job(clip, weights)) == path and len(ears.heard) == 1
    heard.hear(job(clip, weights, voice=0.3))
    assert ears.voices == [0.5, 0.3]


def test_the_same_sound_in_another_file_is_heard_once(ears, weights, tmp_path):
    first, other = (
        write_clip(tmp_path / "a.mkv", 1),
        write_clip(tmp_path / "b.mkv", 1, picture=False),
    )
    assert sha256(first) != sha256(other)
    assert heard.hear(job(first, weights)) == heard.hear(job(other, weights))
    assert len(ears.heard) == 1


def test_other_weights_hear_it_again(ears, weights, tmp_path):
    clip = write_clip(tmp_path / "a.mkv", 1)
    heard.hear(job(clip, weights))
    other = tmp_path / "other.safetensors"
    other.write_bytes(b"others")
    heard.hear(job(clip, other))
    assert len(ears.heard) == 2


@pytest.mark.parametrize("place", [".", "other"])
def test_other_weights_under_the_same_path_hear_it_again(ears, tmp_path, monkeypatch, place):
    """Replaced, or in the folder of another who asks this worker, with the same sounds."""
    clip, name = write_clip(tmp_path / "a.mkv", 1), Path("weights.safetensors")
    name.write_bytes(b"weights")
    first = heard.hear(job(clip, name))
    (tmp_path / place).mkdir(exist_ok=True)
    monkeypatch.chdir(place)
    replaced = Path("new")
    replaced.write_bytes(b"another")
    replaced.replace(name)
    second = heard.hear(job(clip, name))
    assert second.name.partition(".")[0] != first.name.partition(".")[0]  # its key
    assert len(ears.heard) == 2


def test_without_weights_nobody_listens_for_music(ears, tmp_path):
    path = heard.hear(job(write_clip(tmp_path / "a.mkv", 1)))
    found = heard.read(path, LayersParams())
    assert not ears.heard and found.music is None and found.speech.tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"sound": False}, "no_audio"), ({"silent_seconds": 9}, "silent")],
)
def test_a_trailer_that_cannot_be_heard_has_its_reason(ears, tmp_path, options, reason):
    clip = write_clip(tmp_path / "a.mkv", 1, **options)
    with pytest.raises(TrailerError) as caught:
        heard.hear(job(clip, has_sound=options.get("sound", True)))
    assert caught.value.reason == reason and not ears.voices


@pytest.mark.parametrize(
    ("seconds", "speech", "scores"),
    [
        (4.0, [[3.0, 5.0]], [0.5]),  # beyond the end
        (4.0, [[2.0, 3.0], [1.0, 1.5]], [0.5]),  # not in order
        (4.0, [[1.0, 0.5]], [0.5]),  # ends before it begins
        (4.0, [[0.0, np.nan]], [0.5]),
        (4.0, [[0.0, 1.0]], [1.5]),  # no score
        (4.0, [[0.0, 1.0]], [np.nan]),
        (4.0, [[0.0, 1.0]], []),  # none, and it was listened for
    ],
)
def test_what_is_not_of_a_sound_is_refused(tmp_path, seconds, speech, scores):
    path = tmp_path / "entry.npz"
    music = np.array(scores, np.float32)
    np.savez(path, seconds=np.array([seconds]), speech=np.array(speech), music=music)
    with pytest.raises(ValueError, match=r"not in order|missing, or not"):
        heard.Check(has_music=True)(path)


def test_no_speech_at_all_is_no_failure(tmp_path):
    path = tmp_path / "entry.npz"
    none = np.empty((0, 2))
    np.savez(path, seconds=np.array([4.0]), speech=none, music=np.empty(0, np.float32))
    heard.Check(has_music=False)(path)
    assert seconds_of(heard.read(path, LayersParams()))["speech"] == 0


def test_on_a_cluster_music_is_heard_by_workers_for_networks(ears, weights, tmp_path, monkeypatch):
    asked = []

    def run(function, items, **how):
        asked.append((function.__name__, how.get("network", False), how.get("same_folder", False)))
        return ((item, function(item)) for item in items)

    monkeypatch.setattr(sounds, "run", run)
    clips = [write_clip(tmp_path / f"{n}.mkv", n) for n in (1, 2)]
    assert len(list(heard.hear_all([job(clips[0], weights)]))) == 1
    assert len(list(heard.hear_all([job(clips[1])]))) == 1
    extract = ("extract", False, False)
    assert asked == [extract, ("hear", True, True), extract, ("hear", False, False)]
