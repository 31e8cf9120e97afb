"""One trailer, from its row in the catalogue to a video in the store and the facts about it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stages.base.errors import DISK_FULL, BenchmarkError, TrailerError
from stages.base.params import AudioParams, DownloadParams, FramesParams, SampleParams
from stages.base.store import ROOT, Store, send, sha256
from stages.corpus.reader import Trailer
from stages.trailers.fetching.limits import check_duration, check_size
from stages.trailers.fetching.schemes import Means, Scheme, scheme_of
from stages.trailers.media.results import Job, codec_for, extract, kept
from stages.trailers.media.videos import video, videos

WORKSHOP = ROOT / "fetching"


@dataclass(frozen=True)
class Facts:
    """What came: the video's checksum, size in bytes, and what it holds.

    duration: seconds, borne out by the file's packets; codecs are "" where there is no such track.
    """

    sha256: str
    bytes: int
    duration: float | None
    video_codec: str
    audio_codec: str
    width: int
    height: int
    events: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Obtain:
    """obtain(trailer) -> Facts, for a pool of processes; raises TrailerError.

    A film serves a modality that its trailer has, so a file without picture or without sound has
    come: only one in which nothing decodes has failed. What came is kept in the store and never
    fetched again; what failed is tried again by the next run.

    take: what is taken from each video at once, whereupon it is removed; nothing: it is kept.
    """

    download: DownloadParams
    sample: SampleParams
    take: tuple[FramesParams | AudioParams, ...] = ()

    def __call__(self, trailer: Trailer) -> Facts:
        means = Means(self.download, self.sample, WORKSHOP)
        scheme = scheme_of(trailer.url)
        store = Store(scheme.STEP, scheme.VERSION, scheme.parameters(means))
        key = store.key(*scheme.source(trailer, means))
        facts = _read(store.find(key))
        if facts is None or not self._served(facts):
            try:
                self._fetch(scheme, trailer, means, store, key)
            except OSError as error:
                if error.errno not in DISK_FULL:
                    raise
                raise BenchmarkError(
                    "the disk is full",
                    where=str(ROOT),
                    do="free some space and run again: what has come is kept",
                ) from None
            facts = _read(store.find(key))
        if facts is None:
            raise TrailerError("crashed", "what is known of it was damaged on its way to the store")
        check_size(facts.bytes, self.download)  # they may be narrower than when it came
        check_duration(facts.duration, self.download)
        if self.take:
            self._take(facts)
        return facts

    def _served(self, facts: Facts) -> bool:
        """Whether nothing is missing for which the video would have to come again."""
        taken = bool(self.take) and all(kept(job) for job in self._jobs(facts))
        return taken or videos().has(videos().key(facts.sha256))

    def _jobs(self, facts: Facts) -> list[Job]:
        return [
            Job("", facts.sha256, bool(getattr(facts, codec_for(params))), params)
            for params in self.take
        ]

    def _fetch(
        self, scheme: Scheme, trailer: Trailer, means: Means, store: Store, key: str
    ) -> None:
        from stages.trailers.media.probe import probe

        with videos().put(alone=True) as path:
            fetched = scheme.fetch(trailer, means, path)
            found = probe(path)
            check_duration(found.duration, self.download)
            seen = Facts(
                sha256=sha256(path),
                bytes=path.stat().st_size,
                duration=found.duration,
                video_codec=found.video_codec or "",
                audio_codec=found.audio_codec or "",
                width=found.width or 0,
                height=found.height or 0,
                events=fetched.events,
            )
        with store.put(key) as path:
            path.write_text(json.dumps(asdict(seen), sort_keys=True), encoding="utf-8")
        if not self.take:  # last, so that a store out of reach costs no second download
            send(video(seen.sha256))

    def _take(self, facts: Facts) -> None:
        """Take what is wanted, then remove the video.

        One from which it could not be taken, but perhaps another time, or that killed the process,
        is left for the stages of frames and sound, which try again and tell.
        """
        key = videos().key(facts.sha256)
        begun = WORKSHOP / "taking" / facts.sha256
        if begun.exists():  # the last time, the process ended with it
            begun.unlink()
            failed = True
        else:
            begun.parent.mkdir(parents=True, exist_ok=True)
            begun.touch()
            try:
                taken = [_taken(job) for job in self._jobs(facts)]
            finally:  # a full disk, or a store out of reach, is no reason to suspect the video
                begun.unlink(missing_ok=True)
            failed = not all(taken)  # each was tried, whatever became of one
        if not failed:
            videos().drop(key)
        elif (path := videos().find(key)) is not None:
            send(path)


def sweep() -> None:
    """Remove what killed runs left half-written in the store; partial downloads are kept."""
    for name in ("sample:", "file:", "http:"):
        scheme = scheme_of(name)
        Store(scheme.STEP, scheme.VERSION, None).sweep()
    videos().sweep()


def _read(told: Path | None) -> Facts | None:
    return Facts(**json.loads(told.read_bytes())) if told is not None else None


def _taken(job: Job) -> bool:
    try:
        extract(job)
    except TrailerError:
        return False
    return True
