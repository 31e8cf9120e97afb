"""What a stage that is run by hand needs of other stages, by dvc.yaml. DVC sees to it by itself."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from stages.base.errors import BenchmarkError
from stages.base.params import load

PIPELINE = Path(__file__).resolve().parents[2] / "dvc.yaml"
TEMPLATE = re.compile(r"\$\{([\w.]+)\}")


def check_needed(command: str) -> None:
    """Raise BenchmarkError where a stage lacks what others make, named with who makes it.

    command: as in dvc.yaml, `python -m stages.fit colour_linear`; any other is left alone.
    """
    stages = dict(_stages())
    name = next((name for name, stage in stages.items() if stage["cmd"] == command), "")
    made = [(path, other) for other, stage in stages.items() for path in _written(stage)]
    lacking = {
        path: sorted({other.partition("@")[0] for out, other in made if _related(path, out)})
        for path in stages.get(name, {}).get("deps", [])
        if not Path(path).exists()
    }
    if found := [f"no {path} (of {', '.join(by)})" for path, by in lacking.items() if by]:
        raise BenchmarkError(
            f"stage {name} needs what other stages make",
            found=", ".join(found),
            do=f"run `dvc repro {name}`, which runs them first",
        )


def _stages() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every stage by the name that DVC gives it, its templates filled in."""
    declared = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))["stages"]
    params = vars(load())
    for name, stage in declared.items():
        if "foreach" not in stage:
            yield name, _filled(stage, params)
            continue
        for key, item in _value(stage["foreach"][2:-1], params).items():
            yield f"{name}@{key}", _filled(stage["do"], {**params, "key": key, "item": item})


def _filled(node: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        return {_filled(key, known): _filled(value, known) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, known) for value in node]
    if isinstance(node, str):
        return TEMPLATE.sub(lambda found: str(_value(found[1], known)), node)
    return node


def _value(name: str, known: Any) -> Any:
    """What a template's dotted name says: of an entry of the matrix, or of params.yaml."""
    for part in name.split("."):
        known = known[part] if isinstance(known, Mapping) else getattr(known, part)
    return known


def _written(stage: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("outs", "metrics", "plots"):
        for entry in stage.get(kind, []):
            yield entry if isinstance(entry, str) else next(iter(entry))


def _related(path: str, out: str) -> bool:
    """Whether an output is what is needed, lies in it, or holds it."""
    return out == path or out.startswith(f"{path}/") or path.startswith(f"{out}/")
