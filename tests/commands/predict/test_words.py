"""What a trailer says beside what it is predicted to be; the networks are stand-ins."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from stages import predict, transcribe
from stages.base.console import run_command
from stages.base.errors import TrailerError
from stages.base.packs import read_pack
from stages.base.params import CardsParams, SpeechParams, WordsParams
from stages.base.params.matrix import Cell
from stages.commands.predict import trailers, words
from stages.commands.predict.embeddings import Outcome
from stages.commands.predict.inputs import TrailerFile
from stages.commands.predict.layers import Layers
from stages.commands.predict.predictor import Prediction
from stages.commands.predict.words import Words, clock, lines, write_words
from stages.commands.predict.words_drawing import Span, drawn_spans, listed, spans_of
from stages.words import ocr, texts, weights, whisper
from stages.words.rows import SEGMENTS
from tests.commands.predict.small_run import Run, write_clip
from tests.words.conftest import FILES
from tests.words.test_texts import pack

SAID = {"start": 1.0, "end": 2.5, "text": "<b>Run</b>\u202e.", "language": "en"}
SAID |= {"log_probability": -0.2, "no_speech": 0.1}
WRITTEN = {"text": "THIS SUMMER", "confidence": 0.9}
WRITTEN |= {"left": 0.1, "top": 0.4, "right": 0.9, "bottom": 0.6}


@pytest.fixture
def call(inside: Run, monkeypatch, capsys):
    """Run a command; its exit status, what it printed and what it said."""
    both = WordsParams(speech=SpeechParams(), cards=CardsParams())
    monkeypatch.setattr(words, "DEFAULT", both)

    def run(main, *arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["command", *map(str, arguments)])
        try:
            run_command(main)
            status = 0
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "clip.mkv", 99)


@pytest.fixture
def at_hand(monkeypatch):
    """The extra and the weights are here, as far as anybody can tell."""
    monkeypatch.setattr(words, "find_spec", lambda name: object())
    monkeypatch.setattr(whisper, "device", lambda: "cpu")
    for name in ("at_hand", "fetch"):
        monkeypatch.setattr(weights, name, lambda model, config: FILES)
    monkeypatch.setattr(whisper, "loaded", lambda files: lambda *heard: [SAID])
    monkeypatch.setattr(ocr, "library", lambda: None)
    monkeypatch.setattr(ocr, "reader", lambda: lambda picture: [WRITTEN])


@pytest.fixture
def not_installed(monkeypatch):
    monkeypatch.setattr(words, "find_spec", lambda name: None)
    for name in ("ctranslate2", "faster_whisper", "rapidocr"):
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.usefixtures("not_installed")
def test_without_the_extra_one_sentence_says_how_to_get_it(call, clip):
    status, shown, said = call(predict.main, clip, clip, "--json")
    notes = [line for line in said.splitlines() if line.startswith("note")]
    assert status == 0 and notes == [
        "note: what trailers say is not shown: run `python requirements/install.py core words`, "
        "then `python -m stages.transcribe VIDEO`, which brings Whisper's weights"
    ]
    assert {(each["said"], each["written"]) for each in json.loads(shown)["trailers"]} == {
        (None, None)
    }


@pytest.mark.usefixtures("at_hand")
def test_without_the_weights_what_is_written_is_shown_all_the_same(call, clip, monkeypatch):
    monkeypatch.setattr(weights, "at_hand", lambda model, config: {})
    status, shown, said = call(predict.main, clip)
    assert status == 0 and "THIS SUMMER" in shown and "said:" not in shown
    (note,) = [line for line in said.splitlines() if line.startswith("note")]
    assert note.startswith("note: what is said is not shown: the weights of Whisper tiny.en")
    assert "python -m stages.transcribe VIDEO" in note and "WEIGHTS_DIR" in note


@pytest.mark.usefixtures("at_hand")
def test_what_is_said_and_written_is_shown_with_its_times(call, clip):
    status, shown, said = call(predict.main, clip)
    assert status == 0 and "note" not in said
    assert "said:\n  0:01.0  <b>Run</b>\\u202e.\n" in shown
    assert "written:\n  0:00.0  THIS SUMMER\n" in shown


@pytest.mark.usefixtures("at_hand")
def test_json_has_all_that_is_known_of_it(call, clip):
    _, shown, _ = call(predict.main, clip, "--json")
    (told,) = json.loads(shown)["trailers"]
    assert told["said"] == [SAID]
    assert [each["frame"] for each in told["written"]] == list(range(len(told["written"])))
    assert WRITTEN.items() <= told["written"][0].items()


@pytest.mark.usefixtures("at_hand")
def test_the_page_draws_it_along_the_timeline_as_text(call, clip, tmp_path):
    page = tmp_path / "page.html"
    status, _, _ = call(predict.main, clip, "--plot", page)
    html = page.read_text(encoding="utf-8")
    assert status == 0
    assert '<text x="0" y="98">said</text>' in html and "written</text>" in html
    assert "&lt;b&gt;Run&lt;/b&gt;" in html and "<b>" not in html and "\u202e" not in html
    assert "<li><time>0:01.0</time>&lt;b&gt;Run" in html


@pytest.mark.usefixtures("at_hand")
def test_a_trailer_without_sound_says_nothing(call, tmp_path):
    silent = write_clip(tmp_path / "silent.mkv", 1, sound=False)
    status, shown, _ = call(predict.main, silent)
    assert status == 0 and "said: nothing" in shown and "THIS SUMMER" in shown


@pytest.mark.usefixtures("at_hand")
def test_transcribing_prints_a_line_a_segment(call, clip, tmp_path):
    silent = write_clip(tmp_path / "silent.mkv", 1, silent_seconds=9)
    status, shown, said = call(transcribe.main, clip, tmp_path / "none.mkv", silent)
    assert status == 1 and "cannot be opened" in said
    assert shown == f"{clip}\t1.00\t2.50\ten\t<b>Run</b>\\u202e.\n"
    assert f"note: {silent}: silent" in said


@pytest.mark.parametrize("reason", ["no_audio", "silent", "too_short", "timeout", "unreadable"])
def test_a_trailer_that_says_nothing_here_is_one_that_did_when_models_learnt(
    tmp_path, monkeypatch, reason
):
    def fail(extract, sound):
        raise TrailerError(reason, "")

    monkeypatch.setattr(words, "within_bounds", fail)
    file: Any = SimpleNamespace(trailer_id="a1", sha256="", has_sound=True, path=tmp_path)
    heard, _ = words.listen(file, FILES, SpeechParams())
    outcomes = dict(write_words({"a1": Words(heard=heard)}, {"a1": ""}, tmp_path / "here"))
    speech = pack(tmp_path / "speech", SEGMENTS, {}, {"a1": reason})
    known, without = texts.write(tmp_path / "there", speech, None, {"a1": ""})
    assert known == without == (outcomes["a1"].reason == "ok")


@pytest.mark.usefixtures("at_hand")
def test_sound_that_could_not_be_heard_is_not_nothing_said(call, clip, monkeypatch):
    def crash(job):
        raise TrailerError("crashed", "its process ended")

    monkeypatch.setattr(words.speech, "transcribe", crash)
    status, shown, _ = call(predict.main, clip, "--json")
    assert status == 0 and json.loads(shown)["trailers"][0]["said"] is None
    status, shown, said = call(transcribe.main, clip)
    assert status == 1 and not shown and f"note: {clip}: crashed: its process ended" in said


def test_what_is_not_asked_for_is_not_missed(call, clip, monkeypatch):
    monkeypatch.setattr(words, "DEFAULT", WordsParams())
    status, shown, said = call(predict.main, clip)
    assert status == 0 and "said" not in shown and "what trailers say" not in said


@pytest.mark.usefixtures("not_installed")
def test_transcribing_without_the_extra_is_one_sentence(call, clip):
    status, shown, said = call(transcribe.main, clip)
    assert status == 1 and not shown and "Traceback" not in said
    assert "run `python requirements/install.py core words`" in said


@pytest.mark.usefixtures("at_hand")
def test_an_unknown_model_is_answered_with_the_known(call, clip):
    status, _, said = call(transcribe.main, clip, "--model", "huge")
    assert status == 1 and "tiny.en" in said and "large-v3-turbo" in said


def test_times_are_minutes_and_seconds():
    assert [clock(each) for each in (0, 9.96, 59.94, 59.96, 754.3)] == [
        *("0:00.0", "0:10.0", "0:59.9", "1:00.0", "12:34.3")
    ]


def test_nobody_listened_is_not_nothing_said():
    assert list(lines(Words())) == [] and listed(Words()) == ""
    assert list(lines(Words(heard=(), read=()))) == ["said: nothing", "written: nothing"]


def test_lines_of_one_frame_are_one_span():
    shown = [WRITTEN | {"frame": 2, "time": 4.0, "text": text} for text in ("THIS", "SUMMER")]
    shown.append(WRITTEN | {"frame": 3, "time": 6.0, "text": "SOON"})
    ((title, spans),) = spans_of(Words(read=tuple(shown)))
    assert title == "written"
    assert [(each.start, each.text) for each in spans] == [(4.0, "THIS / SUMMER"), (6.0, "SOON")]


def test_what_begins_before_the_drawing_is_cut_at_its_edge():
    (drawn,) = drawn_spans([Span(1.0, 6.0, "Go.")], begin=4.0, scale=10, top=0, height=20)
    assert '<rect x="0.0" y="0" width="20.0"' in drawn


def test_words_are_a_pack_that_approaches_read(tmp_path):
    """As the pipeline's: in order of time, an empty text for none, nothing of what is unread."""
    heard = ({"start": 3.0, "text": "run"},)
    read = ({"time": 1.0, "frame": 2, "text": "THIS SUMMER"},)
    of = {"a1": Words(heard, read), "a2": Words((), None), "a3": Words(missing="run this")}
    of["a4"] = Words(None, read, "what is said is not shown")
    titles = {"a1": "This Year", "a2": "", "a3": "", "a4": ""}
    found = dict(write_words(of, titles, tmp_path / "words"))
    assert {name: each.reason for name, each in found.items()} == {
        "a1": "ok",
        "a2": "ok",
        "a3": "unread",
        "a4": "unread",  # models that learnt from both are not asked of one
    }
    assert found["a3"].note == "run this"
    packed = list(read_pack(tmp_path / "words"))
    texts = {each["trailer_id"][0].as_py(): each["text"].to_pylist() for each in packed}
    assert texts == {"a1": ["THIS SUMMER", "run"], "a2": [""]}


