"""The walk-through of docs/outside.md; tests/test_pipeline.py runs it."""

import subprocess

from stages.embedding.records import TRAINING_SETS
from tests.guide.documents import ROOT, blocks

GUIDE = ROOT / "docs/outside.md"
LINES = 30  # of the example, empty ones too


def test_the_example_is_short_and_passes_the_linter():
    (example,) = blocks(GUIDE, "python")
    assert len(example.text.splitlines()) <= LINES
    for command in (["check"], ["format", "--check"]):
        call = ["ruff", *command, "--stdin-filename", "edges.py", "-"]
        done = subprocess.run(call, input=example.text, cwd=ROOT, text=True, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_guide_lists_every_training_set():
    text = GUIDE.read_text(encoding="utf-8")
    for name, each in TRAINING_SETS.items():
        assert f"| {name} | {each.our_films} | {each.why} |" in text
