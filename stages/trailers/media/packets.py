"""The packets of a video stream by their position in its timeline, from any key frame on.

Where a container has an index, packets in between are passed over by its own seek, and the first
packet behind it must be the one that the timeline has there. If it is not, the file is read from
its start after all, as it is in every other container: then packets keep their position whatever
the index says.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Self

import av

from stages.trailers.media.container import StreamDecoder, open_media, video_stream
from stages.trailers.media.timeline import Timeline

INDEXED = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")  # FFmpeg's names of these containers
WORTH_A_SEEK = 16  # packets; fewer are read in less time


class PacketReader:
    """Reads packets onwards, and has the decoder they go to; use it in a `with`."""

    def __init__(
        self, path: Path, timeline: Timeline, sample_aspects: dict[int | None, Fraction | None]
    ) -> None:
        self.path, self.timeline, self.sample_aspects = path, timeline, sample_aspects
        self.decoder: StreamDecoder
        """Of the file as it is open now: `packets_from` may open it anew."""
        self._stack = ExitStack()
        self._packets: Iterator[Any] = iter(())
        self._position = 0

    def __enter__(self) -> Self:
        self._open()
        self._seeks = self.decoder.container.format.name in INDEXED
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def packets_from(self, start: int) -> Iterator[tuple[int, Any]]:
        """(position, packet) from a key frame on, or from 0; behind all that were read before."""
        if self._seeks and start > self._position + WORTH_A_SEEK and not self._seek(start):
            self._seeks = False
            self._open()
        return self._onwards(start)

    def _onwards(self, start: int) -> Iterator[tuple[int, Any]]:
        for packet in self._packets:
            self._position += 1
            if self._position > start:
                yield self._position - 1, packet

    def _open(self) -> None:
        self._stack.close()
        container = self._stack.enter_context(open_media(self.path))
        stream = video_stream(container)
        self.decoder = StreamDecoder(container, stream, strict=self.timeline.closed_gops)
        self.decoder.sample_aspects = self.sample_aspects
        self._packets, self._position = self.decoder.packets(), 0

    def _seek(self, start: int) -> bool:
        """Whether the next packet is now the one at `start`."""
        time = int(self.timeline.pts[start])
        try:
            self.decoder.container.seek(time, stream=self.decoder.stream)
        except (av.error.FFmpegError, ValueError):
            return False
        packet = next(self._packets, None)
        if packet is None or packet.pts != time or not packet.is_keyframe or packet.is_discard:
            return False
        self._packets, self._position = chain([packet], self._packets), start
        return True
