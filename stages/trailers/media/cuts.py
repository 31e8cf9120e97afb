"""Where one shot ends and the next begins, by PySceneDetect's detector of content.

Castellano, PySceneDetect: the mean change of hue, saturation and brightness from one frame to the
next. Every frame of a stretch is looked at, at a small size, with the detector's own threshold.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stages.base.errors import BenchmarkError
from stages.trailers.media.picture import resize_upright

if TYPE_CHECKING:
    from stages.trailers.media.extraction import Extraction, Reader

INSTALL = "python requirements/install.py core motion"
SIDE = 144  # pixels of the shorter side: about the size to which the library itself shrinks frames
RATE = 25.0  # frames a second that the detector is told; with no shortest scene it decides nothing
Shot = tuple[int, int]
"""Numbers of its first and its last frame."""


def library() -> Any:
    """PySceneDetect. Raises BenchmarkError where it is not installed."""
    try:
        return import_module("scenedetect")
    except ImportError:
        raise BenchmarkError(
            "clips within shots need PySceneDetect", do=f"run `{INSTALL}`"
        ) from None


def shots(
    extraction: "Extraction", reader: "Reader", windows: Sequence[Shot]
) -> Iterator[list[Shot]]:
    """The shots, or parts of them, in each window; windows may overlap."""
    wanted = {number for first, last in windows for number in range(first, last + 1)}
    cuts = set(_cuts(extraction, reader, wanted))
    for first, last in windows:
        begin = [first, *(number for number in range(first + 1, last + 1) if number in cuts)]
        yield list(zip(begin, [number - 1 for number in begin[1:]] + [last], strict=True))


def _cuts(extraction: "Extraction", reader: "Reader", numbers: set[int]) -> Iterator[int]:
    """Numbers of the frames that begin a shot, among frames whose neighbours are wanted too."""
    scenedetect = library()
    detector, before = None, -2
    for number, frame in reader.frames_at(numbers):
        if detector is None or number != before + 1:
            detector = scenedetect.ContentDetector(min_scene_len=0)
        aspect = extraction.aspect_of(reader, frame)
        picture = resize_upright(frame, aspect, SIDE, extraction.timeline.cropping)
        if detector.process_frame(scenedetect.FrameTimecode(number, RATE), picture):
            yield number
        before = number
