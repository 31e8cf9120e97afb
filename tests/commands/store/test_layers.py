"""What a corpus needs of the store that asks for its layers."""

import json
from pathlib import Path

import numpy as np

from stages.base.store import Store
from stages.commands.store import needs
from stages.hearing import heard, music, voice
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


def test_what_was_heard_is_needed_with_this_threshold_of_voice_alone(project, monkeypatch):
    monkeypatch.setattr(voice, "spans", lambda waveform, threshold: np.empty((0, 2)))
    monkeypatch.setattr(needs, "installed", lambda library: "1.0")
    for threshold in (0.5, 0.7):
        for sound in results.jobs(Path("data/sample/downloads.parquet"), WHOLE):
            heard.hear(heard.HearingJob(sound, heard.Recipe(threshold, None)))
    assert dropped() == {"audio": N_FILMS, "layers": 2 * N_FILMS}
    project.declared["layers"] = {"voice": 0.7}
    project.write()
    assert dropped() == {"layers": N_FILMS}
    project.left = {"layers"}
    assert dropped() == {}, "what the stage will ask for is not known before it has run"
