"""The walk-through of docs/submit.md, as a reader would follow it."""

import csv
import os
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest

from stages.base.params import yaml12
from stages.corpus.labels import films_of
from stages.corpus.reader import read_catalogue
from stages.submissions.card import Card
from tests.guide.documents import ROOT, blocks

GUIDE = ROOT / "docs/submit.md"
LINES = 45  # of the example that one reads


def run(folder, *arguments: str) -> str:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    call = [sys.executable, *arguments]
    done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A reader's folder after the example: features that know something of the genres."""
    folder = tmp_path_factory.mktemp("reader")
    for name in ("params.yaml", "sample.txt"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "metrics/sample", folder / "metrics/sample")
    films, y_true = films_of(read_catalogue(ROOT / "sample.txt"))
    x = y_true + np.random.default_rng(0).normal(0, 0.7, y_true.shape)
    with (folder / "my_features.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["film_id", *range(10)])
        writer.writerows([film, *row] for film, row in zip(films, x, strict=True))
    ((example,), (card,)) = blocks(GUIDE, "python"), blocks(GUIDE, "yml")
    (folder / "my_scores.py").write_text(example.text)
    run(folder, "my_scores.py")
    (folder / "submissions/sample/mine.yaml").write_text(card.text)
    return folder


def test_the_example_is_short_and_passes_the_linter():
    (example,) = blocks(GUIDE, "python")
    assert len(example.text.splitlines()) <= LINES
    for command in (["check"], ["format", "--check"]):
        call = ["ruff", *command, "--stdin-filename", "my_scores.py", "-"]
        done = subprocess.run(call, input=example.text, cwd=ROOT, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_example_makes_can_be_judged(project):
    said = run(project, "-m", "stages.check_scores", "submissions/sample/mine.csv")
    assert "240 films scored, of which 240 are asked for" in said
    found, ours, chance = (
        float(re.search(rf"{of} +(0\.\d+)", said)[1])  # type: ignore[index]
        for of in ("macro AP", "macro AP of our both", "macro AP of guessing")
    )
    assert found > ours > chance  # features made of the labels


def test_the_guide_names_every_field_of_the_card():
    table = re.findall(r"^\| (`.*?) \|", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    fields = [name for cell in table for name in re.findall(r"`(\w+)`", cell)]
    assert fields == list(Card.__dataclass_fields__)
    (card,) = blocks(GUIDE, "yml")
    assert list(yaml12.read(card.text)) == fields
