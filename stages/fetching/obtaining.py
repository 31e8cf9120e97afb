"""One trailer, from its row in the catalogue to a file in the store and the facts about it."""

import errno
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stages.corpus.reader import Trailer
from stages.errors import BenchmarkError, TrailerError
from stages.fetching.limits import check_duration, check_size
from stages.fetching.schemes import Means, scheme_of
from stages.params import DownloadParams, SampleParams
from stages.store import ROOT, Store, sha256


@dataclass(frozen=True)
class Facts:
    """What came: the file's checksum, size in bytes, extension, and what it holds.

    duration: seconds, as the file itself says; codecs are "" where there is no such track.
    """

    sha256: str
    bytes: int
    extension: str
    duration: float | None
    video_codec: str
    audio_codec: str
    width: int
    height: int
    events: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Obtained:
    """A trailer that came: its file in the store, and the facts."""

    path: Path
    facts: Facts


@dataclass(frozen=True)
class Obtain:
    """obtain(trailer) -> Obtained, for a pool of processes; raises TrailerError.

    A film serves a modality that its trailer has, so a file without picture or without sound has
    come: only one in which nothing decodes has failed. What came is kept in the store and never
    fetched again; what failed is tried again by the next run.
    """

    download: DownloadParams
    sample: SampleParams
    root: Path = ROOT

    def __call__(self, trailer: Trailer) -> Obtained:
        means = Means(self.download, self.sample, self.root / "fetching")
        scheme = scheme_of(trailer.url)
        store = Store(scheme.STEP, scheme.VERSION, scheme.parameters(means), self.root)
        source = scheme.source(trailer, means)
        media, facts = store.key("media", *source), store.key("facts", *source)
        path, told = store.find(media), store.find(facts)
        if path is None or told is None:
            try:
                self._fetch(trailer, means, store, media, facts)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                    raise
                raise BenchmarkError(
                    "the disk is full",
                    where=str(self.root),
                    do="free some space and run again: what has come is kept",
                ) from None
            path, told = store.find(media), store.find(facts)
        if path is None or told is None:
            raise TrailerError("crashed", "the file was damaged on its way into the store")
        obtained = Obtained(path, Facts(**json.loads(told.read_bytes())))
        check_size(obtained.facts.bytes, self.download)  # they may be narrower than when it came
        check_duration(obtained.facts.duration, self.download)
        return obtained

    def _fetch(self, trailer: Trailer, means: Means, store: Store, media: str, facts: str) -> None:
        from stages.media.probe import probe

        with store.put(media) as path:
            fetched = scheme_of(trailer.url).fetch(trailer, means, path)
            found = probe(path)
            check_duration(found.duration, self.download)
            seen = Facts(
                sha256=sha256(path),
                bytes=path.stat().st_size,
                extension=fetched.extension,
                duration=found.duration,
                video_codec=found.video_codec or "",
                audio_codec=found.audio_codec or "",
                width=found.width or 0,
                height=found.height or 0,
                events=fetched.events,
            )
        with store.put(facts) as path:
            path.write_text(json.dumps(asdict(seen), sort_keys=True), encoding="utf-8")


def sweep(root: Path = ROOT) -> None:
    """Remove what killed runs left half-written in the store; partial downloads are kept."""
    for name in ("sample:", "file:", "http:"):
        scheme = scheme_of(name)
        Store(scheme.STEP, scheme.VERSION, None, root).sweep()
