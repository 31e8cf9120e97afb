"""The working folder as DVC sees it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def hashes() -> Iterator[Callable[[str], str | None]]:
    """DVC's hash of a file or folder here, None where there is none, or no DVC project.

    DVC remembers those of what did not change, so asking again is quick.
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
