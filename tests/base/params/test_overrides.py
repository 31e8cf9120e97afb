"""What `dvc exp run -S` and `dvc repro` run, in a repository of stub stages."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stages.base.params import load, yaml12

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.xdist_group("dvc")

# the pipeline's own way to go over the matrix; each stage leaves what it was run with
STUBS = """
stages:
  fit:
    foreach: ${matrix.approaches}
    do:
      cmd: echo ${item.backbone} ${item.context} ${item.head} > fit.${key}
      params: ["matrix.approaches.${key}"]
      outs: [{"fit.${key}": {cache: false}}]
  late:
    foreach: ${matrix.late}
    do:
      cmd: echo ${item.picture} ${item.sound} > late.${key}
      params: ["matrix.late.${key}"]
      outs: [{"late.${key}": {cache: false}}]
  all:
    cmd: python show.py
    deps: [show.py]
    params: [download, splits, matrix, training, judging]
    outs: [{run.json: {cache: false}}]
    metrics: [{summary.json: {cache: false}}]
"""
SHOW = """
import json
from dataclasses import asdict
from stages.base.params import load
params = load()
json.dump(asdict(params), open("run.json", "w"))
score = {"difference": params.splits.folds, "lo": params.splits.folds, "hi": params.splits.folds}
summary = {"approaches": {slug: score for slug in params.matrix.approaches}, "differences": score}
json.dump(summary, open("summary.json", "w"))
"""


class Stubs:
    """A folder of stub stages; the first is set up, the others are copies of it."""

    def __init__(self, folder: Path, like: "Stubs | None" = None) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{who}_NAME": "test" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "test@example.org" for who in ("AUTHOR", "COMMITTER")},
        }
        if like:
            shutil.copytree(like.folder, folder, symlinks=True)
        else:
            self.set_up()

    def set_up(self) -> None:
        folder = self.folder
        content = yaml12.read((ROOT / "params.yaml").read_text())
        kept = ("colour_linear", "colour_each", "mfcc_linear", "mfcc_linear_middle", "late_linear")
        for section in ("approaches", "late"):
            for slug in [slug for slug in content["matrix"][section] if slug not in kept]:
                del content["matrix"][section][slug]
        shutil.copytree(ROOT / "sets", folder / "sets")
        del content["matrix"]["submitted"]
        (folder / "sets/small.yaml").write_text(yaml12.block(content["matrix"]))
        shutil.copy(ROOT / "params.yaml", folder)
        self.call("python", "-m", "stages.choose", "small")
        (folder / "dvc.yaml").write_text(STUBS)
        (folder / "show.py").write_text(SHOW)
        (folder / ".gitignore").write_text("fit.*\nlate.*\nrun.json\nsummary.json\n")
        self.call("git", "init", "-q")
        self.call("dvc", "init", "-q")
        self.call("git", "add", "-A")
        self.call("git", "commit", "-qm", "as it is")

    def call(self, *command: str, fails: bool = False) -> str:
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert bool(done.returncode) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def exp_run(self, *overrides: str, fails: bool = False) -> str:
        return self.call(
            "dvc", "exp", "run", *[a for o in overrides for a in ("-S", o)], fails=fails
        )

    def ran(self, stage: str) -> dict[str, str]:
        """Stage by stage, what it was run with."""
        found = self.folder.glob(f"{stage}.*")
        return {path.suffix[1:]: path.read_text().strip() for path in found}

    def read(self) -> dict:
        """The parameters as the last run's stage read them."""
        return json.loads((self.folder / "run.json").read_text())


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return Stubs(tmp_path_factory.mktemp("stubs"))


@pytest.fixture
def stubs(fresh, tmp_path):
    """A copy for each test, so that none leans on what another left."""
    return Stubs(tmp_path / "stubs", like=fresh)


def test_every_kind_of_override_does_what_it_says(stubs):
    path = stubs.folder / "params.yaml"
    by_hand = path.read_text().replace("retries: 3", "retries: 7", 1)
    path.write_text(by_hand)
    stubs.exp_run(
        "splits.folds=4",  # a value
        "judging.resamples=1e4",  # a whole number, as DVC writes it: 10000.0
        "training.heads.mlp.learning_rate=0.00001",  # DVC writes 1e-05
        "judging.thresholds=[0.00005,0.5]",  # a list
        "matrix.approaches.mfcc_linear_middle.window=end",
        "+matrix.late.late_linear.by=weighted",  # a key that is not there
        "+matrix.approaches.own={backbone: pixels, context: each, head: conv}",
        "~matrix.approaches.colour_each",  # a key that is there
        "~matrix.headline",  # a whole mapping for another
        "+matrix.headline={picture: own}",
    )
    assert stubs.ran("fit") == {
        "colour_linear": "colour mean linear",
        "mfcc_linear": "mfcc mean linear",
        "mfcc_linear_middle": "mfcc mean linear",
        "own": "pixels each conv",
    }
    run = stubs.read()
    assert run["download"]["retries"] == 7
    assert run["splits"]["folds"] == 4
    assert run["judging"]["resamples"] == 10000
    assert run["training"]["heads"]["mlp"]["learning_rate"] == 1e-05
    assert run["judging"]["thresholds"] == [5e-05, 0.5]
    assert run["matrix"]["approaches"]["mfcc_linear_middle"]["window"] == "end"
    assert run["matrix"]["late"]["late_linear"]["by"] == "weighted"
    assert {k: v for k, v in run["matrix"]["headline"].items() if v} == {"picture": "own"}
    # the rest is as it was, and a plain `dvc repro` reads the same
    assert "up to date" in stubs.call("dvc", "repro")
    assert stubs.read() == run

    # a set and back: the matrix is the set's, and no more; the other values stay
    stubs.call("python", "-m", "stages.choose", "small")
    stubs.exp_run()
    assert set(stubs.ran("fit")) >= {"colour_each"}
    back = stubs.read()
    small = yaml12.read((stubs.folder / "sets/small.yaml").read_text())
    assert yaml12.read(path.read_text())["matrix"] == small | {"submitted": []}
    assert back["matrix"]["approaches"]["mfcc_linear_middle"]["window"] == "middle"
    assert back["matrix"]["late"]["late_linear"]["by"] == "mean"
    assert (back["download"]["retries"], back["splits"]["folds"]) == (7, 4)


def test_the_former_way_to_a_set_fails_loudly(stubs):
    path = stubs.folder / "params.yaml"
    before = path.read_text()
    said = stubs.exp_run("matrix=${sets.light}", fails=True)
    assert "sets.light" in said
    assert path.read_text() == before


def test_after_a_bad_override_the_error_says_how_to_go_back(stubs):
    said = stubs.exp_run("splits.folds=1", fails=True)
    assert "splits.folds: Input should be greater than or equal to 3 (found: 1)" in said
    assert "git restore params.yaml" in said
    stubs.call("git", "restore", "params.yaml")
    assert load(stubs.folder / "params.yaml").splits.folds == 5


def test_the_short_table_of_experiments_is_short(stubs):
    """The guide's options leave the parameters that differ and the headline's differences."""
    stubs.exp_run("splits.folds=6")
    assert "sets." not in stubs.call("dvc", "exp", "show", "--csv")
    guide = (ROOT / "docs/compare.md").read_text()
    command = next(line for line in guide.splitlines() if line.startswith("dvc exp show "))
    header = stubs.call(*shlex.split(command), "--csv").splitlines()[0].split(",")
    assert {"splits.folds", "differences.difference"} <= set(header)
    assert not [name for name in header if name.startswith("approaches")]
    assert len(header) < 10
