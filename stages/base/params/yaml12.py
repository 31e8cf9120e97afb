"""YAML as version 1.2 reads it, which is how DVC reads and writes params.yaml.

PyYAML follows version 1.1, where 1e-05 (as DVC writes 0.00001) is a text and `on` is true.
"""

import re
import textwrap
from math import inf
from typing import Any, ClassVar

import yaml

MAX_DIGITS = 100  # of an integer; Python takes quadratic time, and refuses more than 4300
# https://yaml.org/spec/1.2.2, section 10.3.2, the core schema: tag, what matches, first characters
CORE = (
    ("null", r"null|Null|NULL|~|", ["n", "N", "~", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader, the one in C where it was built with it, with the core schema."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        """An int as the core schema writes it: 010 is ten, 0o10 eight."""
        text = str(self.construct_scalar(node))
        if len(text) > MAX_DIGITS:
            problem = f"found an integer of {len(text)} characters, expected {MAX_DIGITS} at most"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """A value; one that is not what its explicit tag says is an error of the file."""
        try:
            return super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, TypeError) as error:
            problem = f"found a value that is not of its type {node.tag} ({type(error).__name__})"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; a repeated key is an error, as it is to DVC."""
        found = super().construct_mapping(node, deep=deep)
        if len(found) < len(node.value):
            names = [key.value for key, _ in node.value]
            twice = next(key for key, _ in reversed(node.value) if names.count(key.value) > 1)
            problem = f"found the key {twice.value!r} a second time"
            raise yaml.constructor.ConstructorError(None, None, problem, twice.start_mark)
        return dict(found)


class Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper: what the core schema reads as no text is quoted, none shared."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out, even a repeated one."""
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        """Quoted unless a plain word or path: to DVC 1_000 is a number, and a:b an error in {}."""
        style = None if re.fullmatch(r"[A-Za-z/][\w./ -]*", text) else "'"
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


for _tag, _pattern, _first in CORE:
    for _class in (Loader, Dumper):
        _class.add_implicit_resolver(
            f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first
        )
Dumper.add_representer(str, Dumper.represent_text)
Loader.add_constructor("tag:yaml.org,2002:int", Loader.construct_yaml_int)


def read(text: str) -> Any:
    """What a YAML document says. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=Loader)


def one_line(content: Any) -> str:
    """YAML of it on one line."""
    return yaml.dump(content, Dumper=Dumper, sort_keys=False, default_flow_style=True, width=inf)


def block(content: Any, indent: int = 0) -> str:
    """YAML of a mapping or list, a line for each of its values, this many spaces further in."""
    text = yaml.dump(content, Dumper=Dumper, sort_keys=False, default_flow_style=False, width=inf)
    return textwrap.indent(text, " " * indent)
