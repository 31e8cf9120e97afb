"""Audio at another sample rate, aligned to its first sample.

By FFmpeg's resampler (99 dB on a sine), which needs no torch in the workers.
"""

from collections.abc import Iterable, Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame

from stages.trailers.media.mixing import Downmixer, Samples


class Resampler:
    """Resamples audio of one rate, given in chunks, without a discontinuity between them."""

    def __init__(self, source: int, target: int) -> None:
        self.source, self.target = source, target
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=target)
        self._n_in = self._n_out = 0

    def push(self, samples: Samples) -> Samples:
        """Append (n,) samples; returns those that are ready, (m,)."""
        if not len(samples):
            return samples
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[None]), format="fltp", layout="mono"
        )
        frame.sample_rate = self.source
        self._n_in += len(samples)
        return self._out(frame)

    def flush(self) -> Samples:
        """The rest, so that the output lasts as long as the input, to the nearest sample."""
        if not self._n_in:
            return np.zeros(0, np.float32)
        wanted = max(round(self._n_in * self.target / self.source) - self._n_out, 0)
        return np.concatenate([self._out(None), np.zeros(wanted, np.float32)])[:wanted]

    def _out(self, frame: AudioFrame | None) -> Samples:
        parts = [each.to_ndarray()[0] for each in self._resampler.resample(frame)]
        found = np.concatenate([np.zeros(0, np.float32), *parts])
        self._n_out += len(found)
        return found


def to_constant_rate(
    frames: Iterable[AudioFrame], to_mono: Downmixer
) -> Iterator[tuple[int, Samples]]:
    """(rate, samples) of each frame, at the rate of the first: a broadcast may change it.

    Consecutive frames of another rate share one resampler.
    """
    rate, resampler = 0, None
    for frame in frames:
        rate = rate or frame.sample_rate
        if resampler and resampler.source != frame.sample_rate:
            yield rate, resampler.flush()
            resampler = None
        samples = to_mono(frame)
        if frame.sample_rate != rate:
            resampler = resampler or Resampler(frame.sample_rate, rate)
            samples = resampler.push(samples)
        yield rate, samples
    if resampler:
        yield rate, resampler.flush()


def resample(samples: Samples, source: int, target: int) -> Samples:
    """(n,) samples at `source` Hz, as (m,) at `target` Hz."""
    if source == target:
        return samples
    resampler = Resampler(source, target)
    return np.concatenate([resampler.push(samples), resampler.flush()])
