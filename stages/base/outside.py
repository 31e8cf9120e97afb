"""Plugins from outside stages/: a Python file, or an installed package with an entry point.

Only params.yaml names them, under matrix.outside, or whoever types a command: code is never taken
from a catalogue or from what was sent in. A file is a path from the project's folder. A package is
pinned by name and version in a requirements file, so that another version is another file, and the
stages that depend on it run again.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

GROUP = "trailer_genres."  # of entry points: trailer_genres.backbones, .heads, .contexts
FOLDERS = ("backbones", "heads", "contexts")
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?\s*==\s*([\w.+!-]+)", re.MULTILINE)


@dataclass(frozen=True)
class Plugin:
    """One plugin from outside."""

    folder: str
    """backbones, heads or contexts."""
    name: str
    code: str
    """The Python file or the requirements file, as it was named."""
    path: Path
    """Its source file."""
    entry: EntryPoint | None = None
    """Of a package."""

    @property
    def module(self) -> str:
        """Name of its module: of a file as if it lay in stages/, of a package its own."""
        return self.entry.module if self.entry else f"stages.{self.folder}.{self.name}"

    @property
    def package(self) -> str:
        """Name of the package it is from; "" for a file."""
        return self.entry.dist.name if self.entry and self.entry.dist else ""

    def load(self) -> ModuleType:
        """Its module, run once for as long as it is the same file."""
        if self.entry:
            return import_module(self.module)
        known = sys.modules.get(self.module)
        if known is not None and known.__file__ == str(self.path):
            return known
        spec = spec_from_file_location(self.module, self.path)
        assert spec and spec.loader  # the file is there, and ends in .py
        sys.modules[self.module] = made = module_from_spec(spec)
        try:
            spec.loader.exec_module(made)
        except BaseException:
            del sys.modules[self.module]
            raise
        return made

    def sources(self) -> list[tuple[str, Path]]:
        """All its code, each file with a name that is the same on every machine."""
        if not self.entry:
            return [(self.path.name, self.path)]
        top = find_spec(self.module.partition(".")[0])
        folders = [Path(each) for each in (top and top.submodule_search_locations) or ()]
        if not folders:
            return [(self.path.name, self.path)]
        return sorted(
            (path.relative_to(folder.parent).as_posix(), path)
            for folder in folders
            for path in folder.rglob("*.py")
        )


_brought: dict[tuple[str, str], Plugin] = {}  # of a process, as its corpus is


def bring(folder: str, name: str, code: str) -> Plugin:
    """Make a plugin known under its name, to this process.

    folder: backbones, heads or contexts; code: a Python file, or a requirements file that pins the
    package whose entry point has this name. Raises ValueError that says what is wrong.
    """
    path = Path(code)
    if path.suffix not in (".py", ".txt"):
        raise ValueError(
            f"found {code!r}, expected a Python file, or a requirements file (.txt) that pins a "
            "package"
        )
    if not path.is_file():
        raise ValueError(f"there is no file {code}, seen from the project's folder")
    if path.suffix == ".py":
        plugin = Plugin(folder, name, code, path.resolve())
    else:
        plugin = _of_package(folder, name, code, path.read_text(encoding="utf-8"))
    known = _brought.setdefault((folder, name), plugin)
    if known != plugin:
        raise ValueError(f"{name} is {known.code} already: two files need two names")
    return plugin


def brought(folder: str, name: str) -> Plugin | None:
    """The plugin of that name, if it is from outside."""
    return _brought.get((folder, name))


def brought_names(folder: str) -> list[str]:
    return [name for of, name in _brought if of == folder]


def brought_as(module: str) -> Plugin | None:
    """The plugin whose code a module is, by its own name or by the one it would have in stages/."""
    for plugin in _brought.values():
        if module in (plugin.module, f"stages.{plugin.folder}.{plugin.name}"):
            return plugin
    return None


def forget() -> None:
    """Know no plugin from outside any more."""
    for plugin in _brought.values():
        if not plugin.entry:
            sys.modules.pop(plugin.module, None)
    _brought.clear()


def installed_plugins(name: str = "") -> Iterator[tuple[str, EntryPoint]]:
    """Entry points with their folders; name: of an entry point or of a package, "" for all."""
    for folder in FOLDERS:
        for entry in entry_points(group=f"{GROUP}{folder}"):
            package = entry.dist.name if entry.dist else ""
            if not name or name == entry.name or _same(name) == _same(package):
                yield folder, entry


def plugin_of(folder: str, entry: EntryPoint, code: str = "") -> Plugin:
    """The plugin behind an entry point. Raises ValueError where its module cannot be found."""
    try:
        spec = find_spec(entry.module)
    except ImportError:
        spec = None
    if spec is None or not spec.origin:
        raise ValueError(f"its entry point {entry.value!r} names no module that is installed")
    return Plugin(folder, entry.name, code or entry.value, Path(spec.origin), entry)


def bring_installed(folder: str, entry: EntryPoint) -> Plugin:
    """Make an entry point's plugin known without a requirements file, to try it."""
    plugin = plugin_of(folder, entry)
    return _brought.setdefault((folder, entry.name), plugin)


def _of_package(folder: str, name: str, code: str, requirements: str) -> Plugin:
    pinned = {_same(package): version for package, version in PINNED.findall(requirements)}
    every = [entry for of, entry in installed_plugins() if of == folder]
    named = [entry for entry in every if entry.name == name]
    if not named:
        known = ", ".join(sorted(entry.name for entry in every)) or "none"
        wanted = " ".join(f"{package}=={version}" for package, version in pinned.items())
        raise ValueError(
            f"no installed package has {name!r} in its entry points {GROUP}{folder} (there: "
            f"{known}); {code} pins {wanted or 'nothing'}: `pip install -r {code}`"
        )
    found = [entry for entry in named if entry.dist and _same(entry.dist.name) in pinned]
    if len(found) != 1:
        said = " ".join(f"{e.dist.name}=={e.dist.version}" for e in named if e.dist)
        raise ValueError(f"{name} is of {said}, of which {code} must pin one")
    (entry,) = found
    assert entry.dist
    if entry.dist.version != pinned[_same(entry.dist.name)]:
        raise ValueError(
            f"{code} pins {entry.dist.name}=={pinned[_same(entry.dist.name)]}, installed is "
            f"{entry.dist.version}: `pip install -r {code}`, or pin what is installed"
        )
    return plugin_of(folder, entry, code)


def _same(package: str) -> str:
    """A package's name as PEP 503 compares names."""
    return re.sub(r"[-_.]+", "-", package).lower()
