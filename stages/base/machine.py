"""The machine that a stage runs on, and how much of its memory the stage took."""

import os
import platform
import resource
import sys
from pathlib import Path


def describe_machine(before: dict[str, object]) -> dict[str, object]:
    """System, processor, cores and, if a stage of this run loaded torch, the device that trains.

    before: the description by an earlier stage, which may know the device.
    """
    found: dict[str, object] = {
        "system": platform.system(),
        "processor": processor(),
        "cores": os.cpu_count() or 1,
    }
    if torch := sys.modules.get("torch"):  # importing it only for this would be slow
        cuda = torch.cuda.is_available()
        found["device"] = torch.cuda.get_device_name() if cuda else "cpu"
    elif "device" in before:
        found["device"] = before["device"]
    return found


def peak_megabytes() -> float:
    """Largest resident size of this process, or of the largest of its workers if that is more."""
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    own = _own_kilobytes() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, workers) / unit


def cpu_seconds() -> float:
    """Seconds of processors that this process and its workers that have ended took."""
    found = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in found)


def processor() -> str:
    """Name of the processor, if the system has it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _own_kilobytes() -> int:
    """Linux's own count, 0 elsewhere: getrusage's counts the process that forked us, too."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0
