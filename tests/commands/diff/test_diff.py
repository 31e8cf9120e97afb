"""Commits of a small DVC repository: one approach learns, one changes by luck, one stays.

`earlier` is from before scores were kept in git, and its files are in DVC's cache alone; `gone` is
the same, and its files are in no cache.
"""

import csv
import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import average_precision_score

from stages import diff
from stages.base.errors import BenchmarkError
from stages.base.genres import GENRES
from stages.base.packs import write_table
from stages.base.params import load, yaml12
from stages.base.params.matrix import Cell
from stages.commands.diff.differences import COLUMNS, difference_rows
from stages.commands.diff.revisions import overlap, read_from_data, read_revision
from stages.corpus.reader import Trailer
from stages.corpus.table import save_trailers
from stages.fitting.scores import Scores, save_scores
from stages.judging.board import read_board
from stages.judging.out_of_fold import OutOfFold

ROOT = Path(__file__).resolve().parents[3]
N_FILMS = 90
RNG = np.random.default_rng(0)
Y_TRUE = RNG.random((N_FILMS, 10)) < 0.3
Y_TRUE[np.arange(N_FILMS), np.arange(N_FILMS) % 10] = True
NOISE = RNG.random((3, N_FILMS, 10))
LEARNT = 0.5 * NOISE[0] + 0.5 * Y_TRUE
FIRST = {"learns": NOISE[0], "drifts": NOISE[1], "stays": NOISE[2], "leaves": NOISE[0]}
SECOND = {"learns": LEARNT, "drifts": NOISE[1] + 0.01 * NOISE[2], "stays": NOISE[2]}


def write_data(
    data: Path, scores: dict[str, np.ndarray], films: int = N_FILMS, relabelled: int = 0
) -> None:
    """A run's scores, splits and catalogue, as the stages write them."""
    shutil.rmtree(data, ignore_errors=True)
    y_true = Y_TRUE.copy()
    y_true[:relabelled] = ~y_true[:relabelled]
    trailers = [
        Trailer(
            trailer_id=f"{n:016x}",
            film_id=f"film {n:02}",
            title="T",
            year=2000,
            genres=tuple(GENRES[g] for g in np.flatnonzero(y_true[n])),
            url=f"sample:{n}",
        )
        for n in range(films)
    ]
    data.mkdir(parents=True)
    save_trailers(trailers, data / "catalogue.parquet")
    ids, fold = np.array([t.film_id for t in trailers]), np.arange(films) % 3
    table = {"film_id": ids.tolist(), "fold": fold, "fold_ungrouped": fold}
    write_table(pa.table(table), data / "splits.parquet")
    for slug, score in scores.items():
        inner = np.full((3, films, 10), np.nan, np.float32)
        item = Scores(ids, fold, score[None, :films].astype(np.float32), inner)
        save_scores({"all": item}, data / f"scores/{slug}.npz")


