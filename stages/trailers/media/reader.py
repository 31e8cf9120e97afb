"""Frames of a video by frame number, the same that a full decode gives.

`SeekingReader` decodes only what is needed: it goes to the last key frame before each wanted frame,
restarts the decoder there, and stops at that frame. `SequentialReader` decodes everything.

The former checks what it decodes against the timeline and raises TimelineMismatchError if they
differ, or if a frame is damaged. Damage in skipped packets changes none of its frames; a frame that
a full decode would drop there is still counted, unless its packet is visibly malformed. Where whole
packets are missing, it may give frames after the gap that a full decode would drop.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import Any

from av.video.frame import VideoFrame

from stages.trailers.media.container import StreamDecoder, open_media, video_stream
from stages.trailers.media.packets import PacketReader
from stages.trailers.media.picture import is_black
from stages.trailers.media.timeline import Timeline

INTRA = 1  # AV_PICTURE_TYPE_I
# codecs whose decoder skips exactly the non-reference frames; of HEVC the timeline knows them
NONREF_SKIP_IS_EXACT = ("h264", "mpeg1video", "mpeg2video", "mpeg4")


class TimelineMismatchError(Exception):
    """The decoded frames are not those of the timeline."""


def drop_undecodable(path: Path, timeline: Timeline) -> Timeline:
    """The timeline without the frames before the first key frame that do not decode.

    In a file cut at an open GOP they depend on frames that are missing.
    """
    keys = timeline.key_frame_numbers()
    if not len(keys) or not keys[0]:
        return timeline
    first, leading = int(keys[0]), timeline.pts[timeline.packet_of_frame[: keys[0] + 1]].tolist()
    decoded = set()
    with open_media(path) as container:
        stream: Any = video_stream(container)
        for frame in StreamDecoder(container, stream).frames():
            if frame.pts is None or frame.pts >= leading[first]:
                break
            decoded.add(frame.pts)
    return timeline.drop_frames([n for n in range(first) if leading[n] not in decoded])


class SeekingReader:
    """Reads single frames of a trusted timeline, decoding from the key frames before them."""

    def __init__(self, path: Path, timeline: Timeline, black_level: int) -> None:
        self.path, self.timeline, self.black_level = path, timeline, black_level
        times = timeline.pts[timeline.packet_of_frame].tolist()
        self.number_of_pts = {time: number for number, time in enumerate(times)}
        self.sample_aspects: dict[int | None, Fraction | None] = {}
        self._scan: Iterator[tuple[int, VideoFrame]] = iter(())
        self._next = -1

    def frames_at(self, numbers: Iterable[int]) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (number, frame) of the wanted frames in presentation order."""
        runs = self._plan_runs(sorted(set(numbers)))
        if not runs:
            return
        with PacketReader(self.path, self.timeline, self.sample_aspects) as reader:
            for start, stop, wanted in runs:
                packets = reader.packets_from(start)
                reader.decoder.stream.codec_context.flush_buffers()
                yield from self._decode_run(reader.decoder, packets, start, stop, wanted)

    def is_black(self, number: int) -> bool:
        """Whether a frame is completely black; cheap for consecutive frames."""
        if number != self._next:
            self._scan = self.frames_at(range(number, self.timeline.n_frames))
        for found, frame in self._scan:
            self._next = number + 1
            return found == number and is_black(frame, self.black_level)
        raise TimelineMismatchError("the track ended early")

    def _plan_runs(self, numbers: Sequence[int]) -> list[tuple[int, int, set[int]]]:
        """Runs of packets to decode: (first packet, last packet, frame numbers wanted from it)."""
        table = self.timeline
        packets = table.packet_of_frame[numbers].tolist()
        starts = _starts(table, sorted(zip(packets, numbers, strict=True)))
        runs: list[tuple[int, int, set[int]]] = []
        for start, packet, number in sorted(starts):
            if runs and start <= runs[-1][1]:
                first, last, wanted = runs[-1]
                wanted.add(number)
                runs[-1] = (first, max(last, packet), wanted)
            else:
                runs.append((start, packet, {number}))
        return runs

    def _decode_run(
        self,
        decoder: StreamDecoder,
        packets: "Iterator[tuple[int, Any]]",
        start: int,
        stop: int,
        wanted: set[int],
    ) -> Iterator[tuple[int, VideoFrame]]:
        table, context = self.timeline, decoder.stream.codec_context
        origin = int(table.frame_of_packet[start])
        skip = table.codec in NONREF_SKIP_IS_EXACT
        expected, last = wanted | {origin} if origin >= 0 else set(wanted), -1
        for position, packet in packets:
            number = int(table.frame_of_packet[position])
            if position > start and number not in wanted and not table.is_reference[position]:
                continue
            if packet.pts is not None and packet.pts != table.pts[position]:
                raise TimelineMismatchError("the packets changed between two readings")
            before = decoder.n_errors
            if skip:
                context.skip_frame = "DEFAULT" if number in wanted else "NONREF"
            frames = decoder.decode(packet)
            if decoder.n_errors > before and number >= origin:
                raise TimelineMismatchError("a packet did not decode")
            if number > origin >= 0 and not skip:
                expected.add(number)
            if position >= stop:
                frames += decoder.decode(None)
            for frame in frames:
                number = self.number_of_pts.get(frame.pts, -1)
                if number < 0 or number <= last:
                    raise TimelineMismatchError("a frame is unknown or out of order")
                if number == origin and start and frame.pict_type != INTRA:
                    raise TimelineMismatchError("a key frame is not one")
                if frame.is_corrupt and number >= origin:
                    raise TimelineMismatchError("a frame is damaged")
                last = number
                expected.discard(number)
                if number in wanted:
                    yield number, frame
            if position >= stop:
                break
        if expected:
            raise TimelineMismatchError(f"{len(expected)} frames are missing")


