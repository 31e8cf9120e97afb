"""One channel of many: how the channels of a sound track become one.

One channel is itself and two are averaged. More are first mixed to stereo as ITU-R BS.775 does it
(left + .707 centre + .707 left surround, right alike, no LFE) and then averaged, so that a film is
as loud in 5.1 as in that stereo mix. libswresample does the first step, with weights of its own for
places that BS.775 lacks; channels without places are taken for those usual for their number. Where
it knows no way to stereo (ambisonics), the mean of all channels is taken.
"""

from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame

Samples = np.ndarray[Any, np.dtype[np.float32]]


class Mono:
    """Makes the frames of one track mono; their layout may change on the way.

    mixed: whether any had more than two channels, whose mix may exceed full scale.
    """

    def __init__(self) -> None:
        self.mixed = False
        self._kind: tuple[object, ...] = ()
        self._resampler = av.AudioResampler()

    def __call__(self, frame: AudioFrame) -> Samples:
        """(samples,) float32, full scale is 1 (a float codec may exceed it)."""
        values = self._stereo(frame) if frame.layout.nb_channels > 2 else _values(frame)
        return np.nan_to_num(values.mean(axis=0, dtype=np.float64)).astype(np.float32)

    def _stereo(self, frame: AudioFrame) -> np.ndarray:
        self.mixed = True
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if kind != self._kind:
            self._kind, self._resampler = kind, av.AudioResampler("flt", "stereo")
        try:
            frames = self._resampler.resample(frame)
        except av.error.ArgumentError:  # no way from this layout to stereo
            self._resampler = av.AudioResampler("flt", frame.layout)
            frames = self._resampler.resample(frame)
        return np.concatenate([_values(each) for each in frames], axis=1)


def _values(frame: AudioFrame) -> np.ndarray:
    """(channels, samples), full scale is 1.

    Not of a planar frame of eight channels and more: PyAV 18.1 finds too many planes in it.
    """
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.dtype == np.uint8:
        return (values.astype(np.float64) - 128) / 128
    if values.dtype.kind == "i":
        return values / float(1 << (8 * values.dtype.itemsize - 1))
    return values
