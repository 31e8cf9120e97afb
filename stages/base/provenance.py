"""Where the numbers come from: versions, machine, and what each stage took."""

import json
import platform
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stages.base import git
from stages.base.files import in_turn, write
from stages.base.machine import cpu_seconds, describe_machine, peak_megabytes
from stages.base.redaction import redact
from stages.base.versions import installed

PACKAGES = (
    *("dvc", "av", "opencv-python-headless", "yt-dlp", "torch", "torchaudio", "torchvision"),
    *("timm", "scikit-learn", "iterative-stratification", "numpy", "pyarrow", "altair"),
)
NOTHING = "{}\n"


def record_stage(name: str, seconds: float, path: Path) -> None:
    """Add one finished stage to the provenance file: seconds, and of it and its workers processor
    seconds and peak memory.

    The file is no output of DVC's: timings differ from run to run and must not invalidate anything.
    """
    commit = git.ask("describe", "--always", "--dirty", "--abbrev=10")
    with in_turn(path, NOTHING):  # stages may run side by side
        found = _read(path)
        found["versions"] = {package: installed(package) for package in PACKAGES}
        found["python"] = platform.python_version()
        found["machine"] = describe_machine(found.get("machine", {}))
        found["commit"] = commit
        found["date"] = datetime.now(UTC).date().isoformat()
        found.setdefault("stages", {})[name] = {
            "seconds": round(seconds, 1),
            "cpu_seconds": round(cpu_seconds(), 1),
            "peak_megabytes": round(peak_megabytes()),
        }
        _write(found, path)


def forget_other_cells(slugs: Collection[str], path: Path) -> None:
    """Drop records of an earlier matrix: stages `name@slug` whose slug is not one of these."""
    if not path.exists():
        return
    with in_turn(path, NOTHING):
        found = _read(path)
        every = found.get("stages", {}).items()
        kept = {name: took for name, took in every if name.partition("@")[2] in {*slugs, ""}}
        if len(kept) < len(every):
            _write(found | {"stages": kept}, path)


def _write(found: dict[str, Any], path: Path) -> None:
    write(redact(json.dumps(found, indent=2, sort_keys=True)) + "\n", path)


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
