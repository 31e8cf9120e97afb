"""The stages of dvc.yaml as DVC resolves them, and what one that is run by hand still lacks."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import load, yaml12

ROOT = Path(__file__).resolve().parents[2]
OUTPUTS = ("outs", "metrics", "plots")
TEMPLATE = re.compile(r"\$\{([\w.\[\]]+)\}")


def check_dependencies(command: str) -> None:
    """Raise BenchmarkError where a stage lacks what others make, named with who makes it, and for
    a stage that the corpus does not have.

    command: as in dvc.yaml, `python -m stages.fit colour_linear`; one with another argument is
    left alone. DVC sees to this by itself.
    """
    if not (ROOT / places.pipeline()).is_file():
        raise BenchmarkError(
            "this corpus has no pipeline yet, since it was never run",
            where=str(places.pipeline()),
            do=f"run `make report CORPUS={places.corpus()}`, or `python -m stages.corpora --write "
            f"--corpus {places.corpus()}` for its dvc.yaml alone",
        )
    declared = yaml12.read((ROOT / places.pipeline()).read_text(encoding="utf-8"))["stages"]
    load()  # which says what is wrong with it
    params = yaml12.read((ROOT / places.params()).read_text(encoding="utf-8"))
    stages = dict(resolve(declared, params))
    name = next((name for name, stage in stages.items() if stage["cmd"] == command), "")
    templates = [stage.get("do", stage) for stage in declared.values()]  # also where it is of none
    modules = {stage["cmd"].split()[2].removeprefix("stages.") for stage in templates}
    module = command.split()[2].removeprefix("stages.")
    if module not in modules and (ROOT / f"stages/{module}.py").is_file():
        raise BenchmarkError(
            "this corpus has no such stage",
            where=str(places.pipeline()),
            found=module,
            expected=f"one of {', '.join(sorted(modules))}",
            do="choose another with --corpus; one of published features has no trailers, and one "
            "of trailers no tables",
        )
    outputs = [(out, other) for other, stage in stages.items() for out in paths(stage, *OUTPUTS)]
    missing = {
        path: sorted({other.partition("@")[0] for out, other in outputs if overlap(path, out)})
        for path in stages.get(name, {}).get("deps", [])
        if not Path(path).exists()
    }
    if found := [f"no {path} (of {', '.join(by)})" for path, by in missing.items() if by]:
        raise BenchmarkError(
            f"stage {name} needs what other stages make",
            found=", ".join(found),
            do=f"run `{places.dvc('repro', name)}`, which runs them first",
        )


def resolve(
    declared: Mapping[str, Any], params: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every stage by the name that DVC gives it, its templates filled in.

    declared: `stages` of dvc.yaml; params: the content of params.yaml, as mappings or dataclasses.
    """
    for name, stage in declared.items():
        if "foreach" not in stage:
            yield name, _fill(stage, params)
            continue
        items = _lookup(stage["foreach"].strip("${}"), params)
        if not isinstance(items, Mapping):  # a list, whose items DVC names by what they are
            items = {item: item for item in items}
        for key, item in items.items():
            yield f"{name}@{key}", _fill(stage["do"], {**params, "key": key, "item": item})


def paths(stage: Mapping[str, Any], *kinds: str) -> list[str]:
    """Paths of a stage of dvc.yaml, or of dvc.lock, where each is a mapping with a `path`.

    kinds: such as "deps", "outs".
    """
    entries: Iterable[Any] = (entry for kind in kinds for entry in stage.get(kind, []))
    return [
        entry if isinstance(entry, str) else str(entry.get("path", next(iter(entry))))
        for entry in entries
    ]


def overlap(path: str, other: str) -> bool:
    """Whether two paths are the same, or one lies in the other."""
    return path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/")


def _fill(node: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        return {_fill(key, known): _fill(value, known) for key, value in node.items()}
    if isinstance(node, list):
        return [_fill(value, known) for value in node]
    if isinstance(node, str):
        return TEMPLATE.sub(lambda found: str(_lookup(found[1], known)), node)
    return node


def _lookup(name: str, known: Any) -> Any:
    """What a template's dotted name stands for; `parts[0]` is the first of a list."""
    for part in name.replace("[", ".").replace("]", "").split("."):
        if isinstance(known, list | tuple):
            known = known[int(part)]
        else:
            known = known[part] if isinstance(known, Mapping) else getattr(known, part)
    return known
