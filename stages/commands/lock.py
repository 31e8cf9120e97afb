"""The run that trained the models, as dvc.lock records it, against what this folder holds."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import yaml12
from stages.corpus.table import read_trailers

# the stages whose parameters decide what a model predicts; others choose the films
DECIDING = (
    *("frames", "audio", "weights", "embed", "embed_pretrained", "fit", "early", "late"),
    *("clips", "dual"),
    *("weights_outside", "embed_outside", "embed_pretrained_outside"),
    *("weights_joint", "embed_pretrained_joint"),
    *("fit_outside", "early_outside", "speech", "cards", "texts"),
    *("early_two", "early_three", "late_two", "late_three"),
)
ABSENT = "not set"


@dataclass(frozen=True)
class Corpus:
    """What the models were trained on."""

    catalogue: str
    films: int
    sample: bool
    """Whether its trailers are rendered: these are not films."""


def read_lock(path: Path) -> Mapping[str, Any]:
    """The content of dvc.lock. Raises BenchmarkError where nothing was run."""
    found: Mapping[str, Any] = read_yaml(path)
    if not found:
        raise BenchmarkError(
            "no models were trained here yet",
            where=str(path),
            do=f"run `{places.dvc('repro')}` first",
        )
    return found


def read_corpus(lock: Mapping[str, Any], n_films: int, data: Path) -> Corpus:
    """The corpus of the run. lock: the content of dvc.lock."""
    stage = lock["stages"]["catalogue"]
    path = params_of(stage)["catalogue"]["path"]
    trailers = read_trailers(data / "catalogue.parquet")
    return Corpus(path, n_films, any(each.url.startswith("sample:") for each in trailers))


def check_trained(slug: str, lock: Mapping[str, Any]) -> None:
    """Raise BenchmarkError unless an approach is here as it was trained, with these parameters.

    lock: the content of dvc.lock of the chosen corpus.
    """
    params = read_yaml(places.params())
    path = f"{places.data()}/scores/{slug}.npz"
    stages = lock.get("stages", {})
    made_by = {out["path"]: name for name, each in stages.items() for out in each.get("outs", [])}
    if path not in made_by or not Path(path).is_file():
        raise BenchmarkError(
            f"{slug} is not trained here",
            where=path,
            do=f"run `{places.dvc('repro')}` (or `dvc checkout {places.pipeline()}`, if it was run "
            "before) and try again",
        )
    if _md5(Path(path)) != _out(stages, made_by, path):
        raise BenchmarkError(
            f"{slug} is from another run than the one that dvc.lock records",
            where=path,
            do=f"run `dvc checkout {places.pipeline()}`, or `{places.dvc('repro')}` where the "
            "cache does not have it",
        )
    names = list(dict.fromkeys(_upstream(path, stages, made_by)))
    for name in names:
        for dep in stages[name]["deps"]:
            if dep["path"] in made_by and dep["md5"] != _out(stages, made_by, dep["path"]):
                raise BenchmarkError(
                    f"{slug} was trained before {dep['path']} changed", where=name, do=_again()
                )
    if found := [line for name in names for line in _changes(stages[name], params)]:
        raise BenchmarkError(
            f"{slug} was trained with other parameters than params.yaml has now",
            where=str(places.params()),
            found="; ".join(dict.fromkeys(found)),
            do=_again(),
        )


def _again() -> str:
    return f"run `{places.dvc('repro')}`, which trains it again, or undo the change"


def _upstream(path: str, stages: Mapping[str, Any], made_by: Mapping[str, str]) -> Iterator[str]:
    """The deciding stages behind an output, its own first."""
    name = made_by.get(path, "")
    if name.split("@")[0] in DECIDING:
        yield name
        for dep in stages[name]["deps"]:
            yield from _upstream(dep["path"], stages, made_by)


def declared_value(params: Mapping[str, Any], key: str) -> Any:
    """What params.yaml holds under `a.b.c`; ABSENT where it holds nothing there."""
    now: Any = params
    for part in key.split("."):
        now = now.get(part, ABSENT) if isinstance(now, Mapping) else ABSENT
    return now


def _changes(stage: Mapping[str, Any], params: Mapping[str, Any]) -> Iterator[str]:
    for key, trained in params_of(stage).items():
        yield from _differences(key, trained, declared_value(params, key))


def params_of(stage: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of a locked stage, from whichever file they were read: a stage reads just one."""
    return next(iter(stage.get("params", {}).values()), {})


def _differences(key: str, trained: Any, now: Any) -> Iterator[str]:
    if isinstance(trained, Mapping) and isinstance(now, Mapping):
        for name in dict.fromkeys([*trained, *now]):
            one, other = trained.get(name, ABSENT), now.get(name, ABSENT)
            yield from _differences(f"{key}.{name}", one, other)
    elif trained != now:
        yield f"{key} was {trained}, is {now}"


def _out(stages: Mapping[str, Any], made_by: Mapping[str, str], path: str) -> str:
    outs = stages[made_by[path]]["outs"]
    return str(next(out["md5"] for out in outs if out["path"] == path))


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def read_yaml(path: Path) -> Any:
    """The content of dvc.lock or params.yaml, unchecked; {} where there is no such file."""
    return yaml12.read(path.read_text(encoding="utf-8")) if path.is_file() else {}
