"""What a corpus needs of the store that has its trailers transcribed."""

from pathlib import Path

from stages.trailers.media import results
from stages.words.speech import WHOLE
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
