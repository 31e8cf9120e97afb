"""Read params.yaml: every slip is named at once, with file and line."""

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from stages.base.errors import BenchmarkError
from stages.base.params.document import Document
from stages.base.params.matrix import slips
from stages.base.params.sections import MatrixParams, Params
from stages.base.params.sets import FOLDER, Set, read_set, set_names

PARAMS = Path("params.yaml")
Place = Callable[[Sequence[str]], tuple[str, bool]]


def load(path: Path = PARAMS, chosen: str | None = None) -> Params:
    """Read and check the whole file; an entry point then takes its own sections and no others.

    chosen: a set in the place of the file's own matrix, whatever that holds. Raises BenchmarkError
    that names every bad value: file, line, what was found, what was expected.
    """
    document = read(path)
    of = read_set(path.parent / FOLDER, chosen) if chosen else None
    return _checked(document, of)


def read(path: Path = PARAMS) -> Document:
    """The file as it stands, its values unchecked."""
    return Document.read(path, do="run from the folder that holds params.yaml")


def load_sets(path: Path = PARAMS) -> tuple[dict[str, MatrixParams], list[str]]:
    """The sets that fit the file's other parameters, by name, each after what it extends; and of
    every other one, why it does not."""
    document, folder = read(path), path.parent / FOLDER
    found: list[tuple[int, str, MatrixParams]] = []
    faults = []
    for name in set_names(folder):
        try:
            of = read_set(folder, name)
            found.append((len(of.files), name, _checked(document, of).matrix))
        except BenchmarkError as error:
            faults.append(str(error))
    return {name: matrix for _, name, matrix in sorted(found, key=lambda each: each[:2])}, faults


def _checked(document: Document, of: Set | None) -> Params:
    def place(keys: Sequence[str]) -> tuple[str, bool]:
        if of and keys[:1] == ["matrix"]:
            return of.place(keys[1:])
        line, found = document.line(keys)
        return f"{document.path}:{line}", found

    content = document.content
    if of and isinstance(content, dict):
        content = content | {"matrix": of.matrix}
    try:
        params = TypeAdapter(Params).validate_python(content)
    except ValidationError as error:
        wrong = [_explain(place, detail) for detail in error.errors()]
        raise _refused(document, wrong) from None
    if found := slips(params):
        wrong = [f"{place(list(s.keys))[0]}: {'.'.join(s.keys)}: {s.message}" for s in found]
        raise _refused(document, wrong)
    return params


def _refused(document: Document, wrong: list[str]) -> BenchmarkError:
    """What is wrong and how to go on: what `-S` wrote stays in the file, whatever it is."""
    do, path = "mend the lines named above", document.path
    if any(line.startswith(f"{path}:") for line in wrong):
        do += (
            f"; if `-S` wrote them, `git diff {path}` shows what changed, and `git restore {path}` "
            "takes all of that back"
        )
    return BenchmarkError("\n".join(wrong), do=do)


def _explain(place: Place, detail: ErrorDetails) -> str:
    keys = [str(part) for part in detail["loc"] if part != "[key]"]
    where, known = place(keys)
    message, found = detail["msg"].removeprefix("Value error, "), detail["input"]
    if detail["type"] == "unexpected_keyword_argument":
        message = "unknown parameter" + _nearest(keys)
    elif detail["type"] == "missing":
        message = "missing"
    elif known and isinstance(found, str | int | float):
        message += f" (found: {found!r})"
    return ": ".join([where, *([".".join(keys)] if keys else []), message])


def _nearest(keys: list[str]) -> str:
    kind: object = Params
    for part in keys[:-1]:
        annotations = getattr(kind, "__dataclass_fields__", {})
        kind = annotations[part].type if part in annotations else kind
    fields = set(getattr(kind, "__dataclass_fields__", {}))
    close = difflib.get_close_matches(keys[-1], fields, n=1)
    return f", did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(fields))}"