def _starts(table: Timeline, wanted: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Packet at which decoding starts for each (packet, frame number), with both.

    It is the last key frame up to the packet that is presented no later than the frame: a frame
    presented before its key frame needs the GOP before it (open GOP). 0 where there is none.
    wanted: in order of packets, so that one pass over the key frames serves all of them.
    """
    keys = (table.is_key & (table.frame_of_packet >= 0)).nonzero()[0]
    presented = table.frame_of_packet[keys].tolist()
    coming = deque(zip(keys.tolist(), presented, strict=True))
    useful: list[tuple[int, int]] = []  # (frame number, packet), both ascending
    for packet, number in wanted:
        while coming and coming[0][0] <= packet:
            key, shown = coming.popleft()
            while useful and useful[-1][0] > shown:  # the new one is later, and serves more frames
                useful.pop()
            useful.append((shown, key))
        place = bisect_right(useful, number, key=itemgetter(0))
        yield (useful[place - 1][1] if place else 0), packet, number


class SequentialReader:
    """Decodes everything once, recording which frames are black; then reads frames by number."""

    def __init__(self, path: Path, black_level: int) -> None:
        self.path, self.black_level = path, black_level
        self.times: list[int | None] = []
        self.sample_aspects: dict[int | None, Fraction | None] = {}
        self._black: list[bool] = []
        self.n_damaged = 0
        """Packets that did not decode, and frames in which the decoder concealed errors."""

    def scan(self) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (number, frame) of every frame; records times and black frames."""
        with open_media(self.path) as container:
            stream: Any = video_stream(container)
            decoder = StreamDecoder(container, stream)
            decoder.sample_aspects = self.sample_aspects
            for number, frame in enumerate(decoder.frames()):
                self.times.append(frame.pts)
                self._black.append(is_black(frame, self.black_level))
                self.n_damaged += frame.is_corrupt
                yield number, frame
            self.n_damaged += decoder.n_errors

    def frames_at(self, numbers: Iterable[int]) -> Iterator[tuple[int, VideoFrame]]:
        """Yield (number, frame) of the wanted frames in presentation order."""
        wanted = set(numbers)
        with open_media(self.path) as container:
            stream: Any = video_stream(container)
            for number, frame in enumerate(StreamDecoder(container, stream).frames()):
                if number in wanted:
                    wanted.remove(number)
                    yield number, frame
                if not wanted:
                    return

    def is_black(self, number: int) -> bool:
        """Whether a frame is completely black; call `scan` first."""
        return self._black[number]
