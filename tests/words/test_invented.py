"""The rule for what Whisper made up, on segments whose answer is known."""

import pytest

from stages.base.params import SpeechParams
from stages.words.invented import compression, reasons, spoken

RULE = SpeechParams()
WHY = "We were never meant to find this place."


def segment(text: str, log_probability: float = -0.3, no_speech: float = 0.1) -> dict:
    return {"text": text, "log_probability": log_probability, "no_speech": no_speech}


def test_what_is_said_once_stays():
    said = [segment(WHY), segment("Run!"), segment("Run, run!"), segment("42.")]
    assert reasons(said, RULE) == [""] * 4
    assert spoken(said, RULE) == (said, "")


@pytest.mark.parametrize("text", ["♪", "♪♪ ♪", "...", "- —", "_"])
def test_signs_are_no_words(text):
    assert reasons([segment(text)], RULE) == ["no words"]


@pytest.mark.parametrize("text", ["Привет", "你好", "été", "1999"])
def test_words_of_any_script_are(text):
    assert reasons([segment(text)], RULE) == [""]


@pytest.mark.parametrize(
    ("log_probability", "no_speech", "why"),
    [
        (-1.2, 0.7, "no speech"),
        (-1.2, 0.6, ""),  # not above
        (-1.0, 0.7, ""),  # not below
        (-1.2, 0.1, ""),  # unsure of the words, and not that there are some
        (-0.2, 0.9, ""),
    ],
)
def test_silence_is_what_whisper_takes_for_it(log_probability, no_speech, why):
    assert reasons([segment(WHY, log_probability, no_speech)], RULE) == [why]


def test_a_loop_within_a_segment_is_dropped():
    loop = "I don't know. " * 12
    assert compression(loop) > 2.4 > compression(WHY)
    assert reasons([segment(loop)], RULE) == ["loop"]


def test_three_of_the_same_in_a_row_are_dropped_whatever_their_case_and_signs():
    said = [segment(t) for t in ("Thank you.", "thank you", "♪", "THANK YOU!", WHY, "Thank you.")]
    assert reasons(said, RULE) == ["repeated", "repeated", "no words", "repeated", "", ""]
    kept, note = spoken(said, RULE)
    assert [each["text"] for each in kept] == [WHY, "Thank you."]
    assert note == "4 segments dropped: no words 1, repeated 3"


def test_how_many_is_a_parameter():
    said = [segment("Yes."), segment("Yes."), segment("No.")]
    assert reasons(said, RULE) == ["", "", ""]
    assert reasons(said, SpeechParams(repeats=2)) == ["repeated", "repeated", ""]


def test_nothing_said_is_nothing():
    assert spoken([], RULE) == ([], "")
