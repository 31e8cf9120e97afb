"""Windows of a trailer's sound: mono FLAC at one sample rate, loudness unchanged.

The windows `start`, `middle` and `end` are cut at the track's own rate, so that they begin on a
sample, made mono, resampled and rounded to 16 bits. For a track shorter than a window, each is the
whole track. A silent window is left out. If the mix of more than two channels would clip, all
windows are scaled down by one factor.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from stages.base.errors import TrailerError
from stages.base.params import AudioParams
from stages.trailers.media.mixing import Samples
from stages.trailers.media.resampling import resample
from stages.trailers.media.track import (
    AudioPackets,
    IrregularPacketsError,
    Plan,
    Segment,
    Track,
    decode_all,
    decode_segments,
    read_audio_packets,
)

MARGIN_SECONDS = 1.0  # the duration by packets may be off by what codecs pad and trim
FLAC_OPTIONS = {"fflags": "+bitexact", "metadata_header_padding": "0"}
FULL_SCALE = 32767 / 32768  # the highest that 16 bits hold
MIN_SKIPPED_SECONDS = 15.0  # skipping less than this saves no time


@dataclass(frozen=True)
class Window:
    """One window of sound."""

    name: str
    """start, middle or end."""
    start: float
    """Seconds into the track."""
    seconds: float
    """Its duration."""
    flac: bytes
    """16-bit mono."""
    gain: float
    """What the mix was multiplied by; 1 if it did not clip."""


def extract_windows(path: Path, params: AudioParams) -> list[Window]:
    """Cut the windows of one trailer that are not silent.

    Raises TrailerError if too little sound decodes, or with reason silent if all of them are.
    """
    packets = read_audio_packets(path)
    track = _decode_track(path, params, packets)
    needed = min(params.min_seconds, params.seconds)  # decoding may stop after the first window
    if track.length < round(needed * track.rate):
        seconds = track.length / track.rate
        raise TrailerError("too_short", f"{seconds:.3f} s of sound, at least {needed:g} are needed")
    starts, cuts = _cut_windows(track, params)
    peaks = {start: float(np.abs(samples).max(initial=0)) for start, samples in cuts.items()}
    level = 10 ** (params.silence_level / 20)
    audible = {name: start for name, start in starts.items() if peaks[start] >= level}
    if not audible:
        raise TrailerError("silent", f"its peak is below {params.silence_level:g} dBFS")
    gain = min(1.0, FULL_SCALE / max(*peaks.values(), FULL_SCALE)) if track.mixed else 1.0
    rate = params.sample_rate
    coded = {start: encode_flac(cuts[start] * gain, rate) for start in set(audible.values())}
    return [
        Window(name, start / track.rate, len(cuts[start]) / rate, coded[start], gain)
        for name, start in audible.items()
    ]


def encode_flac(samples: Samples, rate: int) -> bytes:
    """FLAC of (samples,) float32; what exceeds full scale is clipped. Equal input, equal bytes."""
    scaled = np.clip(np.rint(samples * np.float32(32768)), -32768, 32767).astype(np.int16)
    file = io.BytesIO()
    with av.open(file, "w", format="flac", options=FLAC_OPTIONS) as container:
        stream = container.add_stream("flac", rate=rate, layout="mono", format="s16")
        stream.codec_context.flags |= av.codec.context.Flags.bitexact
        frame = av.AudioFrame.from_ndarray(scaled[None], format="s16", layout="mono")
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def _cut_windows(track: Track, params: AudioParams) -> tuple[dict[str, int], dict[int, Samples]]:
    """Start of each window by name, in samples of the track; resampled audio by start."""
    wanted = round(params.seconds * track.rate)
    bounds = {name: _window_bounds(name, track.length, wanted) for name in params.windows}
    cuts = {}
    for start, stop in set(bounds.values()):
        samples = track.cut(start, stop)
        if samples is None:
            raise TrailerError("unreadable", "two decodes of its sound differ in length")
        cuts[start] = resample(samples, track.rate, params.sample_rate)
    return {name: start for name, (start, _) in bounds.items()}, cuts


def _decode_track(path: Path, params: AudioParams, packets: AudioPackets) -> Track:
    """Decode what the windows need; again if the packets were wrong about the duration."""
    needed = params.seconds * len(params.windows)
    if packets.samples_per_packet and packets.seconds > needed + MIN_SKIPPED_SECONDS:
        try:
            track = decode_segments(path, _plan_segments(params, packets.seconds), packets)
            if _has_all_windows(track, params):
                return track
        except IrregularPacketsError:
            pass
    track = decode_all(path, _plan_segments(params, packets.seconds), packets.index)
    if not _has_all_windows(track, params):
        track = decode_all(path, _plan_segments(params, track.length / track.rate), packets.index)
    return track


def _plan_segments(params: AudioParams, seconds: float) -> Plan:
    def plan(rate: int) -> list[Segment]:
        margin, wanted = round(MARGIN_SECONDS * rate), round(params.seconds * rate)
        length = round(seconds * rate)
        segments = [Segment(0, wanted)]
        if "middle" in params.windows:
            start = max((length - wanted) // 2 - margin, 0)
            segments.append(Segment(start, start + wanted + 2 * margin))
        if set(params.windows) != {"start"}:  # the middle depends on the length too
            start = max(length - wanted - margin, 0)
            segments.append(Segment(start, None, keep=wanted + margin))
        return segments

    return plan


def _has_all_windows(track: Track, params: AudioParams) -> bool:
    wanted = round(params.seconds * track.rate)
    bounds = (_window_bounds(name, track.length, wanted) for name in params.windows)
    return all(track.cut(start, stop) is not None for start, stop in bounds)


def _window_bounds(name: str, length: int, wanted: int) -> tuple[int, int]:
    start = {"start": 0, "middle": (length - wanted) // 2, "end": length - wanted}[name]
    start = max(start, 0)
    return start, min(start + wanted, length)
