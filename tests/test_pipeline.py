"""The whole pipeline, run by DVC as a user would, on a small corpus rendered for it."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest
import yaml

from benchmarks.small_project import Project
from stages.base.params import yaml12
from stages.base.store.shared import PARTIAL
from tests.guide import documents

N_FILMS = 16
pytestmark = pytest.mark.xdist_group("pipeline")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    project = Project(tmp_path_factory.mktemp("project"), N_FILMS)
    project.call("dvc", "repro")
    project.call("git", "add", "-A")
    project.call("git", "commit", "-qm", "first run")
    return project


def test_ends_with_a_site_and_a_summary_of_every_approach(project):
    summary = project.json("metrics/sample/summary.json")
    expected = {"prior", "colour_linear", "mfcc_linear", "frame_cnn", "early_linear", "late_linear"}
    assert set(summary["approaches"]) == expected
    assert project.json("metrics/sample/download.json")["ok"] == N_FILMS
    assert project.json("metrics/sample/splits.json")["usable"]["both"] == N_FILMS
    assert "</html>" in (project.folder / "report/_site/index.html").read_text()
    shown = project.call("python", "-m", "stages.results")
    assert all(slug in shown for slug in expected) and "report/_site/index.html" in shown


def test_summary_is_floats_only(project):
    todo = [project.json("metrics/sample/summary.json")]
    leaves: list[float] = []
    while todo:
        for value in todo.pop().values():
            (todo if isinstance(value, dict) else leaves).append(value)
    assert {type(leaf) for leaf in leaves} == {float}
    approaches = project.json("metrics/sample/summary.json")["approaches"].values()
    assert all("macro_f1_tuned" in row for row in approaches)


def test_nothing_to_do_the_second_time(project):
    before = project.entries("embed")
    assert "up to date" in project.call("dvc", "repro")
    assert project.entries("embed") == before
    plan = project.call("python", "-m", "stages.plan")
    (total,) = re.findall(r"^total .* (\S+)$", plan, re.MULTILINE)
    assert total == "0.0", "left to do"


def test_the_store_holds_what_the_run_needs_and_no_more(project):
    entries = {step: project.entries(step) for step in ("render", "videos", "leaks", "embed")}
    shown = project.call("python", "-m", "stages.store", "--drop")
    assert "needs is not known" not in shown and "needed" in shown
    assert entries == {step: project.entries(step) for step in entries} and all(entries.values())


def test_no_model_knows_the_planted_events(project):
    """The events are for the judges: no stage that a score depends on may read them."""
    stages = yaml.safe_load((project.folder / "dvc.lock").read_text())["stages"]
    readers = [
        name
        for name, stage in stages.items()
        if "data/sample/sample_events.parquet" in [dep["path"] for dep in stage.get("deps", [])]
    ]
    assert readers == ["ceiling"]


def test_metrics_diff_shows_what_a_branch_changed_and_no_more(project):
    project.call("git", "checkout", "-q", "-b", "intervals")
    project.change_params(lambda params: params["judging"].update(resamples=300))
    project.call("dvc", "repro", "compare")
    diff = json.loads(project.call("dvc", "metrics", "diff", "main", "--json"))
    changed = diff["metrics/sample/summary.json"]
    assert {key.rsplit(".", 1)[1] for key in changed} <= {"lo", "hi"}
    headline = project.json("metrics/sample/headline.json")
    for name in ("picture_minus_sound", "fusion_gain"):
        assert f"differences.{headline[name]}.hi" in changed
    project.call("git", "checkout", "-q", "-f", "main")
    project.call("dvc", "checkout", "-q", "dvc.yaml")
    assert json.loads(project.call("dvc", "metrics", "diff", "main", "--json")) == {}


def test_a_clone_without_data_compares_commits(project, tmp_path):
    clone = tmp_path / "clone"
    project.call("git", "clone", "-q", str(project.folder), str(clone))
    project.call("git", "-C", str(clone), "commit", "-q", "--allow-empty", "-m", "next")
    found = subprocess.run(
        [sys.executable, "-m", "stages.diff", "HEAD~1", "HEAD", "--json"],
        cwd=clone, env=project.environment, check=True, capture_output=True,
    )  # fmt: skip
    rows = {row["approach"]: row for row in json.loads(found.stdout)["approaches"]}
    told = project.json("metrics/sample/summary.json")["approaches"]
    assert {slug: round(row["after"], 6) for slug, row in rows.items()} == {
        slug: pytest.approx(values["macro_ap"], abs=1e-6) for slug, values in told.items()
    }
    assert {row["verdict"] for row in rows.values()} == {"unchanged"}


def test_packs_made_anew_have_the_same_bytes(project):
    before = project.hashes()
    for step in ("frames", "audio", "embed"):
        shutil.rmtree(project.folder / "data/store" / step)
    stages = ("frames", "audio", "embed@colour", "embed@mfcc", "embed@pixels")
    project.call("dvc", "repro", "-s", "-f", "--no-run-cache", *stages)
    assert project.hashes() == before


def test_killed_in_the_middle_of_frames_the_next_run_goes_on(project):
    whole = len(project.entries("frames"))
    shutil.rmtree(project.folder / "data/store/frames")
    environment = project.environment | {"WORKERS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "stages.frames"],
        cwd=project.folder, env=environment, start_new_session=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while len(project.entries("frames")) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = project.entries("frames")
    assert 2 <= len(before) < whole
    half = project.folder / "data/store/frames" / PARTIAL / "half.part"  # of that run
    half.write_bytes(b"half")
    project.call("dvc", "repro", "-s", "-f", "--no-run-cache", "frames")
    after = project.entries("frames")
    assert len(after) == whole
    assert before.items() <= after.items(), "finished work was done again"
    assert not list((project.folder / "data/store/frames").rglob("*.part"))


def test_three_trailers_more_are_three_of_everything(project):
    steps = [path.name for path in (project.folder / "data/store").iterdir() if path.is_dir()]
    before = {step: project.entries(step) for step in steps}
    project.keep_films(N_FILMS + 3)
    project.call("dvc", "repro", "embed@colour", "embed@mfcc", "embed@pixels")
    for step in steps:
        after = project.entries(step)
        assert before[step].items() <= after.items(), step
        added = len(after) - len(before[step])
        # three backbones; of a download the video, and the facts under its scheme
        expected = {"embed": 3 * 3, "render": 3, "videos": 3, "frames": 3, "audio": 3}
        assert added == expected.get(step, 0), step
    project.keep_films(N_FILMS)  # and fewer run nothing heavy
    many = {step: project.entries(step) for step in steps}
    project.call("dvc", "repro", "embed@colour", "embed@mfcc", "embed@pixels")
    assert {step: project.entries(step) for step in steps} == many


def test_a_model_of_timm_and_readmes_family_and_head_run_what_is_new_alone(project, tmp_path):
    import timm
    from safetensors.torch import save_file

    network = timm.create_model("test_resnet", num_classes=0)  # of timm's own, for tests
    save_file(network.state_dict(), tmp_path / "tiny.safetensors")
    project.environment["WEIGHTS_DIR"] = str(tmp_path)

    def add(params: dict) -> None:
        entry = {"family": "timm", "model": "test_resnet.r160_in1k", "reads": "frames"}
        params["matrix"]["pretrained"]["tiny"] = entry
        approach = {"backbone": "tiny", "context": "mean", "head": "linear"}
        params["matrix"]["approaches"]["tiny_linear"] = approach

    project.call("dvc", "repro", "ceiling", "compare", "label_ceiling", "training_sets")
    project.change_params(add)
    documents.follow(project, documents.README, "Add a backbone", "Add a head")
    ran = set(project.repro())
    of_timm = {"weights@tiny", "embed_pretrained@tiny", "fit@tiny_linear"}
    of_readme = {"embed@mean_colour", "fit@mean_colour_linear", "fit@colour_wide"}
    judging = {"ceiling", "evaluate", "contrast", "compare", "training_sets", "report"}
    assert ran == of_timm | of_readme | judging
    added = {"tiny_linear", "mean_colour_linear", "colour_wide"}
    assert added <= set(project.json("metrics/sample/summary.json")["approaches"])
    assert list(project.json("weights.lock")) == ["tiny:tiny.safetensors"]
    models = (project.folder / "metrics/sample/models.csv").read_text()
    assert "mean_colour,mean_colour,,picture,frames of any size,3,0,nothing" in models


def test_readmes_threshold_judges_again_and_trains_nothing(project):
    documents.follow(project, documents.README, "Add a threshold")
    said = project.call("dvc", "repro", "compare")
    assert re.findall(r"^Running stage '(.+)':", said, re.MULTILINE) == ["evaluate", "compare"]
    assert list(json.loads(project.call("dvc", "status", "--json", "report"))) == ["report"]
    with (project.folder / "metrics/sample/thresholds.csv").open() as file:
        judged = {(row["approach"], float(row["threshold"])) for row in csv.DictReader(file)}
    assert ("colour_linear", 0.25) in judged


def test_the_guides_family_is_a_file_outside_the_project_on_which_its_stage_depends(project):
    guide = documents.ROOT / "docs/outside.md"
    (example,) = documents.blocks(guide, "python")
    entry, *_ = documents.blocks(guide, "yml")
    mine = project.folder.parent / "mine/edges.py"
    mine.parent.mkdir()
    mine.write_text(example.text)
    project.change_params(lambda params: documents.merge(params, yaml12.read(entry.text)))
    said = project.call("python", "-m", "stages.check_family", "../mine/edges.py")
    assert "all passed" in said
    project.call("dvc", "repro", "fit@edges_linear")
    assert (project.folder / "data/sample/scores/edges_linear.npz").is_file()
    before = project.entries("embed")
    mine.write_text(example.text + "# edited\n")
    stale = json.loads(project.call("dvc", "status", "--json", "embed_outside@edges"))
    assert list(stale) == ["embed_outside@edges"]
    project.call("dvc", "repro", "embed_outside@edges")
    after = project.entries("embed")
    assert after.keys() > before.keys()  # kept by the content of the file