def test_a_title_that_is_not_known_is_said_not_to_be_hidden():
    file = TrailerFile("a1", "mine.mp4", Path("mine.mp4"), "0" * 64, True, True)
    cell = Cell("said", "single", "words", ("bag",), "mean", "linear")
    nothing = np.zeros(2)
    made = Prediction(
        cell, ("Drama", "Crime"), nothing, nothing, nothing, 0.5, nothing > 1, nothing, 5
    )
    outcomes = {"words": Outcome("ok", "")}

    def notes(title: str, masked: list[str]) -> str:
        known = (title, Words(), Layers(), masked)
        return " ".join(trailers._result(file, (cell,), [made], outcomes, *known).notes)

    assert (
        notes("", ["said"]) == "its film's title is not known here, so it is not hidden from said"
    )
    assert notes("", []) == "" and "not hidden" not in notes("The Kite", ["said"])


def test_what_nobody_could_read_is_told_in_place_of_a_prediction(tmp_path):
    file = TrailerFile("a1", "mine.mp4", Path("mine.mp4"), "0" * 64, True, True)
    said = Cell("said", "single", "words", ("bag",), "mean", "linear")
    outcomes = {"picture": Outcome("ok", ""), "words": Outcome("unread", "run the installer")}
    found = trailers._result(file, (said,), [None], outcomes, "", Words(), Layers(), [])
    assert "its words are not known" in found.error and "run the installer" in found.error
