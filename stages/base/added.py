"""Families, heads and contexts, which people add as files: what is amiss, by file and line."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from traceback import format_exception_only, walk_tb
from typing import Any

from stages.base.errors import BenchmarkError, by_the_system

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
TRAINED = (
    "a forward that torch.func.vmap can run for many models at once: no `if` on the values of a "
    "tensor, nothing changed in place"
)


def load_class(module: str, name: str, base: type, contract: str) -> Any:
    """The class of a file of stages/. Raises BenchmarkError that says what the file must have."""
    with blamed(contract, module):
        found = getattr(import_module(module), name, None)
    if not (isinstance(found, type) and issubclass(found, base)):
        lacking = "no such class" if found is None else f"{name} is no {base.__name__}"
        raise broken(module, lacking, contract)
    return found


def broken(module: str, found: str, contract: str, line: int = 0) -> BenchmarkError:
    """One sentence on a file that is not as it must be."""
    file = f"{module.replace('.', '/')}.py"
    return BenchmarkError(
        "this file is not as it must be",
        where=f"{file}:{line}" if line else file,
        found=found,
        expected=contract,
        do="mend this file; another in its folder shows how",
    )


@contextmanager
def blamed(contract: str, *modules: str) -> Iterator[None]:
    """What goes wrong in somebody's file is told by the line there and the error's own words.

    modules: whose code runs in the block. Errors of ours pass as they are, and so does what the
    system refuses: memory, a full disk.
    """
    try:
        yield
    except Exception as error:
        refused = isinstance(error, OSError) and by_the_system(error)
        memory = (
            isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
        )  # torch
        if isinstance(error, BenchmarkError) or refused or memory:
            raise
        lines = [
            (str(frame.f_globals["__name__"]), line)
            for frame, line in walk_tb(error.__traceback__)
            if frame.f_globals.get("__name__") in modules
        ]
        module, line = lines[-1] if lines else (modules[0], getattr(error, "lineno", None) or 0)
        said = " ".join(format_exception_only(error)[-1].split())
        raise broken(module, said, contract, line) from None