def judge(data: Path, metrics: Path) -> None:
    """Keep the scores as the stage `evaluate` does."""
    slugs = sorted(path.stem for path in (data / "scores").glob("*.npz"))
    approaches = [Cell(slug, "single", "picture", ("colour",), "mean", "linear") for slug in slugs]
    OutOfFold.from_board(read_board(data, approaches)).write(metrics)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """Commits `gone`, `earlier`, `unnamed`, `first` and `second`; the workspace holds the second.

    Before `first` corpora had no names.
    """
    from dvc.repo import Repo

    folder = tmp_path_factory.mktemp("project")
    environment = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    versions = {
        "gone": {"drifts": 1 - NOISE[0]}, "earlier": FIRST, "unnamed": FIRST,
        "first": FIRST, "second": SECOND,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        params = yaml12.read((ROOT / "params.yaml").read_text())
        params["judging"] |= {"resamples": 500, "permutations": 999}
        approach = {"backbone": "colour", "context": "mean", "head": "linear"}
        params["matrix"]["approaches"] |= dict.fromkeys(SECOND, approach)
        Path("params.yaml").write_text(yaml12.block(params))
        subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
        with Repo.init() as repo:
            for version, scores in versions.items():
                named = version in ("first", "second")
                for folder_before in ("data", "metrics"):
                    shutil.rmtree(folder_before, ignore_errors=True)
                data, metrics = Path("data"), Path("metrics")
                if named:
                    data, metrics = data / "sample", metrics / "sample"
                write_data(data, scores)
                if named or version == "unnamed":
                    judge(data, metrics)
                files = [*data.rglob("*.npz"), *data.rglob("*.parquet")]
                repo.add(list(map(str, files)))
                subprocess.run(["git", "add", "-A"], check=True)
                subprocess.run(["git", *environment, "commit", "-q", "-m", version], check=True)
                subprocess.run(["git", "tag", version], check=True)
                if version == "gone":
                    for path in filter(Path.is_file, Path(".dvc/cache/files").rglob("*")):
                        path.unlink()
    return folder


@pytest.fixture
def run(project, monkeypatch, capsys):
    """The command, in the project; what it printed."""
    monkeypatch.chdir(project)

    def call(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["diff", *arguments])
        diff.main()
        return capsys.readouterr().out

    return call


@pytest.mark.parametrize("clone", [False, True])
def test_two_commits_compare_where_no_cache_and_no_data_is(
    project, run, tmp_path, monkeypatch, clone
):
    if clone:
        there = tmp_path / "clone"
        subprocess.run(["git", "clone", "-q", str(project), str(there)], check=True)
        monkeypatch.chdir(there)
        assert not Path(".dvc/cache").exists() and not list(Path("data/sample").rglob("*.npz"))
    for revs in (("first", "second"), ("first",)):
        found = json.loads(run(*revs, "--json"))
        rows = {row["approach"]: row for row in found["approaches"]}
        assert [rows[slug]["verdict"] for slug in SECOND] == ["better", "undecided", "unchanged"]
        for side, scores in (("before", FIRST), ("after", SECOND)):
            for slug, row in rows.items():
                kept = scores[slug].astype(np.float32)  # as data/sample/scores has them
                expected = average_precision_score(Y_TRUE, kept, average="macro")
                assert row[side] == pytest.approx(expected, abs=1e-6)


def test_a_commit_from_before_is_read_from_the_cache(run):
    found = json.loads(run("earlier", "first", "--json"))
    assert {row["verdict"] for row in found["approaches"]} == {"unchanged"}
    moved = json.loads(run("earlier", "second", "--json"))
    assert {row["approach"]: row["verdict"] for row in moved["approaches"]} == {
        "learns": "better",
        "drifts": "undecided",
        "stays": "unchanged",
    }


def test_a_commit_from_before_corpora_had_names_is_read(run):
    found = json.loads(run("unnamed", "second", "--json"))
    assert found["approaches"] == json.loads(run("first", "second", "--json"))["approaches"]


def test_where_neither_git_nor_the_cache_has_it_the_way_out_is_said(run):
    with pytest.raises(BenchmarkError, match="before scores were kept in git") as said:
        run("gone", "second")
    assert "commit what changed and name that commit" in str(said.value)


def test_the_workspace_that_was_never_judged_says_what_to_do(run, project, tmp_path, monkeypatch):
    there = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(project), str(there)], check=True)
    monkeypatch.chdir(there)
    Path("metrics/sample/judged_films.parquet").unlink()
    with pytest.raises(BenchmarkError, match="its scores cannot be read") as said:
        run("first")
    assert "git restore metrics" in str(said.value)


def test_labels_that_are_not_in_git_are_read_from_the_catalogue_where_it_is(
    project, run, tmp_path, monkeypatch
):
    there, identity = tmp_path / "clone", ["-c", "user.name=test", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "clone", "-q", str(project), str(there)], check=True)
    expected = json.loads(run("first", "--json"))["approaches"]
    monkeypatch.chdir(there)
    subprocess.run(["git", "rm", "-q", "metrics/sample/labels.parquet"], check=True)
    subprocess.run(["git", *identity, "commit", "-q", "-m", "private"], check=True)
    with pytest.raises(BenchmarkError, match="not in git, since they may not be passed on") as said:
        run("HEAD")
    assert "no data/sample/catalogue.parquet" in str(said.value)
    Path("data/sample").mkdir(parents=True, exist_ok=True)
    shutil.copy(project / "data/sample/catalogue.parquet", "data/sample/catalogue.parquet")
    found = json.loads(run("first", "--json"))
    assert found["approaches"] == expected
    note = "workspace: labels are those of data/sample/catalogue.parquet, not in git"
    assert note in found["notes"]


