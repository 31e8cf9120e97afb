"""One trailer, from its row in the catalogue to a video in the store and what it holds."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from stages.base.errors import DISK_FULL, BenchmarkError, TrailerError
from stages.base.parallel import within_bounds
from stages.base.params import AudioParams, DownloadParams, FramesParams, SampleParams
from stages.base.store import ROOT, Store, make_folder, push, sha256
from stages.corpus.reader import Trailer
from stages.trailers.fetching.schemes import (
    MODULES,
    FetchContext,
    Scheme,
    check_duration,
    check_size,
    scheme_of,
)
from stages.trailers.fetching.video_info import VideoInfo, VideoInfoCheck
from stages.trailers.media.results import (
    Job,
    codec_column,
    extract,
    is_stored,
    video_path,
    video_store,
)

WORK_FOLDER = ROOT / "fetching"


@dataclass(frozen=True)
class TrailerFetcher:
    """Fetches trailers; a callable, so that a pool of processes can run it.

    A file without picture, or without sound, counts as fetched, since its film can still serve the
    other modality; only a file in which nothing decodes has failed. Videos are kept in the store
    and never fetched twice; the next run retries what failed.
    """

    download: DownloadParams
    sample: SampleParams
    extract_at_once: tuple[FramesParams | AudioParams, ...] = ()
    """What to extract from each video before it is removed; if empty, videos are kept."""

    @property
    def _context(self) -> FetchContext:
        return FetchContext(self.download, self.sample, WORK_FOLDER)

    def record_of(self, trailer: Trailer) -> tuple[Store, str]:
        """The store, and the key there, of what is known of a trailer's video.

        Raises TrailerError where nothing can be: no address, or a file that is not there.
        """
        scheme = scheme_of(trailer.url)
        check = VideoInfoCheck(trailer.trailer_id, trailer.film_id)
        parameters = scheme.parameters(self._context)
        store = Store(scheme.STEP, scheme.VERSION, parameters, check=check)
        return store, store.key(*scheme.source(trailer, self._context))

    def __call__(self, trailer: Trailer) -> VideoInfo:
        """Fetch one trailer unless the store has it; raises TrailerError."""
        store, key = self.record_of(trailer)
        info = _read(store.find(key))
        if info is None or not self._is_complete(info):
            try:
                self._fetch(scheme_of(trailer.url), trailer, store, key)
            except OSError as error:
                if error.errno not in DISK_FULL:
                    raise
                raise BenchmarkError(
                    "the disk is full",
                    where=str(ROOT),
                    do="free some space and run again: finished downloads are kept",
                ) from None
            info = _read(store.find(key))
        if info is None:
            raise TrailerError("crashed", "its entry in the store is damaged")
        check_size(info.bytes, self.download)  # the limits may be lower than when it was fetched
        check_duration(info.duration, self.download)
        if self.extract_at_once:
            self._extract_and_remove(info)
        return info

    def _is_complete(self, info: VideoInfo) -> bool:
        """Whether the video need not be fetched again."""
        jobs = self._jobs(info)
        extracted = bool(jobs) and all(is_stored(job) for job in jobs)
        return extracted or video_store().has_content(info.sha256)

    def _jobs(self, info: VideoInfo) -> list[Job]:
        return [
            Job("", info.sha256, bool(getattr(info, codec_column(params))), params)
            for params in self.extract_at_once
        ]

    def _fetch(self, scheme: Scheme, trailer: Trailer, store: Store, key: str) -> None:
        from stages.trailers.media.probe import probe

        make_folder(WORK_FOLDER, ROOT)
        with video_store().put(local_only=True) as path:
            fetched = scheme.fetch(trailer, self._context, path)
            found = within_bounds(probe, path)
            check_duration(found.duration, self.download)
            info = VideoInfo(
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
            path.write_text(json.dumps(asdict(info), sort_keys=True), encoding="utf-8")
        if not self.extract_at_once:  # last: an unreachable store must not cost a second download
            push(video_path(info.sha256))

    def _extract_and_remove(self, info: VideoInfo) -> None:
        """Extract what is wanted, then remove the video.

        If extraction failed for a reason that may not repeat, or killed its process, the video is
        left for the stages frames and audio, which try again and report it.
        """
        key = video_store().key(info.sha256)
        extracted = [_try_extract(job) for job in self._jobs(info)]
        if all(extracted):
            video_store().drop(key)
        elif (path := video_store().find_content(info.sha256)) is not None:
            push(path)


def remove_leftovers() -> None:
    """Remove what killed runs left half-written in the store; partial downloads are kept."""
    for step in record_steps():
        Store(step, 1, None).recover()
    video_store().recover()


def record_steps() -> list[str]:
    """The steps of the store that hold what is known of videos, one for each way of fetching."""
    return list(dict.fromkeys(scheme_of(f"{name}:").STEP for name in MODULES))


def _read(path: Path | None) -> VideoInfo | None:
    return VideoInfo.read(path) if path is not None else None


def _try_extract(job: Job) -> bool:
    try:
        within_bounds(extract, job)
    except TrailerError:
        return False
    return True
