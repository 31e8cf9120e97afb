"""Revisions as DVC knows them: their commits, and what their runs left in its cache or remote."""

import subprocess
from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.base.files import write

NEEDED = ("data/splits.parquet", "data/catalogue.parquet")
SCORES = "data/scores"


def commit_of(rev: str) -> str:
    """The commit that a branch, tag, commit or experiment stands for.

    Raises BenchmarkError for what is none of these. git is asked first, which takes no second.
    """
    asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"]
    found = subprocess.run(["git", *asked], capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()

    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import resolve_rev

    try:
        with Repo() as repo:
            return str(resolve_rev(repo.scm, rev))
    except DvcException as error:
        raise _unknown(rev, error) from None


def _unknown(rev: str, error: Exception) -> BenchmarkError:
    return BenchmarkError(
        "cannot look at this revision",
        where=rev,
        found=str(error),
        do="name a branch, a tag, a commit or an experiment of this repository",
    )


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
        write(content, folder / name)
    return folder / "data"
