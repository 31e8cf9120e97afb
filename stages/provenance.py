"""Where the numbers come from: versions, machine, and what each stage took."""

import json
import os
import platform
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stages.versions import installed

PACKAGES = (
    *("dvc", "av", "opencv-python-headless", "yt-dlp", "torch", "torchaudio", "torchvision"),
    *("timm", "scikit-learn", "iterative-stratification", "numpy", "pyarrow", "altair"),
)


def record_stage(name: str, seconds: float, path: Path) -> None:
    """Add one finished stage to the provenance file: seconds, peak memory of it and its workers.

    The file is no output of DVC's: timings differ from run to run and must not invalidate a thing.
    """
    found = _read(path)
    found["versions"] = {package: installed(package) for package in PACKAGES}
    found["python"] = platform.python_version()
    before = found.get("machine", {})
    found["machine"] = {
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count() or 1,
    }
    if torch := sys.modules.get("torch"):  # asked only where a stage needed it anyway
        cuda = torch.cuda.is_available()
        found["machine"]["device"] = torch.cuda.get_device_name() if cuda else "cpu"
    elif "device" in before:
        found["machine"]["device"] = before["device"]
    found["commit"] = _commit()
    found["date"] = datetime.now(UTC).date().isoformat()
    found.setdefault("stages", {})[name] = {
        "seconds": round(seconds, 1),
        "peak_megabytes": round(_peak_megabytes()),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.part")
    temporary.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    temporary.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def _peak_megabytes() -> float:
    """Largest resident size of this process, or of the largest of its workers if that is more."""
    unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
    own = _own_kilobytes() or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return max(own, workers) / unit


def _own_kilobytes() -> int:
    """Linux's own count, 0 elsewhere: what getrusage tells has the size of whoever started us."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0
