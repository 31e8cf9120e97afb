"""What a revision's run left behind, fetched from DVC's cache or remote without checking it out."""

from pathlib import Path

from stages.errors import BenchmarkError

NEEDED = ("data/splits.parquet", "data/catalogue.parquet")
SCORES = "data/scores"


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
        raise BenchmarkError(
            "cannot look at this revision",
            where=rev,
            found=str(error),
            do="name a branch, a tag, a commit or an experiment of this repository",
        ) from None
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
                do="run `dvc fetch --all-commits` where it has a remote, or check the revision out "
                "and run `dvc repro` there",
            ) from None
        target.write_bytes(content)
    return folder / "data"
