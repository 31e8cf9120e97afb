"""What is needed stays, what is not goes, and every guard has a twin without its reason."""

import json
import multiprocessing
import re
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from stages import store as command
from stages.base.errors import BenchmarkError
from stages.base.store import ROOT, Store
from stages.base.store.using import _hold
from stages.commands.store.needs import steps
from stages.commands.store.survey import check_ours, look
from tests.commands.store.conftest import N_FILMS, Project
from tests.commands.store.conftest import ROOT as REPOSITORY

FETCHED = {"copy", "videos", "frames", "audio"}


def dropped() -> Counter[str]:
    """How many entries of each step no corpus needs."""
    return Counter(file.step for file in look().droppable)


def call(monkeypatch: pytest.MonkeyPatch, *options: str) -> None:
    monkeypatch.setattr(sys, "argv", ["stages.store", *options])
    command.main()


def files() -> set[str]:
    return {str(path) for path in ROOT.rglob("*") if path.is_file()}


def test_a_run_needs_all_that_it_made(project):
    survey = look()
    assert survey.droppable == [] and survey.unknown == {} and not survey.others
    needed = Counter({(row.step, row.what): len(row.needed) for row in survey.rows})
    films = dict.fromkeys([(step, "") for step in FETCHED], N_FILMS)
    assert films.items() <= needed.items()
    assert needed["embed", "colour"] == needed["embed", "mfcc"] == N_FILMS
    assert needed["leaks", ""] > 2 * N_FILMS
    assert {name for row in survey.rows for name in row.corpora} == {"sample"}
    assert {row.step for row in survey.rows} <= set(steps())


def test_other_parameters_need_other_entries(project):
    project.declared["audio"]["seconds"] = 2
    project.write()
    assert dropped() == {"audio": N_FILMS}


def leave_out_mfcc(project: Project) -> None:
    matrix = project.declared["matrix"]
    del matrix["backbones"]["mfcc"]
    matrix |= {"early": {}, "late": {}, "headline": {"picture": "colour_linear"}}
    approach = {"backbone": "colour", "context": "mean", "head": "linear"}
    matrix["approaches"] = {"colour_linear": approach}
    project.write()


def test_a_backbone_that_is_gone_needs_nothing(project):
    leave_out_mfcc(project)
    assert dropped() == {"embed": N_FILMS}


def test_a_film_that_left_is_kept_until_the_corpus_has_run_without_it(project):
    project.films([0, 1])
    project.left = {"download"}
    assert dropped() == {} and "download" in look().unknown["sample"][0]
    project.left = set()
    assert dropped() == {"copy": 1}  # the ledger of the last run still has its video
    project.run()
    found = dropped()
    assert {step: found[step] for step in FETCHED} == dict.fromkeys(FETCHED, 1)
    assert found["embed"] == 2 and found["leaks"] >= 2


def test_what_another_corpus_needs_stays(project):
    everything = files()
    project.films([0])
    other = Project(project.declared | {"catalogue": project.declared["catalogue"].copy()}, set())
    other.declared["catalogue"]["path"] = "other.txt"
    other.films([1, 2])
    other.write(Path("corpora/other"))
    project.left = set()
    assert "copy" not in dropped() and files() == everything
    by = {row.step: row.corpora for row in look().rows}
    assert by["copy"] == by["videos"] == {"sample", "other"}


@pytest.mark.parametrize("stage", ["frames", "audio"])
def test_what_follows_a_stage_that_is_left_is_not_known(project, stage):
    leave_out_mfcc(project)
    project.declared["audio"]["seconds"] = 2
    project.write()
    assert dropped() == {"audio": N_FILMS, "embed": N_FILMS}
    project.left = {stage}
    assert dropped() == {"audio": N_FILMS}
    assert any(stage in why for why in look().unknown["sample"])


def test_without_its_data_a_corpus_still_needs_its_videos(project):
    for path in Path("data/sample").rglob("*"):
        if path.is_file():
            path.unlink()
    project.left = {"frames", "audio"}
    assert dropped() == {}
    assert {row.step: len(row.needed) for row in look().rows}["videos"] == N_FILMS


def test_a_corpus_that_never_ran_leaves_nothing_unknown(project):
    other = Project(project.declared | {"catalogue": project.declared["catalogue"].copy()}, set())
    other.declared["catalogue"]["path"] = "other.txt"
    other.films([3])
    other.write(Path("corpora/other"))
    assert look().unknown == {}


def test_nothing_is_dropped_while_parameters_cannot_be_read(project):
    project.declared["audio"]["seconds"] = 2
    project.write()
    assert dropped() == {"audio": N_FILMS}
    Path("corpora/other").mkdir(parents=True)
    Path("corpora/other/params.yaml").write_text("frames: [")
    assert dropped() == {} and "YAML" in look().unknown["other"][0]


def test_a_file_that_cannot_be_seen_now_keeps_what_was_made_of_it(project):
    Path("data/sample/downloads.parquet").unlink()
    Path("films/0.mkv").rename("films/away.mkv")
    survey = look()
    assert survey.droppable == [] and "no such file" in survey.unknown["sample"][0]
    project.films([1, 2])
    project.left = set()
    assert {step: dropped()[step] for step in FETCHED} == dict.fromkeys(FETCHED, 1)


def test_a_record_that_is_none_stops_nothing(project):
    for path in ROOT.glob("copy/??/*"):
        path.write_bytes(b"\xff not JSON")
    survey = look()
    assert {row.step: len(row.needed) for row in survey.rows}["videos"] == N_FILMS  # by the ledger


