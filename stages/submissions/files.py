"""Where submissions lie, and what is checked of a file before it is opened."""

import re
from pathlib import Path

from stages.base.counting import counted
from stages.base.errors import BenchmarkError

FOLDER = Path("submissions")
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def check_name(path: Path) -> str:
    """The approach that a file's scores are of. Raises BenchmarkError if it cannot be named so."""
    if not NAME.fullmatch(path.stem):
        raise BenchmarkError(
            "this cannot be the name of an approach",
            where=repr(path.name)[:100],
            expected="small letters, digits and _, a letter first, 60 at most, then .csv",
            do="rename the file and its card",
        )
    return path.stem


def check_file(path: Path, max_bytes: int, missing: str) -> None:
    """Raise BenchmarkError unless it is a plain file of at most so many bytes.

    missing: what to do where there is none.
    """
    if path.is_symlink() or not path.is_file():
        kind = "a link" if path.is_symlink() else "no such file"
        raise BenchmarkError(
            "cannot read it", where=str(path), found=kind, expected="a plain file", do=missing
        )
    size = path.stat().st_size
    if size > max_bytes:
        raise BenchmarkError(
            "too large",
            where=str(path),
            found=counted(size, "byte"),
            expected=f"{max_bytes:,} at most",
            do="leave out what is not asked for; six digits of a score are enough",
        )
