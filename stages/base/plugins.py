"""Plugins: backbone families, heads and contexts, each one file that is found by its name.

A file in stages/, or what matrix.outside of params.yaml brings (stages/base/outside.py).
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from traceback import format_exception_only, walk_tb
from typing import Any

from stages.base import outside
from stages.base.errors import BenchmarkError, from_os_error

FAMILY = (
    "a class `Family(Backbone)` with RECORDS, a Record by model ('' for the only one), "
    "prepare(trailer, sample_rate) -> (n_items, ...) and embed(batch) -> (n_items, *record.shape); "
    "with weights a `Family(Network)` with prepare, build() -> nn.Module and forward(items)"
)
HEAD = (
    "a class `Head(nn.Module)` with input_dims (1 for embeddings, 3 for maps), "
    "__init__(shape, n_outputs) and forward(x) -> (n, n_outputs), floating point, with parameters "
    "and without buffers"
)
CONTEXT = (
    "a class `Context(nn.Module)` with __init__(dim), dim_out, a number, and "
    "forward(x, mask, time) -> (n, dim_out), floating point, of x (n, length, dim), mask and time "
    "(n, length); without buffers"
)
PROBE = (
    "a class `Probe` with setting, what a value of its grid is called, is_layer, "
    "fit(x, y, weight, train, grid, to_choose) -> a fitted probe for each training set, and "
    "predict(tensors, x) -> (n, n_outputs), as stages/fitting/probing.py says"
)
TRAINED = (
    "a forward that torch.func.vmap can run for many models at once: no `if` on the values of a "
    "tensor, nothing changed in place"
)


NOUNS = {"backbones": "backbone family", "heads": "head", "contexts": "context"}


def plugin_names(folder: str) -> list[str]:
    """Names of the files in stages/backbones, heads or contexts and of those from outside, sorted;
    none is imported."""
    return sorted({*names_inside(folder), *outside.brought_names(folder)})


def names_inside(folder: str) -> list[str]:
    """Those of stages/ alone."""
    return sorted(module.name for module in iter_modules(_folders(folder)))


def defines_class(folder: str, name: str, class_name: str) -> bool | None:
    """Whether a plugin's file has such a class, by its text; None where it is no Python file that
    can be read."""
    plugin = outside.brought(folder, name)
    places = [plugin.path] if plugin else [Path(of) / f"{name}.py" for of in _folders(folder)]
    return next(
        (found for path in places if (found := _defines(path, class_name)) is not None), None
    )


@cache
def _defines(path: Path, class_name: str) -> bool | None:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return None
    return any(isinstance(n, ast.ClassDef) and n.name == class_name for n in tree.body)


def _folders(folder: str) -> list[str]:
    package = find_spec(f"stages.{folder}")
    return list((package and package.submodule_search_locations) or [])


def load_class(folder: str, name: str, class_name: str, base: type, contract: str) -> Any:
    """The class of stages/<folder>/<name>.py, or of a plugin from outside.

    Raises BenchmarkError for an unknown name, which lists the known ones, and for a file that has
    no such class, which says what it must have.
    """
    if name not in (known := plugin_names(folder)):
        raise BenchmarkError(
            f"unknown {NOUNS[folder]}",
            where="params.yaml",
            found=name,
            expected=f"one of {', '.join(known)}",
            do=f"name one of these, or add stages/{folder}/{name}.py with a class {class_name}; "
            f"one from outside is named in an entry of matrix.outside, with its code",
        )
    module, plugin = f"stages.{folder}.{name}", outside.brought(folder, name)
    with plugin_errors(contract, module):
        found = getattr(plugin.load() if plugin else import_module(module), class_name, None)
    if not (isinstance(found, type) and issubclass(found, base)):
        reason = "no such class" if found is None else f"{class_name} is no {base.__name__}"
        raise invalid_plugin(module, reason, contract)
    return found


def check_modality(slug: str, family: str, reads: str, modality: str, expected: str) -> None:
    """Raises BenchmarkError unless a backbone of params.yaml reads what its family is for.

    modality, expected: of its record: picture, sound, both or words, and what that is read from.
    """
    if reads != expected:
        raise BenchmarkError(
            f"family {family} is for {modality}",
            where=f"params.yaml: {slug}.reads",
            found=reads,
            expected=expected,
            do=f"correct reads, or the modality in {file_of(f'stages.backbones.{family}')}",
        )


def invalid_plugin(module: str, found: str, contract: str, line: int = 0) -> BenchmarkError:
    """The error for a plugin that breaks its contract, with its file and line."""
    file, plugin = file_of(module), outside.brought_as(module)
    examples = f"those in stages/{plugin.folder}" if plugin else "the others in its folder"
    return BenchmarkError(
        "this file breaks its contract",
        where=f"{file}:{line}" if line else file,
        found=found,
        expected=contract,
        do=f"correct this file; {examples} are examples",
    )


def file_of(module: str) -> str:
    """The file of a plugin's module, as a message may name it."""
    plugin = outside.brought_as(module)
    if plugin is None:
        return f"{module.replace('.', '/')}.py"
    return str(plugin.path) if plugin.entry else plugin.code


@contextmanager
def plugin_errors(contract: str, *modules: str) -> Iterator[None]:
    """Turn an error raised in a plugin into a BenchmarkError with its line and its message.

    modules: the plugins whose code runs in the block. A BenchmarkError passes as it is, and so
    does what is no fault of the plugin: no memory, a full disk, a file that may not be read.
    """
    try:
        yield
    except Exception as error:
        system = isinstance(error, OSError) and from_os_error(error)
        torch_memory = type(error).__name__ == "OutOfMemoryError"
        if system or torch_memory or isinstance(error, BenchmarkError | MemoryError):
            raise
        theirs = {plugin.module for each in modules if (plugin := outside.brought_as(each))}
        lines = [
            (str(frame.f_globals["__name__"]), line)
            for frame, line in walk_tb(error.__traceback__)
            if frame.f_globals.get("__name__") in {*modules, *theirs}
        ]
        module, line = lines[-1] if lines else (modules[0], getattr(error, "lineno", None) or 0)
        message = " ".join(format_exception_only(error)[-1].split())
        raise invalid_plugin(module, message, contract, line) from None
