"""What a benchmark's numbers were made with."""

import os
import platform
import subprocess
from pathlib import Path

from stages.base.machine import processor
from stages.base.versions import installed

LIBRARIES = (
    *("numpy", "scipy", "scikit-learn", "torch"),
    *("av", "opencv-python-headless", "timm", "dvc"),
)


def versions() -> dict[str, str]:
    """Python and the libraries that numbers depend on."""
    return {"python": platform.python_version()} | {name: installed(name) for name in LIBRARIES}


def commit(folder: Path) -> str:
    """The commit checked out in `folder`, short."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()


def machine() -> dict[str, str | int]:
    """What it ran on."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return {"system": platform.system(), "processor": processor(), "cores": cores}
