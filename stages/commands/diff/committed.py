"""The judged scores of a commit, as git has them."""

import io
import subprocess
import tarfile
from pathlib import Path

from stages.judging.out_of_fold import FILES

METRICS = "metrics"
JUDGED = [f"{METRICS}/{name}" for name in FILES]


def committed_scores(commit: str, folder: Path) -> Path | None:
    """Put them below `folder`; its metrics/. None for one from before they were kept in git."""
    listed = _git("ls-tree", "--name-only", commit, "--", *JUDGED)
    if len(listed.splitlines()) < len(JUDGED):
        return None
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "--", *JUDGED))) as archive:
        archive.extractall(folder, filter="data")
    return folder / METRICS


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], capture_output=True, check=True).stdout
