"""Speech on a cluster: heard by workers for networks, with the segments of one machine."""

import importlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from stages.base.errors import TrailerError
from stages.base.parallel import local
from stages.base.store import Store
from stages.words import speech
from tests.base.parallel.conftest import lone_scheduler
from tests.commands.predict.small_run import write_clip
from tests.words.test_speech import job

__all__ = ["lone_scheduler"]
pytestmark = pytest.mark.xdist_group("cluster")
LIBRARIES = {
    "ctranslate2": """
def get_cuda_device_count():
    return 0


def get_supported_compute_types(device):
    return {"int8"}
""",
    "faster_whisper": """
import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np


class WhisperModel:
    def __init__(self, folder, **settings):
        self.model = (Path(folder) / "model.bin").read_text()

    def transcribe(self, waveform, **settings):
        with Path("heard").open("a") as file:
            file.write(f"{os.getpid()}\\n")
        text = f"{self.model}: {np.abs(waveform).sum():.3f}"
        said = SimpleNamespace(start=0, end=1, text=text, avg_logprob=-0.2, no_speech_prob=0.01)
        return [said], SimpleNamespace(duration_after_vad=1, language="en")
""",
}


def kept(content: str) -> str:
    """Hash of a file that is in the store, as `weights.fetch` leaves a model's."""
    with Store("weights", 1, None).put() as path:
        path.write_text(content)
    (entry,) = Path("data/store/weights").glob("*/*")
    return entry.suffix[1:]


def segments(todo: list[speech.SpeechJob]) -> list[bytes | str]:
    found = dict(speech.transcribe_all(todo))
    assert len(found) == len(todo)
    results = [found[each] for each in todo]
    return [r.reason if isinstance(r, TrailerError) else r.read_bytes() for r in results]


def listeners() -> set[str]:
    """The processes that have heard something; forgotten then."""
    found = set(Path("heard").read_text().split())
    Path("heard").unlink()
    return found


@pytest.fixture
def libraries(tmp_path, monkeypatch) -> Path:
    """Folder of the made libraries; this process has them in place of the real ones, which may have
    been imported before, and has those again afterwards."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    for name, source in LIBRARIES.items():
        (folder / f"{name}.py").write_text(source)
        monkeypatch.setitem(sys.modules, name, None)
        del sys.modules[name]
        importlib.import_module(name)
    return folder


def test_the_same_segments_as_here(libraries, lone_scheduler, tmp_path, monkeypatch):
    monkeypatch.setenv("WORKERS", "1")
    monkeypatch.chdir(tmp_path)
    files = {"model.bin": kept("a model")}
    todo = [job(write_clip(tmp_path / f"{n}.mkv", n), files) for n in range(3)]
    todo.append(job(write_clip(tmp_path / "silent.mkv", 9, silent_seconds=9), files))

    here = segments(todo)
    assert here[3] == "silent" and len(set(here)) == 4
    ours = listeners()
    for step in ("speech", "audio"):
        shutil.rmtree(f"data/store/{step}")

    lone_scheduler.environment |= {"PYTHONPATH": str(libraries)}
    lone_scheduler.add_workers(1)
    lone_scheduler.add_workers(1, offer="NETWORK=1")
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", lone_scheduler.address)
    monkeypatch.setattr(local, "run", None)  # nothing is done by us
    assert segments(todo) == here
    assert len(theirs := listeners()) == 1 and not theirs & {*ours, str(os.getpid())}
