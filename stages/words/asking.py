"""What a corpus asks for of its trailers' words, or a person who names a model."""

from dataclasses import replace
from typing import cast, get_args

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import CardsParams, Params, SpeechParams, WhisperModel, WordsParams


def speech_of(params: Params) -> SpeechParams:
    """The corpus's words.speech. Raises BenchmarkError where it asks for none."""
    if params.words is None or params.words.speech is None:
        raise _not_asked("speech: {model: tiny.en}")
    return params.words.speech


def cards_of(params: Params) -> CardsParams:
    """The corpus's words.cards. Raises BenchmarkError where it asks for none."""
    if params.words is None or params.words.cards is None:
        raise _not_asked("cards: {confidence: 0.5}")
    return params.words.cards


def words_of(params: Params) -> WordsParams:
    """The corpus's words, of either kind. Raises BenchmarkError where it asks for none."""
    if params.words is None or not (params.words.speech or params.words.cards):
        raise _not_asked("cards: {confidence: 0.5}")
    return params.words


def with_model(params: SpeechParams | None, model: str | None) -> SpeechParams:
    """Parameters with a model in place of theirs, if one is named.

    Raises BenchmarkError for an unknown one.
    """
    params = params or SpeechParams()
    if model is None:
        return params
    if model not in get_args(WhisperModel):
        expected = f"one of {', '.join(get_args(WhisperModel))}"
        raise BenchmarkError("unknown Whisper model", found=model, expected=expected)
    return replace(params, model=cast(WhisperModel, model))


def _not_asked(section: str) -> BenchmarkError:
    return BenchmarkError(
        "this corpus does not ask for these words",
        where=str(places.params()),
        do=f"add `words: {{{section}}}` to it, then run `python -m stages.corpora --write "
        f"--corpus {places.corpus()}`",
    )
