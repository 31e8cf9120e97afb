"""What a corpus needs of the store that has its trailers transcribed."""

from pathlib import Path

from stages.embedding.jobs import Recipe, jobs
from stages.embedding.trailers import embed_trailer
from stages.trailers.media import results
from stages.words.speech import WHOLE
from stages.words.texts import write_texts
from tests.commands.store.conftest import N_FILMS
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
    row = {"time": 1.0, "text": "this summer", "spoken": False}
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
