"""Make or renew `.venv` from the lock files: `python requirements/install.py core report dev`.

Standard library only, because it runs before anything is installed. What is there already and
unchanged is left alone. A failure is one sentence with the next step.
"""

import argparse
import ast
import hashlib
import os
import re
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
# What of pip's configuration uv does as well. Anything else is pip's: among several indexes or
# folders, uv may choose another file of the same version, built for other machines.
SHARED = {
    *("cert", "config-file", "default-timeout", "disable-pip-version-check", "index-url"),
    *("no-input", "timeout"),
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
    needed = [name for name in wanted if name not in OPTIONAL]
    for names in filter(None, [needed, *([name] for name in wanted if name in OPTIONAL)]):
        files = ", ".join(f"requirements/{name}.txt" for name in names)
        say(f"Installing the {' and '.join(names)} packages ({files}) ...")
        failure = install(names)
        if failure and names == needed:
            sys.exit(failure)
        if failure:
            say(f"Note: {OPTIONAL[names[0]]}")
        for name in names:
            for old in HOME.glob(f"{name}.*.installed"):
                old.unlink()
            stamp(name).touch()


def usable() -> bool:
    """Whether .venv is there and whole: one that broke off while it was made lacks pip."""
    command = [str(PYTHON), "-m", "pip", "--version"]
    return PYTHON.exists() and subprocess.run(command, capture_output=True).returncode == 0


def install(names: list[str]) -> str:
    """Install lock files at once; what went wrong as a sentence, or nothing."""
    files = [part for name in names for part in ("-r", f"requirements/{name}.txt")]
    if not OPTIONAL.keys() & set(names) and installed_by_uv(files):
        return ""
    # Python compiles what is imported; all that is installed takes a minute more
    status, text = run(pip("--no-compile", *files), {})
    if status == 0:
        return ""
    log = HOME / f"{names[0]}.log"
    log.write_text(text, encoding="utf-8")
    known = [sentence for mark, sentence in CAUSES if mark in text]
    failed = " and ".join(names)
    return known[0] if known else f"Installing {failed} failed: the reason is at the end of {log}."


def installed_by_uv(files: list[str]) -> bool:
    """Install lock files with uv, in a third of pip's time; False: it is pip's to do.

    The same files by the same hashes, from the index that pip is configured to use. uv itself is
    the one that the lock file of developers names.
    """
    listed = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True
    )
    found = re.findall(r"^\S+?\.([\w-]+)=('.*'|\".*\")$", listed.stdout, re.MULTILINE)
    settings = {key: ast.literal_eval(value) for key, value in found}
    if (
        listed.returncode
        or len(found) != len(listed.stdout.splitlines())
        or settings.keys() - SHARED
    ):
        return False
    lock = (ROOT / "requirements/dev.txt").read_text(encoding="utf-8")
    uv = re.search(r"^uv==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    if uv is None:
        return False
    only = HOME / "uv.txt"
    only.write_text(uv[0], encoding="utf-8")
    if run(pip("--no-deps", "-r", str(only)), {})[0]:
        return False
    command = [str(PYTHON), "-m", "uv", "--no-config", "pip", "install", "--require-hashes"]
    command += ["--python", str(PYTHON), *files]
    if "index-url" in settings:
        command += ["--default-index", settings["index-url"]]
    environment = {
        "UV_HTTP_TIMEOUT": settings.get("timeout", settings.get("default-timeout", "60"))
    }
    if "cert" in settings:
        environment["SSL_CERT_FILE"] = settings["cert"]
    return run(command, environment)[0] == 0


def pip(*arguments: str) -> list[str]:
    """The command that installs with pip, by hashes."""
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-input"]
    return [*command, "--disable-pip-version-check", *arguments]


def run(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run pip or uv and tell how far it is; its exit status and all that it printed."""
    lines: list[str] = []
    said = time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if line.startswith(("Collecting", "Downloading ")) and time.monotonic() - said > 5:
                said = time.monotonic()
                say(f"  now {line.split()[1].split('==')[0]}")
            elif line.startswith("Installing collected") and len(lines) > 50:
                say("  unpacking them, which takes about a minute")
    return process.returncode, "".join(lines)


def stamp(name: str) -> Path:
    """A file that says this very lock file was installed."""
    digest = hashlib.sha256((ROOT / f"requirements/{name}.txt").read_bytes()).hexdigest()[:16]
    return HOME / f"{name}.{digest}.installed"


def say(text: str) -> None:
    print(text, flush=True)


def parse(arguments: list[str]) -> list[str]:
    """The sets that are named on the command line; exits for one without a lock file."""
    known = sorted(path.stem for path in (ROOT / "requirements").glob("*.txt"))
    parser = argparse.ArgumentParser(
        prog="python requirements/install.py",
        description="Make or renew .venv from the lock files; what is there already is left alone.",
    )
    parser.add_argument(
        "sets", nargs="+", choices=known, metavar="SET", help=f"one of {', '.join(known)}"
    )
    return parser.parse_args(arguments).sets


if __name__ == "__main__":
    main(parse(sys.argv[1:]))
