"""What a corpus needs of the store that has its trailers transcribed."""

import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from stages.base import versions
from stages.base.packs import DIGEST
from stages.base.params import CardsParams
from stages.base.store import Store
from stages.commands.store import needs
from stages.commands.store.survey import look
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.trailers import embed_trailer
from stages.trailers.media import results
from stages.words import cards, models, rows, speech
from stages.words.sounds import WHOLE
from stages.words.texts import write_texts
from tests.commands.store.conftest import N_FILMS
from tests.commands.store.conftest import ROOT as REPOSITORY
from tests.commands.store.test_store import dropped


def test_a_corpus_that_is_transcribed_needs_the_whole_sound_too(project):
    todo = results.jobs(Path("data/sample/downloads.parquet"), WHOLE)
    for job in todo:
        results.extract(job)
    assert dropped() == {"audio": N_FILMS}
    project.declared["words"] = {"speech": {"model": "tiny.en"}}
    project.write()
    assert dropped() == {}


def test_what_was_made_of_its_words_is_needed_once_they_are_there(project):
    row = {"time": 1.0, "text": "this summer", "untitled": "this summer", "spoken": False}
    write_texts(Path("data/sample/words"), {"a1": [row], "b2": []})
    for job in jobs(Path("data/sample/words"), Recipe("bag")):
        embed_trailer(job)
    assert dropped() == {"embed": 2}
    project.declared["words"] = {"cards": {"confidence": 0.5}}
    project.declared["matrix"]["backbones"]["bag"] = {"family": "bag", "reads": "words"}
    project.write()
    assert dropped() == {}
    project.declared["matrix"]["backbones"].pop("bag")
    project.write()
    assert dropped() == {"embed": 2}
    project.left = {"texts"}
    assert dropped() == {}


@pytest.fixture
def with_the_extra(monkeypatch):
    """As if its packages were here."""
    monkeypatch.setattr(needs, "installed", lambda package: "1.0")


def keep_speech(files: dict[str, str], around: float) -> int:
    """Put segments of each trailer's sound into the store; how many trailers have some."""
    recipe, kept = speech.Recipe(tuple(sorted(files.items())), 0.5, around), 0
    sounds, store = results.store_of(WHOLE), speech.store_of(recipe)
    said = {"start": 0.0, "end": 1.0, "text": "go", "language": "en", "log_probability": -0.1}
    for job in results.jobs(Path("data/sample/downloads.parquet"), WHOLE):
        results.extract(job)
        sound = sounds.find(sounds.key(job.sha256))
        with pa.OSFile(str(sound), "rb") as file:
            digest = pa.ipc.open_file(file).schema.metadata[DIGEST].decode()
        rows.keep([said | {"no_speech": 0.0}], rows.SEGMENTS, store, store.key(digest))
        kept += 1
    return kept


@pytest.mark.usefixtures("with_the_extra")
def test_segments_are_needed_by_sound_and_model_and_no_others(project):
    files = {
        source.file: f"{number:064x}" for number, source in enumerate(models.sources("tiny.en"))
    }
    assert keep_speech(files, around=1.0) == keep_speech(files, around=2.0) == N_FILMS
    weights = Store("weights", 1, None)
    for sha256 in (*files.values(), "f" * 64):
        with weights.put(weights.key(sha256)) as path:
            path.write_bytes(b"weights")
    sounds = {"audio": N_FILMS}
    every = {"speech": 2 * N_FILMS, "weights": len(files) + 1}
    assert dropped() == sounds | every
    project.declared["words"] = {"speech": {"model": "tiny.en"}}
    project.write()
    assert dropped() == {"weights": len(files) + 1}  # no pins: it is not known which model heard
    pins = {
        source.name: {"revision": "", "bytes": 7, "sha256": files[source.file]}
        for source in models.sources("tiny.en")
    }
    Path("weights.lock").write_text(json.dumps(pins))
    assert dropped() == {"speech": N_FILMS, "weights": 1}
    project.left = {"speech"}
    assert dropped() == {"weights": 1}


@pytest.mark.usefixtures("with_the_extra")
def test_lines_are_needed_by_the_frames_and_the_rule_for_alike_ones(project):
    line = {"frame": 1, "time": 1.0, "text": "this summer", "confidence": 0.9}
    line |= {"left": 0.1, "top": 0.1, "right": 0.9, "bottom": 0.2}
    for level in (12.0, 20.0):
        store = cards.store_of(level)
        for job in cards.jobs(Path("data/sample/frames"), CardsParams(same_level=level)):
            rows.keep([line], rows.LINES, store, store.key(job.digest))
    assert dropped() == {"cards": 2 * N_FILMS}
    project.declared["words"] = {"cards": {"same_level": 12.0, "confidence": 0.7}}
    project.write()
    assert dropped() == {"cards": N_FILMS}
    assert {row.step: len(row.needed) for row in look().rows}["cards"] == N_FILMS
    project.left = {"frames"}
    assert "cards" not in dropped()


def test_without_the_extra_nothing_that_it_made_is_dropped(project, monkeypatch):
    monkeypatch.setattr(needs, "installed", lambda package: versions.NOT_INSTALLED)
    for step in ("speech", "cards"):
        store = Store(step, "code", None)
        with store.put(store.key("a film")) as path:
            path.write_bytes(b"rows")
    assert dropped() == {"speech": 1, "cards": 1}  # no corpus asks for any
    project.declared["words"] = {"speech": {}, "cards": {}}
    project.write()
    assert dropped() == {}
    said = " ".join(look().unknown["sample"])
    assert "faster-whisper" in said and "rapidocr" in said and "not installed here" in said


def test_whatever_is_kept_is_of_a_step_that_is_known():
    """All but packs, which only a shared store has."""
    sources = "\n".join(path.read_text() for path in (REPOSITORY / "stages").rglob("*.py"))
    kept = {*re.findall(r'\bStore\(\s*"(\w+)"', sources)}
    assert {"weights", "speech"} < kept and kept - {"packs"} <= {*needs.steps()}
