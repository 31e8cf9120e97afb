"""This project as DVC knows it: its revisions with their outputs, and hashes of its files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stages.base import git, places
from stages.base.errors import BenchmarkError
from stages.base.files import write

NEEDED = ("splits.parquet", "catalogue.parquet")


def commit_of(rev: str) -> str:
    """The commit that a branch, tag, commit or experiment stands for.

    Raises BenchmarkError for anything else. git is tried first, since DVC takes a second.
    """
    asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}")
    if found := git.ask(*asked):
        return found

    from dvc.exceptions import DvcException
    from dvc.repo import Repo
    from dvc.scm import resolve_rev

    try:
        with Repo() as repo:
            return str(resolve_rev(repo.scm, rev))
    except DvcException as error:
        raise _unknown_revision(rev, error) from None


def _unknown_revision(rev: str, error: Exception) -> BenchmarkError:
    return BenchmarkError(
        "cannot look at this revision",
        where=rev,
        found=str(error),
        do="name a branch, a tag, a commit or an experiment of this repository",
    )


def fetch_scores(rev: str, folder: Path) -> Path:
    """Write a revision's scores, folds and labels below `folder`, and return the path of its data.

    That is the chosen corpus's, or data/ itself of a revision from before corpora had names.

    Raises BenchmarkError for a revision that does not exist, that ran nothing, or whose files are
    in neither the cache nor the remote.
    """
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException

    try:
        files = DVCFileSystem(rev=rev)
        data = str(places.data())
        if places.corpus() == places.DEFAULT and not files.exists(f"{data}/scores"):
            data = "data"
        names = [path for path in files.ls(f"{data}/scores", detail=False) if path.endswith(".npz")]
    except FileNotFoundError:
        raise BenchmarkError(
            "this revision keeps no scores",
            where=rev,
            found=f"no {places.data()}/scores in its {places.lock()}",
            do="name a revision whose run was committed",
        ) from None
    except DvcException as error:
        raise _unknown_revision(rev, error) from None
    for name in (*names, *(f"{data}/{name}" for name in NEEDED)):
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
    return folder / data


@contextmanager
def workspace_hashes() -> Iterator[Callable[[str], str | None]]:
    """Yield a function: DVC's hash of a file or folder here, None for what is not there.

    It is always None outside a DVC project. DVC caches the hashes of what did not change.
    """
    from dvc.exceptions import NotDvcRepoError
    from dvc.repo import Repo
    from dvc_data.hashfile.build import build

    try:
        opened = Repo()
    except NotDvcRepoError:
        yield lambda path: None
        return
    with opened as repo:

        def hash_of(path: str) -> str | None:
            if not Path(path).exists():
                return None
            odb, place = repo.cache.local, str(Path(path).absolute())
            found = build(odb, place, repo.fs, "md5", dry_run=True, ignore=repo.dvcignore)[2]
            return str(found.hash_info.value)

        yield hash_of
