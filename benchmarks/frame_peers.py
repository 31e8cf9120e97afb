"""Published packages that read the frames of a video by number, where they are installed.

They are no part of the environment: each is looked for, and a row says how to install it.
torchcodec also wants FFmpeg's shared libraries.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

Size = tuple[int, int]  # height, width
DATED = re.compile(r"^\[[\d:]+\] \S+: ")  # decord2 begins with a time and a line of its code


def _tensorcodec(path: Path, numbers: Sequence[int], _: Size) -> Sequence[np.ndarray]:
    from tensorcodec.decoders import VideoDecoder

    with VideoDecoder(str(path), dimension_order="NHWC") as decoder:
        return list(decoder.get_frames_at(list(numbers)).data)


def _tensorcodec_resized(path: Path, numbers: Sequence[int], size: Size) -> Sequence[np.ndarray]:
    from tensorcodec.decoders import VideoDecoder
    from tensorcodec.transforms import Resize

    with VideoDecoder(str(path), dimension_order="NHWC", transforms=[Resize(size)]) as decoder:
        return list(decoder.get_frames_at(list(numbers)).data)


def _torchcodec(path: Path, numbers: Sequence[int], _: Size) -> Sequence[np.ndarray]:
    from torchcodec.decoders import VideoDecoder

    decoder = VideoDecoder(str(path), dimension_order="NHWC", num_ffmpeg_threads=1)
    return list(decoder.get_frames_at(list(numbers)).data.numpy())


def _decord(path: Path, numbers: Sequence[int], _: Size) -> Sequence[np.ndarray]:
    import decord

    reader = decord.VideoReader(str(path), ctx=decord.cpu(0), num_threads=1)
    return list(reader.get_batch(list(numbers)).asnumpy())


@dataclass(frozen=True)
class Peer:
    """One way to frames by their exact numbers, on one thread.

    module: what is imported; package: what is installed; read: (path, numbers, size wanted) to
    frames, (h, w, 3) uint8 RGB, of any size.
    """

    name: str
    module: str
    package: str
    read: Callable[[Path, Sequence[int], Size], Sequence[np.ndarray]]

    def bgr(self, path: Path, numbers: Sequence[int], size: Size) -> list[np.ndarray]:
        """The frames by area at the size wanted, (height, width, 3) uint8 BGR each."""
        found = []
        for picture in self.read(path, numbers, size):
            if picture.shape[:2] != size:
                picture = cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA)
            found.append(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        return found

    def tried(self, path: Path, numbers: Sequence[int], size: Size) -> tuple[list[np.ndarray], str]:
        """The same; and why they do not count, "" if they do."""
        try:
            found = self.bgr(path, numbers, size)
        except Exception as error:  # of any kind: a library that does not load, a codec
            said = (str(error).strip() or type(error).__name__).splitlines()[0]
            return [], f"it fails: {DATED.sub('', said)[:100]}"
        few = len(found) != len(numbers)
        return found, f"it gives {len(found)} of {len(numbers)} frames" if few else ""

    def missing(self, path: Path, numbers: Sequence[int], size: Size) -> str:
        """Why it cannot be measured on this file, "" if it can."""
        if find_spec(self.module) is None:
            return f"not installed; to have it: python -m pip install --no-deps {self.package}"
        return self.tried(path, numbers, size)[1]


PEERS = (
    Peer("tensorcodec", "tensorcodec", "tensorcodec==0.4.1 tensorcodec-av==0.4.1", _tensorcodec),
    Peer(
        "tensorcodec, resized in its decoder",
        "tensorcodec",
        "tensorcodec==0.4.1 tensorcodec-av==0.4.1",
        _tensorcodec_resized,
    ),
    Peer("decord2", "decord", "decord2==3.4.0", _decord),
    Peer("torchcodec", "torchcodec", "torchcodec==0.17.0", _torchcodec),
)
