"""What the foot of every page says of its numbers: which corpus, which commit, which day."""

import json
import re
from pathlib import Path

import yaml

from stages.base import git

MARKED = re.compile(r"([\\`*_\[\]<>#$~^!&])")
HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"
PATH = r"(?P<path>[\w.~-]+(?:/[\w.~-]+)+)/?"
REMOTES = [
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        rf"https?://(?:[^/@]*@)?(?P<host>{HOST}(?::\d+)?)/{PATH}",  # without user and password
        rf"(?:ssh://)?git@(?P<host>{HOST})(?::\d+(?=/))?[:/]{PATH}",
    )
]
CHANGED = "-dirty"  # the end of a commit whose run had changes that were not committed


def repository(root: Path) -> str:
    """The address in CITATION.cff (repository-code), without a / at its end.

    Where it names none, that of the web host this clone came from; "" without one.
    """
    path = root / "CITATION.cff"
    known = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return str(known.get("repository-code", "")).rstrip("/") or _origin(root)


def _origin(root: Path) -> str:
    """The page of git's remote `origin`; "" for a folder, or anything that is no web host."""
    if not (root / ".git").exists():
        return ""
    remote = git.ask("-C", str(root), "config", "--get", "remote.origin.url")
    for found in filter(None, (pattern.fullmatch(remote) for pattern in REMOTES)):
        return f"https://{found['host']}/{found['path'].removesuffix('.git')}"
    return ""


def results(title: str, metrics: Path, address: str = "") -> str:
    """A sentence in Markdown on the results in `metrics`; address: of the repository, if known."""
    path = metrics / "provenance.json"
    of = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    commit, date = str(of.get("commit") or ""), str(of.get("date") or "")
    if not commit:
        return f"{_plain(title)}: no commit is recorded."
    short = commit.removesuffix(CHANGED)
    said = _plain(short[:10])
    if address:
        said = f"[{said}]({address}/commit/{short})"
    changed = " with changes not committed" if commit.endswith(CHANGED) else ""
    on = f", {_plain(date)}" if date else ""
    return f"{_plain(title)}: results of commit {said}{changed}{on}."


def source(address: str) -> str:
    """A link to the repository, as a sentence in Markdown; "" where none is known."""
    return f"[Source code]({address})." if address else ""


def _plain(text: str) -> str:
    return MARKED.sub(r"\\\1", text)
