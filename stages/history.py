"""What a revision's run left behind, from git or DVC's cache, without checking it out."""

import io
import subprocess
import tarfile
from pathlib import Path

from stages.errors import BenchmarkError
from stages.judging.out_of_fold import FILES

JUDGED = [f"metrics/{name}" for name in FILES]
NEEDED = ("data/splits.parquet", "data/catalogue.parquet")
SCORES = "data/scores"


def committed_scores(rev: str, folder: Path) -> Path | None:
    """Put the judged scores of a revision below `folder` as git has them; its metrics/.

    None for a revision from before they were kept in git. Raises BenchmarkError for one that does
    not exist.
    """
    commit = _commit(rev)
    listed = _git("ls-tree", "--name-only", commit, "--", *JUDGED)
    if len(listed.splitlines()) < len(JUDGED):
        return None
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "--", *JUDGED))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "metrics"


def _commit(rev: str) -> str:
    """The commit that a branch, tag, commit or experiment stands for."""
    try:
        found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
        return found.decode().strip()
    except subprocess.CalledProcessError:
        return _experiment(rev)


def _experiment(rev: str) -> str:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import resolve_rev

    try:
        with Repo() as repo:
            return resolve_rev(repo.scm, rev)
    except DvcException as error:
        raise _unknown(rev, error) from None


def _unknown(rev: str, error: Exception) -> BenchmarkError:
    return BenchmarkError(
        "cannot look at this revision",
        where=rev,
        found=str(error),
        do="name a branch, a tag, a commit or an experiment of this repository",
    )


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout


def fetch_scores(rev: str, folder: Path) -> Path:
    """Put a revision's scores, folds and labels below `folder` as they lie in data/; its data/.

    Raises BenchmarkError for a revision that does not exist, that ran nothing, or whose files are
    in neither the cache nor the remote.
    """
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException

    try:
        files = DVCFileSystem(rev=rev)
        names = [name for name in files.ls(SCORES, detail=False) if name.endswith(".npz")]
    except FileNotFoundError:
        raise BenchmarkError(
            "this revision keeps no scores",
            where=rev,
            found=f"no {SCORES} in its dvc.lock",
            do="name a revision whose run was committed",
        ) from None
    except DvcException as error:
        raise _unknown(rev, error) from None
    for name in (*names, *NEEDED):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            # read, never get_file: that hands out hard links, and to write to one is to write into
            # the cache and into every workspace that shares the file
            content = files.read_bytes(name)
        except (FileNotFoundError, DvcException):
            raise BenchmarkError(
                f"{name} of this revision is in no cache here",
                where=rev,
                found="a run from before scores were kept in git, made elsewhere",
                do="run `dvc fetch --all-commits` where it has a remote; or check the revision "
                "out, run `dvc repro`, commit what changed and name that commit",
            ) from None
        target.write_bytes(content)
    return folder / "data"
