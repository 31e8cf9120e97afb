"""A corpus of three films as the stages leave it, with all that they keep of it in the store."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.base.packs import Shard, shard_paths
from stages.base.params import load
from stages.commands.store import survey
from stages.commands.store.needs import AUDITED
from stages.corpus.reader import Trailer, read_catalogue
from stages.embedding.jobs import Recipe
from stages.embedding.jobs import jobs as embedding_jobs
from stages.embedding.trailers import embed_trailer
from stages.trailers.auditing import shards
from stages.trailers.fetching.fetcher import TrailerFetcher
from stages.trailers.fetching.ledger import write_ledger
from stages.trailers.media import results
from tests.commands.predict.small_run import shrink, write_clip

ROOT = Path(__file__).resolve().parents[3]
N_FILMS = 3


@dataclass
class Project:
    """Its folder is the working one."""

    declared: dict[str, Any]
    """What params.yaml holds."""
    left: set[str]
    """Stages that have not run as they would run now."""

    def write(self, folder: Path = Path()) -> None:
        """Write params.yaml anew, into the folder of a corpus."""
        folder.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(self.declared, sort_keys=False)
        (folder / "params.yaml").write_text(text)

    def run(self) -> None:
        """What the stages from download to embed keep in the store and in data/sample."""
        params = load()
        trailers = read_catalogue(Path(params.catalogue.path))
        fetch = TrailerFetcher(params.download, params.sample)
        data = Path("data/sample")
        fetched = [(trailer, fetch(trailer)) for trailer in trailers if trailer.url]
        write_ledger(fetched, data / "downloads.parquet")
        for step, section, schema in (
            ("frames", params.frames, results.FRAMES),
            ("audio", params.audio, results.AUDIO),
        ):
            todo = results.jobs(data / "downloads.parquet", section)
            results.write(data / step, schema, ((job, results.extract(job)) for job in todo))
            for path in shard_paths(data / step):
                shards.fingerprint_shard(shards.Job(AUDITED[step], Shard(path)))
        for backbone in params.matrix.backbones.values():
            recipe = Recipe.from_params(backbone, None)
            for job in embedding_jobs(data / backbone.reads, recipe):
                embed_trailer(job)

    def films(self, numbers: list[int]) -> list[Trailer]:
        """Write a catalogue of these films."""
        lines = [f"{n}\tFilm {n}\t2000\tDrama\tfile:{n}.mkv" for n in numbers]
        path = Path(self.declared["catalogue"]["path"])
        path.write_text("\n".join(lines) + "\n")
        return read_catalogue(path)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    declared = yaml.safe_load((ROOT / "params.yaml").read_text())
    shrink(declared)
    Path("films").mkdir()
    for number in range(N_FILMS + 1):
        write_clip(Path(f"films/{number}.mkv"), number)
    Path("second.txt").write_text("")
    declared["catalogue"] |= {"path": "films.txt", "second_source": "second.txt"}
    declared["download"]["files_under"] = "films"
    made = Project(declared, set())
    made.films(list(range(N_FILMS)))
    made.write()

    def finished(corpus: str, hash_of: object) -> Callable[[str], bool]:
        return lambda stage: stage not in made.left

    monkeypatch.setattr(survey, "_finished", finished)
    made.run()
    return made
