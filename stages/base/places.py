"""Where each corpus keeps what is its own: its parameters, its pipeline, its data, its tables.

The default corpus has the files at the top of the project, any other has a folder in corpora/.
Every entry point takes `--corpus`; what lies in data/store is shared by all.
"""

import re
from pathlib import Path

from stages.base.errors import BenchmarkError

DEFAULT = "sample"
CORPORA = Path("corpora")
NAME = re.compile(r"[a-z][a-z0-9_]*")

_chosen = DEFAULT


def choose(name: str) -> None:
    """Make a corpus the one that this process works on. BenchmarkError if there is none."""
    global _chosen  # of a process, as the working folder is
    if name not in names():
        raise BenchmarkError(
            "unknown corpus",
            found=repr(name),
            expected=f"one of {', '.join(names())}",
            do="`python -m stages.corpora --new NAME --catalogue FILE` adds one",
        )
    _chosen = name


def corpus() -> str:
    """The name of the corpus that this process works on."""
    return _chosen


def names(root: Path = Path()) -> list[str]:
    """Every corpus that the project in `root` has, the default one first."""
    others = sorted(path.parent.name for path in (root / CORPORA).glob("*/params.yaml"))
    return [DEFAULT, *(name for name in others if NAME.fullmatch(name) and name != DEFAULT)]


def folder(name: str | None = None) -> Path:
    """Where a corpus has its params.yaml, dvc.yaml and dvc.lock; by default the chosen one."""
    name = name or _chosen
    return Path() if name == DEFAULT else CORPORA / name


def params(name: str | None = None) -> Path:
    return folder(name) / "params.yaml"


def pipeline(name: str | None = None) -> Path:
    return folder(name) / "dvc.yaml"


def lock(name: str | None = None) -> Path:
    return folder(name) / "dvc.lock"


def data(name: str | None = None) -> Path:
    """What git ignores: made and fetched by the stages."""
    return Path("data") / (name or _chosen)


def metrics(name: str | None = None) -> Path:
    """Small tables, in git."""
    return Path("metrics") / (name or _chosen)


def dvc(command: str, target: str = "") -> str:
    """A command of DVC for the chosen corpus, as a message may tell it: `dvc repro fit`."""
    if _chosen == DEFAULT:
        return f"dvc {command} {target}".strip()
    return f"dvc {command} {pipeline()}" + (f":{target}" if target else "")


def make_report(name: str) -> str:
    """The command that runs a corpus and renders the site, as a message may tell it."""
    return "make report" + ("" if name == DEFAULT else f" CORPUS={name}")


def command(line: str) -> str:
    """A command of ours for the chosen corpus, likewise: `python -m stages.plan --corpus tmdb`."""
    return f"python -m stages.{line}" + ("" if _chosen == DEFAULT else f" --corpus {_chosen}")


def option(change: str) -> str:
    """A change of the chosen corpus's parameters, `frames.count=11`, as -S of `dvc exp run` takes
    it."""
    return change if _chosen == DEFAULT else f"{params()}:{change}"
