"""Sound that is kept decoded, in the survey of the store."""

from pathlib import Path

from stages.commands.store.survey import look
from stages.embedding.jobs import Recipe, jobs
from stages.embedding.preparing import prepare
from tests.commands.store.conftest import N_FILMS
from tests.commands.store.test_store import dropped


def test_it_is_needed_while_its_pack_is(project, monkeypatch):
    monkeypatch.setenv("SOUND_CACHE_GB", "1")
    recipe = Recipe("mfcc")
    for job in jobs(Path("data/sample/audio"), recipe):
        prepare(recipe.create_unloaded(), job)
    assert {row.step: len(row.needed) for row in look().rows}["samples"] == N_FILMS
    assert dropped() == {}
    project.films([0])
    project.run()
    assert dropped()["samples"] == N_FILMS - 1
    project.left = {"audio"}
    assert "samples" not in dropped()
