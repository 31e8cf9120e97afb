"""What computed a result: digests of our code, versions of the libraries."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from stages.base import outside
from stages.base.store import sha256

NOT_INSTALLED = "not installed"


@cache
def code_of(
    *patterns: str, libraries: tuple[str, ...] = (), others: tuple[tuple[str, Path], ...] = ()
) -> str:
    """Digest of source files (globs below this project) and of the versions of libraries.

    others: further files, each with the name that it counts under.

    A result is computed again when its code was edited, if only in a comment: it is never stale.
    """
    project = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for pattern in patterns:
        files = sorted(project.glob(pattern))
        if not files:
            raise ValueError(f"no source matches {pattern}")
        for path in files:
            digest.update(f"{path.relative_to(project).as_posix()}\t{sha256(path)}\n".encode())
    for name, path in others:
        digest.update(f"{name}\t{sha256(path)}\n".encode())
    for library in libraries:
        digest.update(f"{library}\t{installed(library)}\n".encode())
    return digest.hexdigest()[:16]


def code_of_plugin(folder: str, name: str, *patterns: str, libraries: tuple[str, ...] = ()) -> str:
    """The same with the code of a backbone family, head or context, wherever that is: a file's
    content; all files of a package, and its version."""
    plugin = outside.brought(folder, name)
    if plugin is None:
        return code_of(*patterns, f"stages/{folder}/{name}.py", libraries=libraries)
    of_package = (plugin.package,) if plugin.package else ()
    libraries, others = (*libraries, *of_package), tuple(plugin.sources())
    return code_of(*patterns, libraries=libraries, others=others)


def installed(package: str) -> str:
    """Version of a package, or that it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return NOT_INSTALLED
