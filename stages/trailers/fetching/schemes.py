"""How a trailer is fetched, by the scheme of its URL: one module each, found in one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from stages.base.errors import TrailerError
from stages.base.params import DownloadParams, SampleParams
from stages.corpus.reader import Trailer


@dataclass(frozen=True)
class Means:
    """What fetching may use; `workshop` is a private folder that is kept between runs."""

    download: DownloadParams
    sample: SampleParams
    workshop: Path


@dataclass(frozen=True)
class Fetched:
    """What came with the file: the events of a sample."""

    events: tuple[Mapping[str, Any], ...] = ()


class Scheme(Protocol):
    """What a module in the table offers."""

    STEP: str  # its step in the store
    VERSION: int | str  # of the code, where that decides what the file holds

    def parameters(self, means: Means) -> object:
        """The parameters the file depends on: a change of any other fetches nothing again."""

    def source(self, trailer: Trailer, means: Means) -> tuple[str, ...]:
        """What, apart from the parameters, the file is made from; raises TrailerError."""

    def fetch(self, trailer: Trailer, means: Means, destination: Path) -> Fetched:
        """Write the trailer to `destination`; raises TrailerError."""


MODULES = {
    "sample": "stages.trailers.fetching.rendered",
    "file": "stages.trailers.fetching.local",
    "http": "stages.trailers.fetching.web",
    "https": "stages.trailers.fetching.web",
}


def scheme_of(url: str) -> Scheme:
    """The module that fetches this URL; raises TrailerError("not_allowed") for other schemes."""
    name = url.partition(":")[0].lower()
    if name not in MODULES:
        raise TrailerError("not_allowed", f"scheme {name!r}; known: {', '.join(MODULES)}")
    return cast(Scheme, import_module(MODULES[name]))
