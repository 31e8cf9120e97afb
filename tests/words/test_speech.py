"""From a video to segments: the whole sound, heard once, kept by its hash."""

import runpy
import sys
from types import ModuleType

import numpy as np
import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.params import SpeechParams
from stages.base.store import sha256
from stages.trailers.media import results
from stages.words import rows, sounds, speech, whisper
from tests.commands.predict.small_run import write_clip
from tests.words.conftest import FILES


def job(clip, files=FILES, has_sound=True, params=SpeechParams()):  # noqa: B008 - frozen
    sound = results.Job(sha256(clip)[:16], sha256(clip), has_sound, sounds.WHOLE, clip)
    return speech.SpeechJob(sound, speech.Recipe.from_params(params, files))


def test_the_whole_sound_is_heard_at_whispers_rate(listener, tmp_path):
    found = speech.transcribe(job(write_clip(tmp_path / "a.mkv", 1, seconds=47)))
    (waveform,) = listener.heard
    assert waveform.dtype == np.float32 and len(waveform) == 47 * 16_000
    assert 0.2 < np.abs(waveform).max() < 0.4  # a third, as it was written
    (segment,) = rows.read(found)
    assert segment["text"] == "47.00 seconds" and segment["end"] == 47


def test_the_same_sound_in_another_file_is_heard_once(listener, tmp_path):
    first = write_clip(tmp_path / "a.mkv", 1)
    other = write_clip(tmp_path / "b.mkv", 1, picture=False)
    assert sha256(first) != sha256(other)
    assert speech.transcribe(job(first)) == speech.transcribe(job(other))
    assert len(listener.heard) == 1
    speech.transcribe(job(write_clip(tmp_path / "c.mkv", 2)))
    assert len(listener.heard) == 2


def test_another_model_hears_it_again_and_another_rule_of_what_was_made_up_does_not(
    listener, tmp_path
):
    clip = write_clip(tmp_path / "a.mkv", 1)
    speech.transcribe(job(clip))
    speech.transcribe(job(clip, FILES | {"model.bin": "c" * 64}))
    speech.transcribe(job(clip, params=SpeechParams(voice=0.3)))
    assert len(listener.heard) == 3
    speech.transcribe(job(clip, params=SpeechParams(repeats=2, compression=2.0)))
    assert len(listener.heard) == 3


def test_another_version_of_what_transcribes_does_too(listener, tmp_path, monkeypatch):
    keys = set()
    for version in ("1", "2"):
        monkeypatch.setattr(speech, "code_of", lambda *paths, libraries, v=version: v)
        recipe = speech.Recipe.from_params(SpeechParams(), FILES)
        keys.add(speech.store_of(recipe).key("sound"))
    assert len(keys) == 2
    assert {"faster-whisper", "ctranslate2"} <= set(whisper.LIBRARIES)


def test_where_nobody_speaks_there_are_no_segments_and_no_failure(listener, tmp_path, monkeypatch):
    monkeypatch.setattr(whisper, "loaded", lambda files: lambda *heard: [])
    assert rows.read(speech.transcribe(job(write_clip(tmp_path / "a.mkv", 1)))) == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"sound": False}, "no_audio"),
        ({"silent_seconds": 9}, "silent"),
        ({"seconds": 0.5}, "too_short"),
    ],
)
def test_a_trailer_that_cannot_be_heard_has_its_reason(listener, tmp_path, options, reason):
    clip = write_clip(tmp_path / "a.mkv", 1, **options)
    with pytest.raises(TrailerError) as caught:
        speech.transcribe(job(clip, has_sound=options.get("sound", True)))
    assert caught.value.reason == reason and not listener.heard


def test_what_was_heard_before_needs_no_process(listener, tmp_path, monkeypatch):
    todo = [job(write_clip(tmp_path / f"{n}.mkv", n)) for n in (1, 2)]
    todo.append(job(write_clip(tmp_path / "silent.mkv", 3, silent_seconds=9)))
    ran = []

    def run(function, items, **kwargs):
        for item in items:
            ran.append(function.__name__)
            try:
                yield item, function(item)
            except TrailerError as error:
                yield item, error

    monkeypatch.setattr(sounds, "run", run)
    monkeypatch.setattr(whisper, "device", lambda: "cpu")
    first = dict(speech.transcribe_all(todo))
    assert ran == ["extract"] * 3 + ["transcribe"] * 3 and len(listener.heard) == 2
    again = dict(speech.transcribe_all(todo))
    assert len(ran) == 6 and first.keys() == again.keys() == set(todo)
    assert all(again[each] == first[each] for each in todo[:2])
    assert str(again[todo[2]]) == str(first[todo[2]])
    assert str(again[todo[2]]).startswith("silent: ")


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    monkeypatch.delenv("WHISPER_DEVICE", raising=False)
    run = r"run `python requirements/install.py core words`$"
    with pytest.raises(BenchmarkError, match=rf"needs ctranslate2\n.*{run}"):
        whisper.device()
    with pytest.raises(BenchmarkError, match=rf"needs faster-whisper\n.*{run}"):
        runpy.run_path(whisper.__file__)["Whisper"](FILES)  # it can be imported all the same


def ctranslate2(gpus: int) -> ModuleType:
    found = ModuleType("ctranslate2")
    types = {"cpu": {"int8", "float32"}, "cuda": {"float16", "int8_float16"}}
    found.get_cuda_device_count = lambda: gpus  # type: ignore[attr-defined]
    found.get_supported_compute_types = types.__getitem__  # type: ignore[attr-defined]
    return found


def test_device_and_precision_are_the_environments(monkeypatch):
    for name in ("WHISPER_DEVICE", "WHISPER_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    for gpus, where, how in ((0, "cpu", "int8"), (1, "cuda", "float16")):
        monkeypatch.setitem(sys.modules, "ctranslate2", ctranslate2(gpus))
        assert (whisper.device(), whisper.precision(where)) == (where, how)
    monkeypatch.setenv("WHISPER_DEVICE", "cpu")
    monkeypatch.setenv("WHISPER_PRECISION", "float32")
    assert (whisper.device(), whisper.precision("cpu")) == ("cpu", "float32")
    with pytest.raises(BenchmarkError, match="on cuda one of float16, int8_float16"):
        whisper.precision("cuda")
    monkeypatch.setenv("WHISPER_DEVICE", "tpu")
    with pytest.raises(BenchmarkError, match=r"found: tpu\n.*one of cpu, cuda"):
        whisper.device()
