"""Is a command that a document shows one that would be understood? Parsed, and not run."""

import argparse
import re
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from stages.__main__ import COMMANDS
from stages.base import places
from stages.base.plugins import NOUNS, plugin_names
from tests.guide.documents import DOCUMENTS, ROOT, blocks, code_marks, files, known

PROGRAMS = {"dvc", "make", "python", "trailer-genres"}  # those that are looked into
OTHERS = {"export", "git", "helm", "mypy", "openssl", "pip", "python3.11", "ruff", "source"}
OTHERS |= {".venv-openl3/bin/pip"}
CELLS = ("approaches", "early", "late", "zero_shot", "backbones", "pretrained")
CORPORA = {*places.names(ROOT), "mine"}  # those that ship, and the one that examples add


def shown(path: Path) -> Iterator[str]:
    """The commands of a document: lines of its shell blocks, and code marks that begin as one."""
    for block in blocks(path, "sh"):
        yield from block.text.replace("\\\n", " ").splitlines()
    for mark in code_marks(path):
        if mark.split()[0] in PROGRAMS and " " in mark:
            yield mark


def simple(line: str) -> Iterator[list[str]]:
    """The commands of a line, in words; without comments and variables for one command."""
    words = shlex.split(line, comments=True)
    while words:
        end = words.index("&&") if "&&" in words else len(words)
        command, words = words[:end], words[end + 1 :]
        while command and re.match(r"[A-Z_]+=", command[0]):
            command = command[1:]
        if command:
            yield command


class Understood(Exception):  # noqa: N818 - it is none
    """A parser accepted the command."""


@contextmanager
def parsing(arguments: list[str]) -> Iterator[None]:
    """In here the first parser of argparse that reads the command line ends what was begun."""
    whole = argparse.ArgumentParser.parse_args

    def parse(self: argparse.ArgumentParser, *given: Any, **named: Any) -> None:
        with suppress(SystemExit) if "--help" in arguments else nullcontext():
            whole(self, *given, **named)
        raise Understood

    before = sys.argv
    argparse.ArgumentParser.parse_args = parse  # type: ignore[method-assign, assignment]
    sys.argv = ["command", *arguments]
    try:
        yield
    finally:
        sys.argv = before
        argparse.ArgumentParser.parse_args = whole  # type: ignore[method-assign]


def check(command: list[str]) -> None:
    """Raises AssertionError or SystemExit for a command that would not be understood."""
    program, *arguments = command
    if program == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        given = [argument.partition("=") for argument in arguments]
        assert {name for name, equals, _ in given if not equals} <= set(targets), command
        assert all(
            name == "CORPUS" and value in CORPORA for name, equals, value in given if equals
        ), command
    elif program == "dvc":
        _dvc(arguments)
    elif program == "trailer-genres":
        assert arguments[0] in {*COMMANDS, "--help", "COMMAND"}, command
    elif program == "python":
        _python(arguments)
    else:
        assert program in OTHERS, f"{command}: say in OTHERS that it is none of ours"


def _dvc(arguments: list[str]) -> None:
    from dvc.cli import parse_args

    parsed = parse_args(arguments)
    for change in getattr(parsed, "set_param", None) or ():
        if change[0] not in "+~":
            file, _, name = change.partition("=")[0].rpartition(":")
            assert known(name), change
            assert not file or _is_of_corpus(file, "params.yaml"), change
    for target in getattr(parsed, "targets", None) or ():
        file, _, name = target.rpartition(":") if ":" in target else ("", "", target)
        if name.endswith("dvc.yaml"):
            file, name = name, ""
        assert not file or _is_of_corpus(file, "dvc.yaml"), target
        declared = (ROOT / "dvc.yaml").read_text()
        name, _, slug = name.partition("@")
        assert not name or re.search(rf"^  {name}:$", declared, re.MULTILINE), target
        assert not slug or any(known(f"matrix.{of}.{slug}") for of in CELLS), target


def _is_of_corpus(file: str, name: str) -> bool:
    """Whether a path is that of a file of a corpus, one that ships or that a reader adds."""
    return file in {str(places.folder(corpus) / name) for corpus in CORPORA}


def _python(arguments: list[str]) -> None:
    if arguments[0] == "requirements/install.py":
        assert all((ROOT / f"requirements/{name}.txt").exists() for name in arguments[1:])
        return
    if arguments == ["requirements/audit.py"]:
        return
    assert arguments[0] == "-m", arguments
    module, *rest = arguments[1:]
    if module == "pytest":
        _pytest(rest)
    elif module == "dask":
        _dask(*rest)
    else:
        name = f"{module}.__main__" if (ROOT / module).is_dir() else module
        assert (ROOT / f"{name.replace('.', '/')}.py").exists(), module
        with parsing(rest), suppress(Understood):
            import_module(name).main()
            raise AssertionError(f"{module} parses nothing")


def _pytest(arguments: list[str]) -> None:
    """Files that exist; after -k the name of a plugin, or of one that an example adds."""
    chosen = arguments.index("-k") if "-k" in arguments else len(arguments)
    names, keyword = arguments[:chosen], arguments[chosen + 1 :]
    assert names and all((ROOT / name).exists() for name in names), arguments
    if chosen < len(arguments):
        added = {Path(name).stem for path in DOCUMENTS for name, _ in files(path)}
        known_names = {name for folder in NOUNS for name in plugin_names(folder)}
        assert len(keyword) == 1 and keyword[0] in added | known_names, arguments


def _dask(part: str, *arguments: str) -> None:
    main = import_module(f"distributed.cli.dask_{part}").main
    main.make_context(part, list(arguments))
