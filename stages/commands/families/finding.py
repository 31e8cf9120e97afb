"""The families that an argument of a command names."""

import re
from pathlib import Path

from stages.base.errors import BenchmarkError
from stages.base.outside import bring, bring_installed, installed_plugins
from stages.base.plugins import names_inside, plugin_names

PACKAGE = "package:"
SLUG = re.compile("[a-z0-9_]+")


def find_families(argument: str) -> list[str]:
    """Names of families, made known to this process.

    argument: a Python file; package:NAME, of an installed package or of one of its entry points; or
    the name of a family that the project knows. Raises BenchmarkError where there is none.
    """
    if argument.startswith(PACKAGE):
        return _of_package(argument.removeprefix(PACKAGE))
    if argument.endswith(".py"):
        return [_of_file(Path(argument))]
    if argument not in (known := plugin_names("backbones")):
        raise BenchmarkError(
            "unknown backbone family",
            found=argument,
            expected=f"a Python file, {PACKAGE}NAME, or one of {', '.join(known)}",
        )
    return [argument]


def _of_file(path: Path) -> str:
    name = path.stem
    if path.resolve() == Path(f"stages/backbones/{name}.py").resolve() and path.is_file():
        return name
    if not SLUG.fullmatch(name) or name in names_inside("backbones"):
        raise BenchmarkError(
            "this file cannot have this name",
            where=str(path),
            found=name,
            expected="small letters, digits and _, and no family of stages/backbones",
            do="rename it",
        )
    try:
        bring("backbones", name, str(path))
    except ValueError as error:
        raise BenchmarkError(str(error), where=str(path), do="name a file that is there") from None
    return name


def _of_package(name: str) -> list[str]:
    every = [entry for folder, entry in installed_plugins() if folder == "backbones"]
    found = [entry for folder, entry in installed_plugins(name) if folder == "backbones"]
    if not found:
        known = ", ".join(sorted(f"{e.name} (of {e.dist.name})" for e in every if e.dist)) or "none"
        raise BenchmarkError(
            "no installed package has a backbone family of this name",
            found=name,
            expected=f"an entry point trailer_genres.backbones, or a package with some: {known}",
            do="install the package into this environment",
        )
    try:
        return [bring_installed("backbones", entry).name for entry in found]
    except ValueError as error:
        raise BenchmarkError(str(error), where=name, do="correct the package") from None
