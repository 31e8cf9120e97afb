"""Pictures of a track by frame number, those that a full sequential decode shows at these times.

`Jumping` decodes only what is needed: it passes over the packets, starts the decoder afresh at the
last key frame before each wanted picture and stops at the picture. Passing over a packet costs
microseconds, so the file is read from its start rather than sought in: it works the same for every
container, and packets can be told apart by their position. `Sequential` decodes everything. The
former checks itself against the table and raises Untrusted when a file does not keep to it, or when
what it decodes is damaged. Damage in what it passes over changes none of its pictures; a picture
that a decoder would drop there is counted nonetheless, unless its packet shows that it is torn.
Where whole packets are gone, pictures come after the gap that a decode through it may drop.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from av.video.frame import VideoFrame

from stages.trailers.media.container import Reading, open_media, video_stream
from stages.trailers.media.picture import is_black
from stages.trailers.media.timeline import Timeline

INTRA = 1  # AV_PICTURE_TYPE_I
# where the decoder's "skip what is no reference" is exact; HEVC's marks hold per layer only
SKIPPABLE = ("h264", "mpeg1video", "mpeg2video", "mpeg4")


class UntrustedError(Exception):
    """The pictures that came out are not those the table promised."""


def decodable(path: Path, timeline: Timeline) -> Timeline:
    """The timeline without the pictures before the first key frame that no decoder gives.

    Where a file is cut at an open group of pictures, they lean on pictures that are not there.
    """
    keys = timeline.key_numbers()
    if not len(keys) or not keys[0]:
        return timeline
    first, leading = int(keys[0]), timeline.pts[timeline.packet_of[: keys[0] + 1]].tolist()
    came = set()
    with open_media(path) as container:
        stream: Any = video_stream(container)
        for frame in Reading(container, stream).frames():
            if frame.pts is None or frame.pts >= leading[first]:
                break
            came.add(frame.pts)
    return timeline.without([number for number in range(first) if leading[number] not in came])


class Jumping:
    """Reads wanted pictures of a trusted timeline, starting from key frames."""

    def __init__(self, path: Path, timeline: Timeline, black_level: int) -> None:
        self.path, self.timeline, self.black_level = path, timeline, black_level
        self.number_at = {
            int(timeline.pts[p]): number for number, p in enumerate(timeline.packet_of)
        }
        self.aspects: dict[int | None, Fraction | None] = {}
        self._scan: Iterator[tuple[int, VideoFrame]] = iter(())
        self._next = -1

    def pictures(self, numbers: Iterable[int]) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (number, frame) of the wanted pictures in presentation order."""
        runs = self._runs(sorted(set(numbers)))
        with open_media(self.path) as container:
            stream: Any = video_stream(container)
            reading = Reading(container, stream, strict=self.timeline.closed)
            reading.aspects = self.aspects
            packets = enumerate(reading.packets())
            for start, stop, wanted in runs:
                stream.codec_context.flush_buffers()
                yield from self._run(reading, packets, start, stop, wanted)

    def dark(self, number: int) -> bool:
        """Whether a picture is completely black; cheap when asked for one after the other."""
        if number != self._next:
            self._scan = self.pictures(range(number, self.timeline.count))
        for found, frame in self._scan:
            self._next = number + 1
            return found == number and is_black(frame, self.black_level)
        raise UntrustedError("the track ended early")

    def check_start(self) -> None:
        """Decode the first pictures: most files that break the rules do so at once."""
        for _ in self.pictures(range(min(8, self.timeline.count))):
            pass

    def _runs(self, numbers: Sequence[int]) -> list[tuple[int, int, set[int]]]:
        """Stretches of packets to decode: (first packet, last packet, numbers wanted of it)."""
        table = self.timeline
        keys = [int(p) for p in table.key.nonzero()[0] if table.number_of[p] >= 0]
        runs: list[tuple[int, int, set[int]]] = []
        starts = []
        for number in numbers:
            packet = int(table.packet_of[number])
            # pictures shown before their key frame lean on the group before it (open GOP)
            fits = (k for k in reversed(keys) if k <= packet and table.number_of[k] <= number)
            starts.append((next(fits, 0), packet, number))
        for start, packet, number in sorted(starts):
            if runs and start <= runs[-1][1]:
                first, last, wanted = runs[-1]
                runs[-1] = (first, max(last, packet), wanted | {number})
            else:
                runs.append((start, packet, {number}))
        return runs

    def _run(
        self,
        reading: Reading,
        packets: "Iterator[tuple[int, Any]]",
        start: int,
        stop: int,
        wanted: set[int],
    ) -> Iterator[tuple[int, VideoFrame]]:
        table, context = self.timeline, reading.stream.codec_context
        origin = int(table.number_of[start])
        skip = table.codec in SKIPPABLE
        due, last = wanted | {origin} if origin >= 0 else set(wanted), -1
        for position, packet in packets:
            if position < start:
                continue
            number = int(table.number_of[position])
            if packet.pts is not None and packet.pts != table.pts[position]:
                raise UntrustedError("the packets changed between two readings")
            before = reading.errors
            if skip:
                context.skip_frame = "DEFAULT" if number in wanted else "NONREF"
            frames = reading.decode(packet)
            if reading.errors > before and number >= origin:
                raise UntrustedError("a packet did not decode")
            if number > origin >= 0 and not skip:
                due.add(number)
            if position >= stop:
                frames += reading.decode(None)
            for frame in frames:
                number = self.number_at.get(frame.pts, -1)
                if number < 0 or number <= last:
                    raise UntrustedError("a picture the table does not know, or out of order")
                if number == origin and start and frame.pict_type != INTRA:
                    raise UntrustedError("a key frame that is none")
                if frame.is_corrupt and number >= origin:
                    raise UntrustedError("a picture is damaged")
                last = number
                due.discard(number)
                if number in wanted:
                    yield number, frame
            if position >= stop:
                break
        if due:
            raise UntrustedError(f"{len(due)} pictures did not come")


class Sequential:
    """Decodes everything once, noting which pictures are black; then picks by exact number.

    damaged: packets that did not decode, and pictures that the decoder had to mend.
    """

    def __init__(self, path: Path, black_level: int) -> None:
        self.path, self.black_level = path, black_level
        self.times: list[int | None] = []
        self.aspects: dict[int | None, Fraction | None] = {}
        self._dark: list[bool] = []
        self.damaged = 0

    def survey(self) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (number, frame) of every picture, filling `times` and the black list."""
        with open_media(self.path) as container:
            stream: Any = video_stream(container)
            reading = Reading(container, stream)
            reading.aspects = self.aspects
            for number, frame in enumerate(reading.frames()):
                self.times.append(frame.pts)
                self._dark.append(is_black(frame, self.black_level))
                self.damaged += frame.is_corrupt
                yield number, frame
            self.damaged += reading.errors

    def pictures(self, numbers: Iterable[int]) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (number, frame) of the wanted pictures in presentation order."""
        wanted = set(numbers)
        with open_media(self.path) as container:
            stream: Any = video_stream(container)
            for number, frame in enumerate(Reading(container, stream).frames()):
                if number in wanted:
                    wanted.remove(number)
                    yield number, frame
                if not wanted:
                    return

    def dark(self, number: int) -> bool:
        """Whether a picture is completely black; known after the survey."""
        return self._dark[number]
