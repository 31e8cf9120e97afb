"""Read a page, .qmd or .md: its YAML header, its Python cells with options, its Markdown."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from stages.base.errors import BenchmarkError


@dataclass(frozen=True)
class Cell:
    """A piece of a page."""

    kind: Literal["markdown", "code"]
    source: str
    line: int
    """Where it starts in the file."""
    options: dict[str, Any] = field(default_factory=dict)
    """Of the `#|` lines."""

    @property
    def label(self) -> str:
        """The cell's own name, or its line."""
        return str(self.options.get("label") or f"line {self.line}")


@dataclass(frozen=True)
class Page:
    """A parsed page."""

    name: str
    """The file's name without suffix."""
    header: dict[str, Any]
    cells: tuple[Cell, ...]

    @property
    def title(self) -> str:
        """The header's title, or the page's name."""
        return str(self.header.get("title", self.name))


_FENCE = re.compile(r"^(`{3,})\{python\}\s*$")
_OPTION = re.compile(r"^#\|\s?(.*)$")
_TITLE = re.compile(r"^# +(.+?)\s*$")


def read(path: Path) -> Page:
    """Parse a page; BenchmarkError names file and line of what cannot be read.

    A page whose header has no title takes the heading it begins with, as Quarto does.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    header, start = _header(path, lines)
    first = next((at for at in range(start, len(lines)) if lines[at].strip()), start)
    if "title" not in header and first < len(lines) and (title := _TITLE.match(lines[first])):
        header, start = header | {"title": title.group(1)}, first + 1
    cells: list[Cell] = []
    prose: list[str] = []
    prose_line, at = start + 1, start

    def close_prose() -> None:
        if any(line.strip() for line in prose):
            cells.append(Cell("markdown", "\n".join(prose).strip("\n"), prose_line))
        prose.clear()

    while at < len(lines):
        opening = _FENCE.match(lines[at])
        if not opening:
            prose.append(lines[at])
            at += 1
            continue
        close_prose()
        end = _closing(path, lines, at, opening.group(1))
        cells.append(_code(path, lines[at + 1 : end], at + 1))
        at, prose_line = end + 1, end + 2
    close_prose()
    return Page(path.stem, header, tuple(cells))


def _closing(path: Path, lines: list[str], at: int, fence: str) -> int:
    for end in range(at + 1, len(lines)):
        if lines[end].rstrip() == fence:
            return end
    raise BenchmarkError(
        "a code cell is opened and never closed", where=f"{path.name}:{at + 1}", expected=fence
    )


def _header(path: Path, lines: list[str]) -> tuple[dict[str, Any], int]:
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    for end in range(1, len(lines)):
        if lines[end].rstrip() == "---":
            return _yaml(path, "\n".join(lines[1:end]), 1), end + 1
    raise BenchmarkError("the header is never closed", where=f"{path.name}:1", expected="---")


def _code(path: Path, lines: list[str], line: int) -> Cell:
    options: list[str] = []
    for text in lines:
        found = _OPTION.match(text)
        if not found:
            break
        options.append(found.group(1))
    source = "\n".join(lines[len(options) :]).strip("\n")
    return Cell("code", source, line, _yaml(path, "\n".join(options), line))


def _yaml(path: Path, text: str, line: int) -> dict[str, Any]:
    try:
        value = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise BenchmarkError(
            "these options are not YAML", where=f"{path.name}:{line}", found=str(error)
        ) from error
    if not isinstance(value, dict):
        raise BenchmarkError(
            "these options are not a mapping",
            where=f"{path.name}:{line}",
            found=repr(value),
            expected="`name: value` lines",
        )
    return value


_DIV_OPEN = re.compile(r"^\s*:{3,}\s*(?:\{([^}]*)\}|([\w-]+))\s*$")
_DIV_CLOSE = re.compile(r"^\s*:{3,}\s*$")
_LINK = re.compile(r"\]\(((?:\.\./)?(?:[\w-]+/)?[\w-]+)\.(?:qmd|md)(#[\w-]+)?\)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*(?:\{[^}]*\})?\s*$")


def plain_markdown(source: str) -> str:
    """Quarto's Markdown as plain Markdown with HTML: fenced divs (callouts, tabsets) become divs.

    The heading that opens a callout becomes its title; a tabset becomes its parts, one after
    the other. Attributes of headings are dropped, links between pages lead to the rendered ones.
    """
    out: list[str] = []
    titled = False  # the next line of text may be a callout's title
    for line in source.splitlines():
        opening, heading = _DIV_OPEN.match(line), _HEADING.match(line)
        if opening:
            classes = re.findall(r"\.([\w-]+)", opening.group(1) or "") or [opening.group(2) or ""]
            callout = any(name.startswith("callout") for name in classes)
            out += ["", f'<div class="{" ".join((["callout"] if callout else []) + classes)}">', ""]
            titled = callout
        elif _DIV_CLOSE.match(line):
            out += ["", "</div>", ""]
        elif heading and titled:
            out += [f"**{heading.group(1)}**", ""]
            titled = False
        else:
            titled = titled and not line.strip()
            out.append(re.sub(r"\s*\{[#.][^}]*\}\s*$", "", line) if heading else line)
    return _LINK.sub(r"](\1.html\2)", "\n".join(out))
