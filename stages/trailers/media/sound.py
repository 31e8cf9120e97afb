"""Windows of a trailer's sound: mono FLAC at one rate, loudness untouched.

Windows `start`, `middle` and `end` are cut at the track's own rate, so that they begin on a sample,
made mono, resampled and rounded to 16 bits. A track shorter than a window gives all of itself, so
then the three are the same. A window that is silent throughout is left out. Where the mix of more
than two channels would clip, all windows are made quieter by one factor, so that it does not.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from stages.base.errors import TrailerError
from stages.base.params import AudioParams
from stages.trailers.media.mixing import Samples
from stages.trailers.media.resampling import resampled
from stages.trailers.media.track import (
    Packets,
    Plan,
    Stretch,
    Track,
    UnsteadyError,
    decode_all,
    decode_parts,
    read_packets,
)

MARGIN_SECONDS = 1.0  # the length that the packets tell may be off by what codecs add and trim
FLAC_OPTIONS = {"fflags": "+bitexact", "metadata_header_padding": "0"}
FULL_SCALE = 32767 / 32768  # the highest that 16 bits hold
WORTH_IT_SECONDS = 15.0  # jumping saves little where the windows leave hardly anything out


@dataclass(frozen=True)
class Window:
    """name: start, middle or end. start: seconds into the track. flac: 16-bit mono.

    gain: what the mix was multiplied by, 1 where it did not clip.
    """

    name: str
    start: float
    seconds: float
    flac: bytes
    gain: float


def extract_windows(path: Path, params: AudioParams) -> list[Window]:
    """Cut the windows of one trailer that are not silent.

    Raises TrailerError where too little sound decodes, silent where all of them are.
    """
    packets = read_packets(path)
    track = _track(path, params, packets)
    needed = min(params.min_seconds, params.seconds)  # decoding may end with the first window
    if track.length < round(needed * track.rate):
        seconds = track.length / track.rate
        raise TrailerError("too_short", f"{seconds:.3f} s of sound, at least {needed:g} are needed")
    starts, cuts = _cuts(track, params)
    peaks = {start: float(np.abs(samples).max(initial=0)) for start, samples in cuts.items()}
    level = 10 ** (params.silence_level / 20)
    heard = {name: start for name, start in starts.items() if peaks[start] >= level}
    if not heard:
        raise TrailerError("silent", f"its peak is below {params.silence_level:g} dBFS")
    gain = min(1.0, FULL_SCALE / max(*peaks.values(), FULL_SCALE)) if track.mixed else 1.0
    coded = {start: flac(cuts[start] * gain, params.sample_rate) for start in set(heard.values())}
    return [
        Window(name, start / track.rate, len(cuts[start]) / params.sample_rate, coded[start], gain)
        for name, start in heard.items()
    ]


def flac(samples: Samples, rate: int) -> bytes:
    """FLAC of (samples,) float32; what exceeds full scale is clipped. Equal input, equal bytes."""
    scaled = np.clip(np.rint(samples.astype(np.float64) * 32768), -32768, 32767).astype(np.int16)
    file = io.BytesIO()
    with av.open(file, "w", format="flac", options=FLAC_OPTIONS) as container:
        stream = container.add_stream("flac", rate=rate, layout="mono", format="s16")
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        frame = av.AudioFrame.from_ndarray(scaled[None], format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _cuts(track: Track, params: AudioParams) -> tuple[dict[str, int], dict[int, Samples]]:
    """Where each window begins, in samples of the track; what is there, at the rate wanted."""
    wanted = round(params.seconds * track.rate)
    bounds = {name: _bounds(name, track.length, wanted) for name in params.windows}
    cuts = {}
    for start, stop in set(bounds.values()):
        samples = track.cut(start, stop)
        if samples is None:
            raise TrailerError("unreadable", "two decodes of its sound differ in length")
        cuts[start] = resampled(samples, track.rate, params.sample_rate)
    return {name: start for name, (start, _) in bounds.items()}, cuts


def _track(path: Path, params: AudioParams, packets: Packets) -> Track:
    """Decode what the windows need; again if the track proves longer or shorter than told."""
    needed = params.seconds * len(params.windows)
    if packets.size and packets.seconds > needed + WORTH_IT_SECONDS:
        try:
            track = decode_parts(path, _plan(params, packets.seconds), packets)
            if _complete(track, params):
                return track
        except UnsteadyError:
            pass
    track = decode_all(path, _plan(params, packets.seconds), packets.index)
    if not _complete(track, params):
        track = decode_all(path, _plan(params, track.length / track.rate), packets.index)
    return track


def _plan(params: AudioParams, seconds: float) -> Plan:
    def plan(rate: int) -> list[Stretch]:
        margin, wanted = round(MARGIN_SECONDS * rate), round(params.seconds * rate)
        length = round(seconds * rate)
        stretches = [Stretch(0, wanted)]
        if "middle" in params.windows:
            start = max((length - wanted) // 2 - margin, 0)
            stretches.append(Stretch(start, start + wanted + 2 * margin))
        if set(params.windows) != {"start"}:  # the middle too asks where the end is
            start = max(length - wanted - margin, 0)
            stretches.append(Stretch(start, None, keep=wanted + margin))
        return stretches

    return plan


def _complete(track: Track, params: AudioParams) -> bool:
    wanted = round(params.seconds * track.rate)
    bounds = (_bounds(name, track.length, wanted) for name in params.windows)
    return all(track.cut(start, stop) is not None for start, stop in bounds)


def _bounds(name: str, length: int, wanted: int) -> tuple[int, int]:
    start = {"start": 0, "middle": (length - wanted) // 2, "end": length - wanted}[name]
    start = max(start, 0)
    return start, min(start + wanted, length)
