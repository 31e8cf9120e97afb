"""The section `words`: not there unless a corpus of trailers asks for it."""

from pathlib import Path

import pytest

from stages.base.errors import BenchmarkError
from stages.base.params import CardsParams, SpeechParams, WordsParams, load

ROOT = Path(__file__).resolve().parents[3]


def loaded(tmp_path: Path, words: str, corpus: str = "params.yaml") -> WordsParams | None:
    text = (ROOT / corpus).read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(f"{text}\n{words}\n", encoding="utf-8")
    return load(tmp_path / "params.yaml").words


def test_the_default_corpus_asks_for_none(tmp_path):
    assert loaded(tmp_path, "") is None


def test_either_may_be_asked_for_and_has_its_defaults(tmp_path):
    found = loaded(tmp_path, "words: {speech: {model: large-v3-turbo}}")
    assert found == WordsParams(speech=SpeechParams(model="large-v3-turbo"), cards=None)
    found = loaded(tmp_path, "words: {cards: {}}")
    assert found == WordsParams(speech=None, cards=CardsParams())


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("words: {speech: {model: huge}}", ["words.speech.model", "'tiny.en'", "huge"]),
        ("words: {speech: {modle: tiny}}", ["words.speech.modle", "did you mean 'model'?"]),
        ("words: {}", ["params.yaml", "words: asks for neither speech nor cards"]),
        ("words: {speach: {}}", ["words.speach", "did you mean 'speech'?"]),
        ("words: {speech: {repeats: 1}}", ["words.speech.repeats", "greater than or equal to 2"]),
        ("words: {cards: {confidence: 2}}", ["words.cards.confidence", "less than or equal to 1"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, words, parts):
    with pytest.raises(BenchmarkError) as caught:
        loaded(tmp_path, words)
    assert all(part in str(caught.value) for part in parts), caught.value


def test_published_features_say_nothing(tmp_path):
    with pytest.raises(BenchmarkError, match="is of trailers, and this corpus has published"):
        loaded(tmp_path, "words: {cards: {}}", "corpora/mmtf14k/params.yaml")