def test_what_learnt_moved_and_what_drifted_did_not(run):
    found = json.loads(run("first", "second", "--json"))
    rows = {row["approach"]: row for row in found["approaches"]}
    assert {slug: row["verdict"] for slug, row in rows.items()} == {
        "learns": "better",
        "drifts": "undecided",
        "stays": "unchanged",
    }
    expected = [average_precision_score(Y_TRUE, s, average="macro") for s in (NOISE[0], LEARNT)]
    row = rows["learns"]
    assert [row["before"], row["after"]] == pytest.approx(expected, abs=1e-6)
    assert row["low"] < row["difference"] < row["high"]
    assert row["p_holm"] < 0.01 < rows["drifts"]["p_holm"]
    assert rows["stays"]["low"] is None
    assert found["films"] == N_FILMS
    assert found["notes"] == ["only in first: leaves"]


def test_the_workspace_is_the_second_side_unless_one_is_named(run):
    there, back = (json.loads(run(*revs, "--json")) for revs in (("first",), ("second", "first")))
    assert there["after"] == "workspace"
    verdicts = {row["approach"]: row["verdict"] for row in back["approaches"]}
    assert verdicts["learns"] == "worse"
    one, other = (
        next(r for r in x["approaches"] if r["approach"] == "learns") for x in (there, back)
    )
    assert one["difference"] == pytest.approx(-other["difference"])


def test_table_markdown_csv_and_page_say_the_same(run, project):
    table = run("first", "second")
    assert "learns" in table and "better" in table and "unchanged: stays" in table
    told = run("first", "second", "--markdown", "--write", "moved.csv", "--page", "moved.html")
    assert told.startswith("### What changed from `first` to `second`")
    (line,) = [line for line in told.splitlines() if line.startswith("| learns")]
    with (project / "moved.csv").open(newline="") as file:
        rows = {row["approach"]: row for row in csv.DictReader(file)}
    assert list(rows["learns"]) == COLUMNS
    assert f"{float(rows['learns']['difference']):+.3f}" in line and "**better**" in line
    page = (project / "moved.html").read_text()
    assert "<script" not in page and page.count("<circle") == 2
    assert f"{float(rows['learns']['difference']):+.3f}" in page


def test_nothing_moved_between_a_run_and_itself(run):
    assert "0 clearly better, 0 clearly worse" in run("second", "--markdown")


def test_a_revision_that_is_none_and_one_without_a_run_are_one_sentence(run):
    with pytest.raises(BenchmarkError, match="cannot look at this revision"):
        run("nowhere")


def test_films_that_changed_are_left_out_and_said(tmp_path):
    judging = load(ROOT / "params.yaml").judging
    write_data(tmp_path / "a", FIRST)
    write_data(tmp_path / "b/data", SECOND, films=60, relabelled=4)
    judge(tmp_path / "b/data", tmp_path / "b/metrics")
    before = read_from_data("a", tmp_path / "a")
    after = read_revision("b", tmp_path / "b/metrics", Path("nowhere"))
    common = overlap(before, after)
    assert common.film_id.tolist() == [f"film {n:02}" for n in range(4, 60)]
    assert any("4 films have different genres" in note for note in common.notes)
    assert any("compared on the 56 films" in note for note in common.notes)
    rows = {row["approach"]: row for row in difference_rows(before, after, common, judging)}
    expected = average_precision_score(Y_TRUE[4:60], LEARNT[4:60], average="macro")
    assert rows["learns"]["after"] == pytest.approx(expected, abs=1e-6)
    assert rows["learns"]["films"] == 56


def test_two_runs_of_other_films_share_nothing(tmp_path):
    write_data(tmp_path / "a", FIRST)
    write_data(tmp_path / "b", SECOND, relabelled=N_FILMS)
    before, after = (read_from_data(name, tmp_path / name) for name in "ab")
    with pytest.raises(BenchmarkError, match="nothing to compare"):
        overlap(before, after)


def test_a_folder_without_a_run_is_said(tmp_path):
    for read in (partial(read_revision, catalogue=tmp_path / "none"), read_from_data):
        with pytest.raises(BenchmarkError, match="its scores cannot be read"):
            read("here", tmp_path)
