"""What README and the guide show: blocks of code, commands, links, names in code marks."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.small_project import Project
from stages.base.params import yaml12

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md"]
DOCUMENTS += [ROOT / "SECURITY.md"]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Block(NamedTuple):
    """A fenced block of code."""

    heading: str
    """Of the section it is in."""
    language: str
    text: str


def blocks(path: Path, language: str) -> list[Block]:
    """The blocks of one language in a document, in order."""
    text, found = path.read_text(encoding="utf-8"), []
    for match in FENCED.finditer(text):
        headings = re.findall(r"^#+ (.*)$", FENCED.sub("", text[: match.start()]), re.MULTILINE)
        found.append(Block(headings[-1], match[1], match[2]))
    return [block for block in found if block.language == language]


def prose(path: Path) -> str:
    """A document without its fenced blocks and comments."""
    return COMMENT.sub("", FENCED.sub("", path.read_text(encoding="utf-8")))


def code_marks(path: Path) -> list[str]:
    """What stands between single backticks."""
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", prose(path))]


def files(path: Path) -> Iterator[tuple[str, Block]]:
    """Python blocks that are whole files of stages/, by the name in their first line."""
    for block in blocks(path, "python"):
        if name := re.match(r"# (stages/\w+/\w+\.py)\n", block.text):
            yield name[1], block


OF_FEATURES = "corpora/mmtf14k/params.yaml"
OF_WORDS = "corpora/sample_words/params.yaml"


@cache
def parameters(file: str = "params.yaml") -> dict[str, Any]:
    """All of params.yaml, by default the sample corpus's."""
    return dict(yaml12.read((ROOT / file).read_text(encoding="utf-8")))


def known(name: str) -> bool:
    """Whether the params.yaml of a corpus, of trailers, words or features, has this dotted name."""
    return any(_has(parameters(file), name) for file in ("params.yaml", OF_FEATURES, OF_WORDS))


def _has(found: Any, name: str) -> bool:
    for part in name.split("."):
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


def follow(project: Project, path: Path, *headings: str) -> None:
    """Do in a project what these sections say: add their files, their lines to params.yaml."""
    for name, block in files(path):
        if block.heading in headings:
            (project.folder / name).write_text(block.text)
    for block in blocks(path, "yaml"):
        if block.heading in headings:
            added = yaml12.read(block.text)
            project.change_params(lambda params, added=added: merge(params, added))  # type: ignore[misc]


def merge(params: dict[str, Any], added: dict[str, Any]) -> None:
    """Put a block's entries where its indentation says; a list or a number replaces the old one."""
    for name, value in added.items():
        if isinstance(value, dict) and isinstance(params.get(name), dict):
            merge(params[name], value)
        else:
            params[name] = value