def test_published_tables_are_needed_by_the_hash_that_is_stated(project):
    text = (REPOSITORY / "corpora/mmtf14k/params.yaml").read_text()
    stated = re.findall("sha256: ([0-9a-f]{64})", text)
    kept = Store("features", 1, None)
    for digest in (stated[0], "0" * 64):
        with kept.put(kept.key(digest)) as path:
            path.write_bytes(b"a table")
    Path("corpora/published").mkdir(parents=True)
    Path("corpora/published/params.yaml").write_text(text)
    survey = look()
    assert [file.key for file in survey.droppable] == [kept.key("0" * 64)]
    assert {row.step: row.corpora for row in survey.rows}["features"] == {"published"}


def test_weights_are_needed_by_the_hash_in_weights_lock(project):
    from stages.embedding.base import describe

    source = describe("timm", "vgg16.tv_in1k", {}).source
    assert source is not None
    kept = Store("weights", 1, None)
    for digest in ("a" * 64, "b" * 64):
        with kept.put(kept.key(digest)) as path:
            path.write_bytes(b"weights")
    assert dropped() == {"weights": 2}
    project.declared["matrix"]["pretrained"] = {
        "vgg16": {"family": "timm", "model": "vgg16.tv_in1k", "reads": "frames"}
    }
    project.write()
    pin = {"revision": source.revision, "bytes": 7, "sha256": source.sha256 or "a" * 64}
    Path("weights.lock").write_text(json.dumps({source.name: pin}))
    project.left = {"weights@vgg16"}
    if source.sha256:
        with kept.put(kept.key(source.sha256)) as path:
            path.write_bytes(b"weights")
    survey = look()
    assert {row.what: len(row.needed) for row in survey.rows if row.step == "weights"}["vgg16"] == 1
    assert any("weights@vgg16" in why for why in survey.unknown["sample"])


def test_nothing_is_removed_unless_asked(project, monkeypatch, capsys):
    project.declared["audio"]["seconds"] = 2
    project.write()
    before = files()
    call(monkeypatch)
    assert files() == before
    said = capsys.readouterr()
    assert "--drop would remove 3 files" in said.err and "data/store/audio" not in said.out
    call(monkeypatch, "--dry-run")
    named = {line for line in capsys.readouterr().out.split() if line.startswith("data/store/")}
    assert files() == before
    call(monkeypatch, "--drop")
    assert before - files() == named and len(named) == N_FILMS
    assert "removed 3 files" in capsys.readouterr().err
    call(monkeypatch, "--drop")
    assert before - files() == named


def test_what_is_no_entry_stays_and_is_shown(project, monkeypatch, capsys):
    name = f"{'0' * 32}.{'0' * 64}"
    strange = [
        ROOT / "fetching/partial/x/video.part",
        ROOT / f"frames/partial/{'1' * 32}.part",
        ROOT / f"old_step/00/{name}",
        ROOT / "frames/00/\x1b[31mred\n[bold]note",
    ]
    for path in strange:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    unneeded, aside = ROOT / f"frames/00/{name}", ROOT / f"frames/damaged/{name}"
    for path in (unneeded, aside):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    call(monkeypatch, "--drop")
    said = capsys.readouterr().out
    assert all(path.exists() for path in strange)
    assert not unneeded.exists() and not aside.exists()
    assert "\x1b" not in said and "old_step/00: 1 file, 1 B" in said
    assert "fetching/partial: 1 file" in said and "by a killed run" in said


def _use(ready) -> None:
    _hold.handle = None  # of the process that this one was forked from
    Store("frames", 1, {}).find("0" * 32)
    ready.set()
    time.sleep(60)


def test_while_a_stage_runs_nothing_is_dropped(project, monkeypatch, capsys):
    project.declared["audio"]["seconds"] = 2
    project.write()
    before = files()
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    stage = context.Process(target=_use, args=(ready,))
    stage.start()
    assert ready.wait(20)
    with pytest.raises(BenchmarkError, match="is in use"):
        call(monkeypatch, "--drop")
    assert files() == before
    call(monkeypatch)  # to look is allowed
    stage.kill()
    stage.join(20)
    call(monkeypatch, "--drop")
    assert len(before - files()) == N_FILMS


def test_a_store_that_others_may_use_too_is_not_emptied(project, monkeypatch):
    project.declared["audio"]["seconds"] = 2
    project.write()
    before = files()

    def refused(why: str) -> None:
        with pytest.raises(BenchmarkError, match=why):
            call(monkeypatch, "--drop")
        assert files() == before

    ROOT.chmod(0o770)
    refused("others may write there")
    ROOT.chmod(0o700)
    ROOT.rename("elsewhere")
    ROOT.symlink_to(Path("elsewhere").absolute())
    before = {str(path) for path in ROOT.rglob("*") if path.is_file()}
    refused("a link leads to it")
    ROOT.unlink()
    Path("elsewhere").rename(ROOT)
    with monkeypatch.context() as patched:
        patched.setattr("os.geteuid", lambda: 12345)
        refused("another user")
    check_ours()
    call(monkeypatch, "--drop")
    assert len(before - files()) == N_FILMS


def test_the_shared_store_is_left_alone(project, monkeypatch, capsys, tmp_path):
    (tmp_path / "far").mkdir()
    monkeypatch.setenv("TRAILER_STORE", f"file://{tmp_path}/far")
    with Store("frames", 1, {}).put("0" * 32) as path:
        path.write_bytes(b"somebody's")
    (shared,) = [path for path in (tmp_path / "far").rglob("*") if path.is_file()]
    call(monkeypatch, "--drop")
    assert shared.exists() and not list(ROOT.glob(f"frames/00/{'0' * 32}.*"))
    assert "neither looked at nor changed" in capsys.readouterr().out


def test_without_a_store_it_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call(monkeypatch, "--drop")
    assert "no store yet" in capsys.readouterr().err
