"""Read params.yaml: every slip is named at once, with file and line."""

import difflib
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from stages.errors import BenchmarkError
from stages.params.matrix import slips
from stages.params.sections import Params

# the same in C, where PyYAML was built with it: every stage begins by reading the parameters
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path = Path("params.yaml")) -> Params:
    """Read and check the whole file; an entry point then takes its own sections and no others.

    Raises BenchmarkError that names every bad value: line, what was found, what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=LOADER)
        params = TypeAdapter(Params).validate_python(yaml.load(text, Loader=LOADER))
    except OSError as error:
        raise BenchmarkError(
            "cannot read the parameters",
            where=str(path),
            found=error.strerror or "",
            do="run from the folder that holds params.yaml",
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BenchmarkError("not valid YAML", where=str(path), found=str(error)) from None
    except ValidationError as error:
        lines = [_explain(path, root, detail) for detail in error.errors()]
        raise BenchmarkError("\n".join(lines), do="mend the lines named above") from None
    if found := slips(params):
        lines = [_line(path, root, list(slip.keys), slip.message) for slip in found]
        raise BenchmarkError("\n".join(lines), do="mend the lines named above")
    return params


def _line(path: Path, root: yaml.Node | None, keys: list[str], message: str) -> str:
    return f"{path}:{_find(root, keys)[0]}: {'.'.join(keys)}: {message}"


def _explain(path: Path, root: yaml.Node | None, detail: ErrorDetails) -> str:
    keys = [str(part) for part in detail["loc"] if part != "[key]"]
    line, known = _find(root, keys)
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "unexpected_keyword_argument":
        message = "unknown parameter" + _nearest(keys[-1], detail, keys)
    elif detail["type"] == "missing":
        message = "missing"
    where = ": ".join(
        [f"{path}:{line}" if keys else str(path), *([".".join(keys)] if keys else [])]
    )
    found = "" if detail["type"] in ("missing", "unexpected_keyword_argument") else detail["input"]
    shown = f" (found: {found!r})" if known and isinstance(found, str | int | float) else ""
    return f"{where}: {message}{shown if found != '' else ''}"


def _nearest(key: str, detail: ErrorDetails, keys: list[str]) -> str:
    fields: set[str] = set()
    kind: object = Params
    for part in keys[:-1]:
        annotations = getattr(kind, "__dataclass_fields__", {})
        kind = annotations[part].type if part in annotations else kind
    fields.update(getattr(kind, "__dataclass_fields__", {}))
    close = difflib.get_close_matches(key, fields, n=1)
    return f", did you mean {close[0]!r}?" if close else f"; known: {', '.join(sorted(fields))}"


def _merged(
    children: list[tuple[yaml.Node, yaml.Node]], key: str
) -> list[tuple[yaml.Node, yaml.Node]]:
    """The key and value that `<<` brings in from elsewhere."""
    return [
        found
        for name, value in children
        if name.value == "<<" and isinstance(value, yaml.MappingNode)
        for found in [pair for pair in value.value if pair[0].value == key]
        or _merged(value.value, key)
    ]


def _find(node: yaml.Node | None, keys: list[str]) -> tuple[int, bool]:
    """Line (from 1) of the value under `keys`, or of the nearest parent that exists."""
    line = node.start_mark.line + 1 if node else 1
    for key in keys:
        children = node.value if isinstance(node, yaml.MappingNode) else []
        match = [(k, v) for k, v in children if k.value == key] or _merged(children, key)
        if not match:
            return line, isinstance(node, yaml.SequenceNode | yaml.ScalarNode)
        line, node = match[0][0].start_mark.line + 1, match[0][1]
    return line, True
