"""Corpora beside each other: each has its pipeline, its folders, its parameters."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stages import corpora as command
from stages.base import pipeline, places
from stages.base.errors import BenchmarkError
from stages.base.params import load, yaml12
from stages.commands.corpora import corpora
from stages.commands.corpora.pipeline import pipeline_text

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.xdist_group("dvc")

DVC_YAML = """
stages:
  catalogue:
    desc: the value, and one stage for each entry of the matrix
    cmd: python write.py p
    deps: [write.py, params.yaml]
    params: [p]
    outs: [data/sample/p.txt, metrics/sample/p.json: {cache: false}]
  fit:
    foreach: ${matrix}
    do:
      desc: one entry
      cmd: python write.py ${key}
      deps: [data/sample/p.txt]
      params: ["matrix.${key}"]
      outs: ["data/sample/${key}.txt"]
      metrics: ["metrics/sample/${key}.json": {cache: false}]
plots:
  - some: {x: a, y: {metrics/sample/p.csv: b}}
"""
WRITE = """
import json, sys
from pathlib import Path
import yaml
name, corpus = sys.argv[1], sys.argv[3] if len(sys.argv) > 2 else "sample"
file = "params.yaml" if corpus == "sample" else f"corpora/{corpus}/params.yaml"
found = yaml.safe_load(Path(file).read_text())
value = found["p"] if name == "p" else found["matrix"][name]
for folder, suffix in (("data", "txt"), ("metrics", "json")):
    path = Path(folder, corpus, f"{name}.{suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"value": value}))
"""


def params(p: int, **matrix: int) -> str:
    return yaml12.block(
        {"catalogue": {"path": "films.txt", "second_source": "none.txt"}, "p": p, "matrix": matrix}
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small pipeline for three corpora, committed; nothing has run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.org")
    files = {
        "dvc.yaml": DVC_YAML,
        "write.py": WRITE,
        "params.yaml": params(1, one=1),
        "corpora/films/params.yaml": params(2, one=1, two=2),
        "corpora/more/params.yaml": params(3),
        ".gitignore": "/data/\n",
    }
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    assert corpora.write_pipelines() == [], "none was ever run"
    for name in ("films", "more"):
        places.choose(name)
        assert corpora.write_pipelines() == [name]
        assert corpora.write_pipelines() == []
    places.choose(places.DEFAULT)
    call("git", "init", "-q", "-b", "main")
    call("dvc", "init", "-q")
    call("dvc", "config", "core.autostage", "true")
    call("git", "add", "-A")
    call("git", "commit", "-q", "-m", "first")
    return tmp_path


def call(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def ran(*command: str) -> list[str]:
    return re.findall(r"Running stage '(.+)':", call(*command))


def value(name: str) -> int:
    return int(json.loads(Path(name).read_text())["value"])


def test_a_catalogue_that_is_not_there_is_told_before_dvc_runs(monkeypatch, tmp_path):
    """With what to do, and nothing is written: no dvc.yaml of a corpus that cannot run."""
    rules = subprocess.run(
        ["make", "-n", "report", "CORPUS=m3l_20m"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert 0 < rules.index("stages.corpora --check --corpus m3l_20m") < rules.index("dvc repro")
    (tmp_path / "corpora").symlink_to(ROOT / "corpora")
    monkeypatch.chdir(tmp_path)
    said = {}
    for name in ("m3l_20m", "tmdb", "mmtf14k"):
        monkeypatch.setattr(sys, "argv", ["corpora", "--check", "--corpus", name])
        try:
            command.main()
        except BenchmarkError as error:
            said[name] = " ".join(str(error).split())
    places.choose(places.DEFAULT)
    assert said == {  # of mmtf14k a stage makes it
        "m3l_20m": "data/m3l_20m/catalogue.txt: the catalogue of this corpus is not made yet what "
        "to do: make it, and get the tables of features, as corpora/m3l_20m/params.yaml says at "
        "its head",
        "tmdb": "dataset.txt: the catalogue of this corpus is not here what to do: put it there, "
        "or name another as catalogue.path in corpora/tmdb/params.yaml",
    }
    Path("dataset.txt").touch()
    monkeypatch.setattr(sys, "argv", ["corpora", "--check", "--corpus", "tmdb"])
    command.main()


def test_going_to_another_corpus_and_back_runs_nothing_again(project):
    films = ["corpora/films/dvc.yaml:" + name for name in ("catalogue", "fit@one", "fit@two")]
    assert ran("dvc", "repro") == ["catalogue", "fit@one"]
    assert sorted(ran("dvc", "repro", "corpora/films/dvc.yaml")) == films
    assert ran("dvc", "repro") == []
    assert ran("dvc", "repro", "corpora/films/dvc.yaml") == []
    assert value("metrics/sample/p.json") == 1 and value("metrics/films/p.json") == 2
    assert not Path("data/more").exists(), "what nobody asked for has run"
    call("git", "add", "-A")
    call("git", "commit", "-q", "-m", "second")
    assert call("git", "status", "--porcelain") == ""


def test_a_stage_by_hand_of_a_corpus_that_was_never_run_says_what_to_do(project, monkeypatch):
    places.choose("more")
    places.pipeline().unlink()
    monkeypatch.setattr(pipeline, "ROOT", project)
    with pytest.raises(BenchmarkError, match="no pipeline yet") as refused:
        pipeline.check_dependencies("python -m stages.fit one --corpus more")
    assert "make report CORPUS=more" in str(refused.value)
    assert not corpora.outdated(), "it is not missed before it runs"


def test_an_override_stays_within_its_corpus(project):
    call("dvc", "repro")
    call("dvc", "repro", "corpora/films/dvc.yaml")
    call("git", "add", "-A")
    call("git", "commit", "-q", "-m", "second")
    told = "corpora/films/params.yaml"
    changed = ran("dvc", "exp", "run", "-S", f"{told}:p=7", "corpora/films/dvc.yaml")
    assert "corpora/films/dvc.yaml:catalogue" in changed and "catalogue" not in changed
    assert value("metrics/films/p.json") == 7 and value("metrics/sample/p.json") == 1
    assert "p: 1" in Path("params.yaml").read_text() and "p: 7" in Path(told).read_text()


def test_dvc_compares_the_metrics_of_each_corpus_with_a_commit(project):
    call("dvc", "repro", "corpora/films/dvc.yaml")
    call("git", "add", "-A")
    call("git", "commit", "-q", "-m", "second")
    path = Path("corpora/films/params.yaml")
    path.write_text(path.read_text().replace("two: 2", "two: 22"))
    changed = ran("dvc", "repro", "corpora/films/dvc.yaml")
    assert "corpora/films/dvc.yaml:fit@two" in changed
    assert "corpora/films/dvc.yaml:fit@one" not in changed
    found = json.loads(call("dvc", "metrics", "diff", "HEAD", "--json"))
    assert found == {"metrics/films/two.json": {"value": {"old": 2, "new": 22, "diff": 20}}}


def test_what_is_written_names_only_what_is_the_corpuss(project):
    text = pipeline_text("films", project)
    assert "sample" not in text.replace("/sample.py", "")
    written = yaml12.read(text)
    stage = written["stages"]["catalogue"]
    assert stage["wdir"] == "../.." and stage["cmd"] == "python write.py p --corpus films"
    assert stage["deps"] == ["write.py", "corpora/films/params.yaml"]
    assert stage["params"] == [{"corpora/films/params.yaml": ["p"]}]
    assert written["plots"] == [{"some": {"x": "a", "y": {"../../metrics/films/p.csv": "b"}}}]


def test_what_ships_is_what_the_default_pipeline_makes_it():
    assert corpora.outdated(ROOT) == [], "run `python -m stages.corpora --write`"


def test_every_corpus_that_ships_is_valid_and_keeps_to_its_folders():
    from dvc.repo import Repo

    with Repo(str(ROOT)) as repo:
        stages = list(repo.index.stages)
    for name in places.names(ROOT):
        load(ROOT / places.params(name))
        of = [stage for stage in stages if stage.path_in_repo == str(places.pipeline(name))]
        assert of or not (ROOT / places.pipeline(name)).exists(), f"{name} has no stages"
        own = re.compile(rf"(data|metrics|report/_site)/{name}(/|$)")
        made = {out.def_path for stage in of for out in stage.outs}
        assert [path for path in made if not own.match(path)] == []
        for stage in of:
            asked = [
                dep.def_path for dep in stage.deps if dep.def_path.startswith(("data/", "metrics/"))
            ]
            assert [path for path in asked if not own.match(path)] == [], stage.addressing
            files = {dep.def_path for dep in stage.deps if dep.def_path.endswith("params.yaml")}
            assert files <= {str(places.params(name))}, stage.addressing


def test_a_new_corpus_has_a_catalogue_of_its_own(project, monkeypatch):
    path = corpora.add("mine", "mine.txt")
    assert yaml12.read(path.read_text())["catalogue"]["path"] == "mine.txt"
    assert "mine" in places.names() and not corpora.outdated()
    for name in ("mine", "sample", "", "Mine", "../up", "a b", "-x"):
        with pytest.raises(BenchmarkError, match="cannot be the name"):
            corpora.add(name, "other.txt")


def test_an_unknown_corpus_is_told_what_there_is(project):
    with pytest.raises(BenchmarkError, match="one of sample, films, more"):
        places.choose("none")
    assert places.corpus() == "sample"
