"""The dvc.yaml of a corpus, written from the one at the top of the project.

DVC includes no file in another, runs every stage again whose paths change with a parameter, and
reads no symbolic link at a revision; so each corpus has a file of its own, and nobody edits it.
What differs: its folders, the file its parameters are read from, `--corpus` in each command, and,
where its films have published features, the stages that take the place of trailers; where it asks
for words, clips or layers, the stages that take them.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from stages.base import places
from stages.base.params import yaml12

PUBLISHED = Path(__file__).parent / "published.yaml"
OPTIONAL = [Path(__file__).parent / f"{name}.yaml" for name in ("words", "clips", "layers")]
HEADER = "# Written by `python -m stages.corpora --write` from the dvc.yaml above: edit that one.\n"
FOLDERS = re.compile(rf"\b(data|metrics|submissions|report/_site)/{places.DEFAULT}(?=/|$)")
WHOLE = re.compile(r"\$\{(catalogue\.[\w.]+)\}")  # a dependency that is a parameter's value
LABELS = ("/labels.parquet", "/lost_films.csv")  # what tells which genres a film has
PRIVATE = (*LABELS, "/catalogue.txt", "/catalogue.parquet", "/second_source.parquet")  # of films
Stage = dict[str, Any]


def pipeline_text(name: str, root: Path) -> str:
    """The whole dvc.yaml of a corpus that is not the default one; root: the project's folder."""
    whole = _read(root / places.pipeline(places.DEFAULT))
    params = _read(root / places.params(name))
    stages: dict[str, Stage] = whole["stages"]
    if "features" in params:
        stages = _with_features(stages, _read(PUBLISHED), params)
    for path in OPTIONAL:
        others = _read(path)
        stages = _with_more(stages | _asked(others, params), others.get("adding", {}), params)
    if params.get("catalogue", {}).get("labels_may_be_published") is False:
        stages = {key: _with_private_labels(stage) for key, stage in stages.items()}
    written = {key: _of_corpus(stage, name, params) for key, stage in stages.items()}
    plots = _moved(whole["plots"], name, "../../")
    dumped = yaml.dump(
        {"stages": written, "plots": plots},
        Dumper=_Dumper,
        sort_keys=False,
        width=100,
        allow_unicode=True,
    )
    return HEADER + dumped


def _read(path: Path) -> Any:
    return yaml12.read(path.read_text(encoding="utf-8"))


def _with_features(
    stages: Mapping[str, Stage], published: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, Stage]:
    """The stages of a corpus of published features.

    published: `stages`, put in place of those of trailers; `only_with`: of some of them the
    parameter without which they are not there; `without`: names of stages left out; `lacking`:
    paths that nothing makes there; `adding`: what a stage depends on besides.
    """
    own = _asked(published, params)
    left_out = {*published["without"], *published["stages"]}
    kept = {key: stage for key, stage in stages.items() if key not in left_out}
    lacking = {*published["lacking"]}
    for name, stage in kept.items():
        inner, more = stage.get("do", stage), published["adding"].get(name, [])
        inner["deps"] = [dep for dep in [*inner["deps"], *more] if dep not in lacking]
    return {**own, **kept}


def _asked(others: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Stage]:
    """Those of the other stages that a corpus's parameters ask for, with what of their dependencies
    these ask for."""
    needed, inputs = others["only_with"], others.get("dependencies_only_with", {})
    found = {
        name: stage
        for name, stage in others["stages"].items()
        if name not in needed or _is_given(needed[name], params)
    }
    lacking = {dep for dep, key in inputs.items() if not _is_given(key, params)}
    for stage in found.values():
        inner = stage.get("do", stage)
        inner["deps"] = [dep for dep in inner["deps"] if dep not in lacking]
    return found


def _with_more(
    stages: Mapping[str, Stage], adding: Mapping[str, Mapping[str, Any]], params: Mapping[str, Any]
) -> dict[str, Stage]:
    """Stages with what some of them depend on besides, where a corpus's parameters ask for it.

    adding: by stage; `with`: the parameter; `deps`, `params`: what there is more of each.
    """
    found = dict(stages)
    for name, more in adding.items():
        if name in stages and _is_given(more["with"], params):
            lists = {
                key: [*stages[name].get(key, []), *more[key]]
                for key in ("deps", "params")
                if key in more
            }
            found[name] = stages[name] | lists
    return found


def _is_given(key: str, params: Mapping[str, Any]) -> bool:
    """Whether there is such a parameter; of one with a template its first part tells."""
    found: Any = params
    for part in key.partition(".${")[0].split("."):
        if not isinstance(found, Mapping) or found.get(part) is None:
            return False
        found = found[part]
    return True


def _with_private_labels(stage: Stage) -> Stage:
    """A stage that puts labels where git does not look, and sends them to no remote; the pages
    depend on none, which are made without them too."""
    if "foreach" in stage:
        return stage | {"do": _with_private_labels(stage["do"])}
    deps = [dep for dep in stage["deps"] if not dep.endswith(LABELS)]
    outs = []
    for out in stage.get("outs", []):
        path = next(iter(out)) if isinstance(out, dict) else out
        path = path.replace("metrics/", "data/", 1) if path.endswith(LABELS) else path
        outs.append({path: {"push": False}} if path.endswith(PRIVATE) else out)
    return stage | {"deps": deps} | ({"outs": outs} if outs else {})


def _of_corpus(stage: Stage, name: str, params: Mapping[str, Any]) -> Stage:
    if "foreach" in stage:
        return {"foreach": stage["foreach"], "do": _of_corpus(stage["do"], name, params)}
    moved: Stage = _moved(stage, name)
    moved["cmd"] += f" --corpus {name}"
    own = str(places.params(name))
    moved["deps"] = [own if dep == "params.yaml" else dep for dep in moved["deps"]]
    moved["deps"] = [dep for dep in moved["deps"] if _is_there(dep, params)]
    known = [key for key in moved.pop("params", []) if _is_given(key, params)]
    found = {"desc": moved.pop("desc"), "cmd": moved.pop("cmd"), "wdir": "../.."}
    return found | moved | ({"params": [{own: known}]} if known else {})


def _is_there(dep: str, params: Mapping[str, Any]) -> bool:
    """Whether a dependency is no parameter's value, or one of a parameter that is given."""
    asked = WHOLE.fullmatch(dep)
    return asked is None or _is_given(asked[1], params)


def _moved(node: Any, name: str, above: str = "") -> Any:
    """What a part of the file says, of another corpus's folders; above: the way to them."""
    if isinstance(node, dict):
        return {_moved(k, name, above): _moved(v, name, above) for k, v in node.items()}
    if isinstance(node, list):
        return [_moved(each, name, above) for each in node]
    if isinstance(node, str):
        return FOLDERS.sub(rf"{above}\1/{name}", node)
    return node


class _Dumper(yaml.SafeDumper):
    """Without anchors, and with the entries of a list below their key's column."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)
