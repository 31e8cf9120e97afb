"""What a backbone costs on this machine: seconds a trailer, memory with one item."""

from contextlib import suppress
from pathlib import Path

import psutil
import torch

from stages.base.params import AudioParams, FramesParams
from stages.base.params.modalities import JOINT
from stages.base.plugins import FAMILY, plugin_errors
from stages.commands.families.contract import RATE, Check, trailer
from stages.commands.plan.rates import seconds_per_unit, units_of
from stages.embedding.base import Backbone
from stages.embedding.network import Network

MEGABYTE = 1e6
CLIPS = 8  # of a trailer, as the guide suggests


def check_speed(backbone: Backbone, frames: FramesParams, audio: AudioParams) -> Check:
    """Seconds of one trailer; however many, it passes."""
    units = units_of(backbone.record.reads, frames, audio, CLIPS)
    seconds = seconds_per_unit(backbone, frames, audio) * units
    said = {"audio": "s of sound", "words": "texts", JOINT: "windows with their pictures"}
    what = f"{units:g} {said.get(backbone.record.reads, backbone.record.reads)}"
    return Check("speed", True, f"{seconds:.2g} s a trailer ({what}), on all cores of this machine")


def load_and_weigh(backbone: Backbone) -> float:
    """Load a backbone; megabytes that this and embedding one item took, at most."""
    if isinstance(backbone, Network):
        backbone.expected_state()  # imports its libraries, which are not counted
    before = _restart_peak()
    with plugin_errors(FAMILY, type(backbone).__module__):
        backbone.load_random()
    kept, backbone.batch_size = backbone.batch_size, 1
    items = backbone.prepare_items(trailer(backbone, "shortest"), RATE)
    backbone.embed_items(items[:1])
    backbone.batch_size = kept
    if backbone.on_gpu:
        return torch.cuda.max_memory_allocated() / MEGABYTE
    return max(_peak() - before, 0) / MEGABYTE


def _restart_peak() -> int:
    """Bytes that this process holds, from which Linux then counts its peak anew (man 5 proc)."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return int(psutil.Process().memory_info().rss)


def _peak() -> int:
    """The most since then; elsewhere what it holds now."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return int(psutil.Process().memory_info().rss)
