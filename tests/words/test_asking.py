"""What a corpus or a person asks for."""

from pathlib import Path

import pytest

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import CardsParams, SpeechParams, WordsParams, load
from stages.words.asking import cards_of, speech_of, with_model

ROOT = Path(__file__).resolve().parents[2]


def test_a_corpus_that_does_not_ask_is_told_how(tmp_path):
    params = load(ROOT / "params.yaml")
    places.choose(places.DEFAULT)
    for ask, section in ((speech_of, "speech"), (cards_of, "cards")):
        with pytest.raises(BenchmarkError) as said:
            ask(params)
        assert f"add `words: {{{section}: {{" in str(said.value)
        assert "python -m stages.corpora --write --corpus sample" in str(said.value)


def test_one_of_the_two_is_not_the_other(tmp_path):
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(f"{text}\nwords: {{cards: {{}}}}\n", encoding="utf-8")
    params = load(tmp_path / "params.yaml")
    assert params.words == WordsParams(cards=CardsParams()) and cards_of(params) == CardsParams()
    with pytest.raises(BenchmarkError, match="does not ask"):
        speech_of(params)


def test_a_model_may_be_named_and_an_unknown_one_is_told_the_known():
    assert with_model(None, None) == SpeechParams()
    assert with_model(SpeechParams(repeats=4), "base") == SpeechParams(model="base", repeats=4)
    with pytest.raises(BenchmarkError, match=r"found: huge\n.*tiny.en, tiny, .*large-v3-turbo"):
        with_model(None, "huge")
