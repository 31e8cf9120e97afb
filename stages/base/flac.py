"""Decode the FLAC of a window of sound, as the packs hold it."""

from typing import Any

import av
import numpy as np

FULL_SCALE = np.float32(2**-15)


def decode_flac(data: bytes) -> tuple[np.ndarray, int]:
    """(samples,) float32 in [-1, 1], and their rate, of 16-bit mono.

    The whole file goes to the decoder as one packet: a demuxer would first search it for the
    borders of its frames. Raises av.error.FFmpegError for what is no FLAC.
    """
    decoder = av.CodecContext.create("flac", "r")
    decoder.thread_count = 1
    frames: list[Any] = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
    blocks = [np.frombuffer(frame.planes[0], np.int16, frame.samples) for frame in frames]
    return np.multiply(np.concatenate(blocks), FULL_SCALE, dtype=np.float32), decoder.sample_rate
