"""How a trailer is fetched, by the scheme of its URL, and the limits on every trailer."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from stages.base.errors import TrailerError
from stages.base.params import DownloadParams, SampleParams
from stages.corpus.reader import Trailer


@dataclass(frozen=True)
class FetchContext:
    """What every scheme is given."""

    download: DownloadParams
    sample: SampleParams
    work_folder: Path
    """A private folder that is kept between runs."""


@dataclass(frozen=True)
class Fetched:
    """What was fetched besides the file."""

    events: tuple[Mapping[str, Any], ...] = ()
    """The shots and sounds of a rendered sample."""


class Scheme(Protocol):
    """What each module in MODULES provides."""

    STEP: str
    """Its folder in the store."""
    VERSION: int | str
    """Of the code, if that decides what the file holds; with another, files are fetched again."""

    def parameters(self, context: FetchContext) -> object:
        """The parameters that the file depends on; a change of any other fetches nothing."""

    def source(self, trailer: Trailer, context: FetchContext) -> tuple[str, ...]:
        """What else the file depends on; raises TrailerError."""

    def fetch(self, trailer: Trailer, context: FetchContext, destination: Path) -> Fetched:
        """Write the trailer to `destination`; raises TrailerError."""


MODULES = {
    "sample": "stages.trailers.fetching.rendered",
    "file": "stages.trailers.fetching.local",
    "http": "stages.trailers.fetching.web",
    "https": "stages.trailers.fetching.web",
}


def scheme_of(url: str) -> Scheme:
    """The module that fetches this URL; raises TrailerError: no_trailer if empty, not_allowed."""
    if not url:
        raise TrailerError("no_trailer", "the catalogue names none")
    name = url.partition(":")[0].lower()
    if name not in MODULES:
        raise TrailerError("not_allowed", f"scheme {name!r}; known: {', '.join(MODULES)}")
    return cast(Scheme, import_module(MODULES[name]))


def max_bytes(params: DownloadParams) -> int:
    """Largest file allowed, in bytes (a megabyte is 10^6)."""
    return int(params.max_megabytes * 1_000_000)


def check_size(size: int, params: DownloadParams) -> None:
    """Raise TrailerError("too_large") for a file of `size` bytes above the limit."""
    if size > max_bytes(params):
        raise TrailerError("too_large", f"{size} bytes, at most {max_bytes(params)} allowed")


def check_duration(seconds: float | None, params: DownloadParams) -> None:
    """Raise TrailerError("too_long") above the limit; an unknown duration passes."""
    if seconds is not None and seconds > params.max_minutes * 60:
        raise TrailerError("too_long", f"{seconds:.1f} s, at most {params.max_minutes * 60:g} s")
