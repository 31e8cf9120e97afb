import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from stages.base.params import WordsParams, load
from stages.commands.predict import layers, words
from tests.commands.predict.small_run import Run, fit_all, make_corpus, shrink, write_lock

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("run")
    declared = yaml.safe_load((ROOT / "params.yaml").read_text())
    shrink(declared)
    (folder / "params.yaml").write_text(yaml.safe_dump(declared, sort_keys=False))
    before = Path.cwd()
    os.chdir(folder)  # the store lies below the working folder
    try:
        params = load()
        trailers = make_corpus(params)
        fit_all(params)
        write_lock(declared)
        shutil.rmtree("data/store")  # whatever is asked is computed anew
    finally:
        os.chdir(before)
    yield Run(folder, params, trailers)


@pytest.fixture
def inside(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The same, with its folder as the working one; nobody listens to trailers or reads them."""
    monkeypatch.chdir(run.folder)
    monkeypatch.setattr(words, "DEFAULT", WordsParams())
    monkeypatch.setattr(layers, "DEFAULT", None)
    return run
