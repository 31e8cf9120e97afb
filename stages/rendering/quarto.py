"""Find a Quarto that works, and render the project with it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from stages.base.errors import BenchmarkError

OLDEST = (1, 4)
RENDER_SECONDS = 600
LAST_LINES = 30  # of what Quarto said, where it fails


def find() -> Path | None:
    """The quarto executable beside this Python or on the PATH, if it runs and is new enough."""
    beside = shutil.which("quarto", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("quarto")
    if found is None:
        return None
    number = re.match(r"(\d+)\.(\d+)", version(Path(found)))
    if not number or tuple(map(int, number.groups())) < OLDEST:
        return None
    return Path(found)


def version(executable: Path) -> str:
    """What a quarto says that it is, as in `1.7.32`; "" where it does not run."""
    try:
        said = subprocess.run(
            [str(executable), "--version"], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if said.returncode else said.stdout.strip()


def environment(project: Path) -> dict[str, str]:
    """What the pages' own Python has: the project's folder, and this Python with its packages.

    It starts in another folder, where `.` in PYTHONPATH would be the pages with our `html.py`.
    """
    found = os.environ | {
        "QUARTO_PYTHON": sys.executable,
        "QUARTO_PROJECT_DIR": str(project),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    if path := found.get("PYTHONPATH"):
        found["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, path.split(os.pathsep)))
    return found


def render(executable: Path, project: Path) -> Path:
    """Render the project and return its output folder; BenchmarkError with what Quarto said."""
    try:
        said = subprocess.run(
            [str(executable), "render", str(project)],
            cwd=project,
            env=environment(project),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=RENDER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchmarkError(
            "Quarto did not finish", where=str(executable), found=str(error)
        ) from error
    if said.returncode:
        raise BenchmarkError(
            f"quarto render ended with status {said.returncode}",
            where="report/",
            found="\n".join(said.stdout.strip().splitlines()[-LAST_LINES:]),
            do="mend the page and cell named above and run `python -m stages.report`",
        )
    return project / "_site"
