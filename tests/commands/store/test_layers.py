"""What a corpus needs of the store that asks for its layers."""

import json
from pathlib import Path

from stages.base.store import Store
from stages.hearing import music
from stages.trailers.media import results
from stages.words.sounds import WHOLE
from tests.commands.store.conftest import N_FILMS
from tests.commands.store.test_store import dropped


def test_its_whole_sound_is_needed_and_the_weights_that_hear_music(project):
    for job in results.jobs(Path("data/sample/downloads.parquet"), WHOLE):
        results.extract(job)
    kept = Store("weights", 1, None)
    with kept.put() as path:
        path.write_bytes(b"weights")
    (entry,) = kept.paths()
    pin = {"bytes": 7, "revision": "", "sha256": entry.suffix[1:], "stated_by": "first use"}
    assert music.RECORD.source is not None
    Path("weights.lock").write_text(json.dumps({music.RECORD.source.name: pin}))
    assert dropped() == {"audio": N_FILMS, "weights": 1}
    project.declared["layers"] = {"voice": 0.5}
    project.write()
    assert dropped() == {"weights": 1}
    project.declared["layers"] = {"music": 0.5}
    project.write()
    assert dropped() == {}
