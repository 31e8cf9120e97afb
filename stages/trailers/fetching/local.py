"""file: trailers are copied from the one folder that the user allows.

`download.files_under` names the folder. In `file:sintel.mp4` the path is relative to it;
`file:///films/sintel.mp4` is absolute and must lie inside it. Percent-encoding is decoded once,
the host must be empty or localhost, and links are followed before the path is checked.
"""

import os
import shutil
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from stages.base.errors import TrailerError
from stages.corpus.reader import Trailer
from stages.trailers.fetching.schemes import FetchContext, Fetched, check_size

STEP, VERSION = "copy", 1


def parameters(context: FetchContext) -> object:
    """None: a copy depends on no parameter."""
    return None


def source(trailer: Trailer, context: FetchContext) -> tuple[str, ...]:
    """The URL, and the file's size and time: a changed file is copied again."""
    status = locate(trailer.url, context.download.files_under).stat()
    return trailer.url, str(status.st_size), str(status.st_mtime_ns)


def fetch(trailer: Trailer, context: FetchContext, destination: Path) -> Fetched:
    """Copy the file to `destination`; raises TrailerError("not_allowed") outside the folder."""
    path = locate(trailer.url, context.download.files_under)
    try:
        # not a link or a pipe that replaced the file since it was checked
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError:
        raise TrailerError("forbidden", "no permission to read the file") from None
    with os.fdopen(handle, "rb") as origin, destination.open("wb") as copy:
        _check_regular(os.fstat(handle))
        check_size(os.fstat(handle).st_size, context.download)
        shutil.copyfileobj(origin, copy)
    return Fetched()


def locate(url: str, files_under: str | None) -> Path:
    """Real path of a file: URL; raises TrailerError (not_allowed, gone, forbidden)."""
    if files_under is None:
        raise TrailerError("not_allowed", "download.files_under names no folder for file: URLs")
    parts = urlsplit(url)
    if parts.netloc.lower() not in ("", "localhost"):
        raise TrailerError("not_allowed", "a file: URL with a host")
    if "?" in url or "#" in url:
        raise TrailerError("not_allowed", "? and # in a file: URL must be percent-encoded")
    try:
        folder = Path(files_under).resolve()
        path = (folder / unquote(parts.path)).resolve()
        if not path.is_relative_to(folder):
            raise TrailerError("not_allowed", "the path leads outside download.files_under")
        _check_regular(path.stat())
    except FileNotFoundError:
        raise TrailerError("gone", _missing(folder, parts.path)) from None
    except PermissionError:
        raise TrailerError("forbidden", "no permission to look at the file") from None
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a NUL, a name too long
        raise TrailerError("not_allowed", f"not a usable path: {type(error).__name__}") from None
    return path


def _missing(folder: Path, path: str) -> str:
    """Which file was looked for: its name may differ from the URL."""
    said = f"no such file: {unquote(path)!r}"
    if "%" not in path:
        return said
    if (folder / path).resolve().is_relative_to(folder) and (folder / path).exists():
        return f"{said}; a % that belongs to the file's name is written %25"
    return f"{said}, as percent-encoding is decoded (%20 is a space)"


def _check_regular(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise TrailerError("not_allowed", "not a regular file")
