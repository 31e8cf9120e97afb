"""Make or renew `.venv` from the lock files: `python requirements/install.py core report dev`.

Standard library only, because it runs before anything is installed. What is there already and
unchanged is left alone. A failure is one sentence with the next step.
"""

import hashlib
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
GIGABYTES = 12  # torch with CUDA takes 5.3, and pip unpacks beside it
OPTIONAL = {
    "report": "Quarto could not be installed (its package downloads it while it installs), so the "
    "report will be rendered as a preview; to try again: rm .venv/report.*, then make, then "
    "dvc repro -sf report."
}
CAUSES = (
    ("No space left", "The disk is full: free some space and run the same command again."),
    (
        "DO NOT MATCH THE HASHES",
        "A package differs from the one that was locked: do not use it; try another mirror, or if "
        "you changed pyproject.toml run `make lock`.",
    ),
    (
        "No matching distribution",
        "A package has no build for this machine or Python: Linux and macOS (on Windows through "
        "WSL) with Python 3.11 to 3.13 are meant to work.",
    ),
    (
        "onnection",
        "No connection to the Python package index: check the network or proxy and run the same "
        "command again; what came is kept.",
    ),
)


def main(sets: list[str]) -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may well have an older one
        sys.exit(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
    wanted = [name for name in sets if not stamp(name).exists()]
    if not wanted:
        return
    if not usable():
        free = shutil.disk_usage(ROOT).free / 1e9
        if free < GIGABYTES:
            sys.exit(
                f"{GIGABYTES} GB of disk are needed for the environment, {free:.0f} GB are free: "
                "free some space and run the same command again."
            )
        say("Making the environment in .venv ...")
        try:
            venv.create(HOME, with_pip=True, clear=True)
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(
                f"The virtual environment could not be made ({error}): install your system's "
                "package for Python's venv (python3-venv on Debian and Ubuntu) and try again."
            )
    for name in wanted:
        say(f"Installing the {name} packages (requirements/{name}.txt) ...")
        failure = install(name)
        if failure and name not in OPTIONAL:
            sys.exit(failure)
        if failure:
            say(f"Note: {OPTIONAL[name]}")
        for old in HOME.glob(f"{name}.*.installed"):
            old.unlink()
        stamp(name).touch()


def usable() -> bool:
    """Whether .venv is there and whole: one that broke off while it was made lacks pip."""
    command = [str(PYTHON), "-m", "pip", "--version"]
    return PYTHON.exists() and subprocess.run(command, capture_output=True).returncode == 0


def install(name: str) -> str:
    """Install one lock file; what went wrong as a sentence, or nothing."""
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-input"]
    command += ["--disable-pip-version-check", "-r", f"requirements/{name}.txt"]
    lines: list[str] = []
    said = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Collecting") and time.monotonic() - said > 5:
                said = time.monotonic()
                done = sum(line.startswith("Collecting") for line in lines)
                say(f"  {done} packages, now {line.split()[1].split('==')[0]}")
            elif line.startswith("Installing collected"):
                say("  unpacking them, which takes about a minute")
    if process.returncode == 0:
        return ""
    log = HOME / f"{name}.log"
    log.write_text("".join(lines), encoding="utf-8")
    text = "".join(lines)
    known = [sentence for mark, sentence in CAUSES if mark in text]
    return known[0] if known else f"Installing {name} failed: the reason is at the end of {log}."


def stamp(name: str) -> Path:
    """A file that says this very lock file was installed."""
    digest = hashlib.sha256((ROOT / f"requirements/{name}.txt").read_bytes()).hexdigest()[:16]
    return HOME / f"{name}.{digest}.installed"


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
