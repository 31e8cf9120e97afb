"""What a corpus needs of the store that has clips taken of its trailers."""

from pathlib import Path

from stages.base.params import load
from stages.base.params.clips import ClipsParams, ClipsRecipe
from stages.embedding.jobs import Recipe
from stages.embedding.jobs import jobs as embedding_jobs
from stages.embedding.trailers import embed_trailer
from stages.trailers.media import results
from tests.commands.store.conftest import N_FILMS
from tests.commands.store.test_store import dropped


def test_a_corpus_with_clips_needs_them_and_what_is_made_of_them(project):
    recipe = ClipsRecipe.of(ClipsParams(count=2), load().frames)
    todo = results.jobs(Path("data/sample/downloads.parquet"), recipe)
    results.write(
        Path("data/sample/clips"), results.CLIPS, ((job, results.extract(job)) for job in todo)
    )
    for job in embedding_jobs(Path("data/sample/clips"), Recipe("motion")):
        embed_trailer(job)
    assert dropped() == {"clips": N_FILMS, "embed": N_FILMS}
    project.declared["clips"] = {"count": 2}
    project.declared["matrix"]["backbones"]["motion"] = {"family": "motion", "reads": "clips"}
    project.write()
    assert dropped() == {}
    project.left = {"clips"}
    assert dropped() == {}, "what is made of clips is not known before they are taken"
    project.left = set()
    project.declared["clips"] = {"count": 3}
    project.write()
    assert dropped() == {"clips": N_FILMS}, "of two clips, and three are asked for"
