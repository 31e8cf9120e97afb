"""A YAML file: its content, and the line of each value."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from stages.base.errors import BenchmarkError
from stages.base.params.yaml12 import Loader

MERGE = "tag:yaml.org,2002:merge"
DEEPEST = 50  # the deepest of ours are five


@dataclass(frozen=True)
class Document:
    path: Path
    text: str
    content: Any
    """What the text says, as Python values."""
    root: yaml.Node | None
    """The same as nodes, which know their lines."""

    @classmethod
    def read(cls, path: Path, do: str) -> "Document":
        """Raises BenchmarkError for no file, with the advice `do`, and for text that is no YAML."""
        try:
            text = path.read_text(encoding="utf-8")
            _check_structure(path, text)
            loader = Loader(text)
            root = loader.get_single_node()
            content = loader.construct_document(root) if root else None
        except OSError as error:
            found = error.strerror or ""
            raise BenchmarkError("cannot read it", where=str(path), found=found, do=do) from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise BenchmarkError("not valid YAML", where=str(path), found=str(error)) from None
        return cls(path, text, content, root)

    def place(self, keys: Sequence[str]) -> tuple[str, bool]:
        """As `line`, with the line as `file:line`."""
        line, found = self.line(keys)
        return f"{self.path}:{line}", found

    def line(self, keys: Sequence[str]) -> tuple[int, bool]:
        """Line (from 1) of the value under `keys`, or of its nearest parent, and whether it exists.

        An item of a list has the line of its list.
        """
        node, line = self.root, self.root.start_mark.line + 1 if self.root else 1
        for key in keys:
            children = node.value if isinstance(node, yaml.MappingNode) else []
            match = next(((k, v) for k, v in children if k.value == key), None)
            if match is None:
                return line, isinstance(node, yaml.SequenceNode | yaml.ScalarNode)
            line, node = match[0].start_mark.line + 1, match[1]
        return line, True

    def with_section(self, name: str, text: str) -> str:
        """This document's text with another text for a top-level section, all else as it is."""
        lines = self.text.splitlines(keepends=True)
        pairs = self.root.value if isinstance(self.root, yaml.MappingNode) else []
        for key, value in pairs:
            if key.value == name:
                first, last = key.start_mark.line, _last_line(value)
                return "".join([*lines[:first], text, *lines[last + 1 :]])
        return "".join([*lines, "" if self.text.endswith("\n") else "\n", text])


def _last_line(node: yaml.Node) -> int:
    """Number (from 0) of a value's last line; a block's own end mark is after what follows it."""
    if isinstance(node, yaml.CollectionNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_line(last[1] if isinstance(last, tuple) else last)
    return node.end_mark.line - (node.end_mark.column == 0)


def _check_structure(path: Path, text: str) -> None:
    """Raise BenchmarkError for aliases, merges and depths, before anything is built of them.

    A few lines of merged aliases stand for more values than memory holds, or for themselves.
    """
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        where = f"{path}:{event.start_mark.line + 1}" if event.start_mark else str(path)
        if isinstance(event, yaml.AliasEvent):
            raise BenchmarkError(
                "an alias (*name) makes several places share one value",
                where=where,
                expected="every value written out: `dvc exp run -S` silently loses its changes to "
                "a shared one",
                do="replace the alias by the value",
            )
        if getattr(event, "tag", None) == MERGE:
            raise BenchmarkError(
                "a merge (!!merge)", where=where, expected="every value written out"
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise BenchmarkError(
                    f"values within values, more than {DEEPEST} deep",
                    where=where,
                    do="correct the brackets, or the blanks at the beginnings of lines",
                )
        depth -= isinstance(event, yaml.CollectionEndEvent)
