"""Sound at another sample rate, aligned to its first sample.

By FFmpeg's resampler (99 dB on a sine): it does not need torch in every worker.
"""

from collections.abc import Iterable, Iterator

import av
import numpy as np
from av.audio.frame import AudioFrame

from stages.trailers.media.mixing import Mono, Samples


class Resampling:
    """Resamples a stretch of one rate, given piece by piece: no seam shows between the pieces."""

    def __init__(self, source: int, target: int) -> None:
        self.source, self.target = source, target
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=target)
        self._taken = self._given = 0

    def add(self, samples: Samples) -> Samples:
        """What is ready once these (samples,) follow those before."""
        if not len(samples):
            return samples
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(samples[None]), format="fltp", layout="mono"
        )
        frame.sample_rate = self.source
        self._taken += len(samples)
        return self._out(frame)

    def end(self) -> Samples:
        """The rest, so that the whole is as long as what was added, to the nearest sample."""
        if not self._taken:
            return np.zeros(0, np.float32)
        wanted = max(round(self._taken * self.target / self.source) - self._given, 0)
        return np.concatenate([self._out(None), np.zeros(wanted, np.float32)])[:wanted]

    def _out(self, frame: AudioFrame | None) -> Samples:
        parts = [each.to_ndarray()[0] for each in self._resampler.resample(frame)]
        found = np.concatenate([np.zeros(0, np.float32), *parts])
        self._given += len(found)
        return found


def at_one_rate(frames: Iterable[AudioFrame], mono: Mono) -> Iterator[tuple[int, Samples]]:
    """(rate, samples) of each frame, at the rate of the first: a broadcast may change it.

    A run of frames of another rate goes through one resampler.
    """
    rate, run = 0, None
    for frame in frames:
        rate = rate or frame.sample_rate
        if run and run.source != frame.sample_rate:
            yield rate, run.end()
            run = None
        samples = mono(frame)
        if frame.sample_rate != rate:
            run = run or Resampling(frame.sample_rate, rate)
            samples = run.add(samples)
        yield rate, samples
    if run:
        yield rate, run.end()


def resampled(samples: Samples, source: int, target: int) -> Samples:
    """(samples,) at another rate."""
    if source == target:
        return samples
    resampling = Resampling(source, target)
    return np.concatenate([resampling.add(samples), resampling.end()])
