"""What a trailer says, beside what it is predicted to be: where extra and weights are at hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stages.base.errors import BenchmarkError, TrailerError
from stages.base.parallel import within_bounds
from stages.base.params import CardsParams, Params, SpeechParams, WordsParams
from stages.commands.predict.embeddings import Outcome
from stages.commands.predict.inputs import TrailerFile
from stages.trailers.media import results
from stages.words import cards, ocr, rows, speech, whisper
from stages.words.invented import spoken
from stages.words.sounds import WHOLE
from stages.words.texts import SILENCE, texts_of, write_texts

DEFAULT = WordsParams(speech=SpeechParams(), cards=CardsParams())
"""Of a corpus that asks for no words."""
UNREAD = "unread"  # of a trailer that was neither heard nor read
NEITHER = (None, None)
BRING = "`python -m stages.transcribe VIDEO`"


@dataclass(frozen=True)
class Words:
    """What was heard in a trailer and read on its frames."""

    heard: tuple[dict[str, Any], ...] | None = None
    """Segments: start, end, text, ...; None where nobody listened."""
    read: tuple[dict[str, Any], ...] | None = None
    """Lines: frame, time, text, ...; None where nobody looked."""
    missing: str = ""
    """One sentence: what is not here, and how to get it."""


def words_of(files: Sequence[TrailerFile], params: Params, folder: Path) -> dict[str, Words]:
    """The words of trailers by trailer_id. Nothing is downloaded, and nothing of it is an error.

    folder: what `extract` wrote.
    """
    asked = params.words or DEFAULT
    missing: list[str] = []
    heard: dict[str, tuple[dict[str, Any], ...] | None] = {}
    read: dict[str, tuple[dict[str, Any], ...]] = {}
    if asked.speech is not None and files:
        try:
            model = _model(asked.speech)
            heard = {each.trailer_id: listen(each, model, asked.speech)[0] for each in files}
        except BenchmarkError as error:
            missing.append(f"what is said is not shown: {_in_one_line(error)}")
    if asked.cards is not None and files:
        try:
            ocr.library()
            read = dict(_read(folder / "frames", asked.cards))
        except BenchmarkError as error:
            missing.append(f"what is written is not shown: {_in_one_line(error)}")
    if missing and not find_spec("faster_whisper") and not find_spec("rapidocr"):
        missing = [
            f"what trailers say is not shown: run `{whisper.INSTALL}`, then {BRING}, which brings "
            "Whisper's weights"
        ]
    said = "; ".join(missing)
    return {
        each.trailer_id: Words(heard.get(each.trailer_id), read.get(each.trailer_id), said)
        for each in files
    }


def write_words(
    words: Mapping[str, Words], titles: Mapping[str, str], target: Path
) -> Iterator[tuple[str, Outcome]]:
    """Write the pack of what trailers say, as the stage `texts` does; how it ended for each.

    words, titles: by trailer_id, "" for a title that is not known. A trailer that was neither
    heard nor read is not in the pack, and none is where one of the two could not be done here: the
    models learnt from both.
    """
    known = {name: w for name, w in words.items() if not w.missing and (w.heard, w.read) != NEITHER}
    every = {
        name: texts_of(each.heard or (), each.read or (), titles[name])
        for name, each in known.items()
    }
    write_texts(target, every)
    for name, each in words.items():
        yield name, Outcome("ok", "") if name in known else Outcome(UNREAD, each.missing)


def listen(
    file: TrailerFile, model: Mapping[str, str], params: SpeechParams
) -> tuple[tuple[dict[str, Any], ...] | None, str]:
    """The segments that are said in a trailer, and a note: on those dropped, or why there are none.

    None where it has sound that could not be heard. model: name and sha256 of its files.
    """
    sound = results.Job(file.trailer_id, file.sha256, file.has_sound, WHOLE, file.path)
    try:
        within_bounds(results.extract, sound)
        job = speech.SpeechJob(sound, speech.Recipe.from_params(params, model))
        segments, note = spoken(rows.read(speech.transcribe(job)), params)
        return tuple(segments), note
    except TrailerError as error:
        return () if error.reason in SILENCE else None, str(error)


def lines(words: Words) -> Iterator[str]:
    """What was heard and read, a line each, with its time."""
    for title, found, at in (("said", words.heard, "start"), ("written", words.read, "time")):
        if found is not None:
            yield f"{title}:" if found else f"{title}: nothing"
            yield from (f"  {clock(each[at])}  {each['text']}" for each in found)


def clock(seconds: float) -> str:
    """Minutes and seconds: 1:02.5."""
    tenths = round(seconds * 10)
    return f"{tenths // 600}:{tenths % 600 / 10:04.1f}"


def _model(params: SpeechParams) -> Mapping[str, str]:
    """The files of the model that is asked for. Raises BenchmarkError where they are not here."""
    whisper.device()  # before what fetches weights is imported: a small install lacks both
    from stages.words import weights

    found = weights.at_hand(params.model, weights.config_of(params.model))
    if not found:
        raise BenchmarkError(
            f"the weights of Whisper {params.model} are not here",
            do=f"run {BRING}, which brings them, or set WEIGHTS_DIR",
        )
    return found


def _in_one_line(error: BenchmarkError) -> str:
    return "; ".join(line.strip() for line in str(error).splitlines())


def _read(pack: Path, params: CardsParams) -> Iterator[tuple[str, tuple[dict[str, Any], ...]]]:
    for job in cards.jobs(pack, params):
        found, _ = cards.certain(rows.read(cards.read(job)), params)
        yield job.trailer_id, tuple(found)
