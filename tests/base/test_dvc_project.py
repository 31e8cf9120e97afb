import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from stages.base.dvc_project import fetch_scores
from stages.base.errors import BenchmarkError

pytestmark = pytest.mark.xdist_group("dvc")
NAMES = (
    "data/sample/scores/one.npz",
    "data/sample/splits.parquet",
    "data/sample/catalogue.parquet",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two commits whose outputs differ, its cache handing out hard links."""
    from dvc.repo import Repo

    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "test")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "test@example.org")
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    with Repo.init() as repo, repo.config.edit() as config:
        config["cache"]["type"] = ["hardlink"]
    with Repo() as repo:
        for version in ("first", "second"):
            for name in NAMES:
                path = Path(name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                path.write_text(f"{version} {name}")
            repo.add(list(NAMES))
            subprocess.run(["git", "add", "-A"], check=True)
            subprocess.run(["git", "commit", "-q", "-m", version], check=True)
            subprocess.run(["git", "tag", version], check=True)
    return folder


def cached(project: Path) -> dict[str, bytes]:
    files = (project / ".dvc/cache/files/md5").rglob("*")
    return {p.parent.name + p.name: p.read_bytes() for p in files if p.is_file()}


def test_each_revision_gives_its_own_files_and_the_cache_stays_whole(project, tmp_path):
    before = cached(project)
    for rev in ("first", "second", "first"):  # into one folder: what came is overwritten
        data = fetch_scores(rev, tmp_path / "out")
        for name in NAMES:
            assert (data.parents[1] / name).read_text() == f"{rev} {name}"
    assert cached(project) == before
    for digest, content in before.items():
        assert hashlib.md5(content, usedforsecurity=False).hexdigest() == digest
    assert all((project / name).read_text() == f"second {name}" for name in NAMES)


def test_what_cannot_be_fetched_says_what_to_do(project, tmp_path):
    with pytest.raises(BenchmarkError, match="cannot look at this revision"):
        fetch_scores("none", tmp_path / "out")
    shutil.rmtree(project / ".dvc/cache/files")
    with pytest.raises(BenchmarkError, match="in no cache here"):
        fetch_scores("first", tmp_path / "out")
