"""Downmixing: how the channels of an audio track become one.

One channel stays as it is and two are averaged. More are first mixed to stereo by ITU-R BS.775
(left + .707 centre + .707 left surround, right likewise, no LFE) and then averaged, so that a film
is as loud in 5.1 as in that stereo mix. libswresample does the first step, with weights of its own
for channels that BS.775 lacks; unlabelled channels are taken for the usual ones of their number.
If it cannot mix a layout to stereo (ambisonics), the mean of all channels is taken.
"""

from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame

Samples = np.ndarray[Any, np.dtype[np.float32]]


class Downmixer:
    """Makes the frames of one track mono; their layout may change on the way."""

    def __init__(self) -> None:
        self.mixed = False
        """Whether any frame had more than two channels, whose mix may exceed full scale."""
        self._format: tuple[object, ...] = ()
        self._resampler = av.AudioResampler()

    def __call__(self, frame: AudioFrame) -> Samples:
        """(samples,) float32, full scale 1 (a float codec may exceed it)."""
        channels = frame.layout.nb_channels
        if channels == 2 and frame.format.name == "fltp":  # AAC, Opus and MP3, frame after frame
            planes: Any = frame.planes
            left, right = (np.frombuffer(plane, np.float32, frame.samples) for plane in planes)
            mean = np.add(left, right, dtype=np.float64) / 2
        else:
            values = self._to_stereo(frame) if channels > 2 else _to_float(frame)
            mean = values.mean(axis=0, dtype=np.float64)
        if not np.isfinite(mean).all():
            mean = np.nan_to_num(mean)
        return mean.astype(np.float32)

    def _to_stereo(self, frame: AudioFrame) -> np.ndarray:
        self.mixed = True
        format = frame.format.name, frame.layout.name, frame.sample_rate
        if format != self._format:
            self._format, self._resampler = format, av.AudioResampler("flt", "stereo")
        try:
            frames = self._resampler.resample(frame)
        except av.error.ArgumentError:  # this layout cannot be mixed to stereo
            self._resampler = av.AudioResampler("flt", frame.layout)
            frames = self._resampler.resample(frame)
        return np.concatenate([_to_float(each) for each in frames], axis=1)


def _to_float(frame: AudioFrame) -> np.ndarray:
    """(channels, samples), full scale 1.

    Not for planar frames of eight or more channels: PyAV 18.1 finds too many planes in them.
    """
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype == np.uint8:
        return (values.astype(np.float64) - 128) / 128
    if values.dtype.kind == "i":
        return values / float(1 << (8 * values.dtype.itemsize - 1))
    return values
