"""Which stages need not run again: those that dvc.lock records as they are in the folder."""

from collections.abc import Callable, Mapping
from typing import Any

from stages.commands.lock import ABSENT, declared_value, params_of

HashOf = Callable[[str], str | None]


class Finished:
    """The stages of dvc.lock, compared with parameters that need not be those of its run."""

    def __init__(self, lock: Mapping[str, Any], params: Mapping[str, Any], hash_of: HashOf) -> None:
        """params: what params.yaml would hold; hash_of: DVC's hash of a file or folder here, None
        where there is none."""
        self.stages: Mapping[str, Any] = lock.get("stages", {})
        self.params, self.hash_of = params, hash_of
        self.made_by = {out["path"]: name for name, of in self.stages.items() for out in _outs(of)}
        self.known: dict[str, bool] = {}

    def __call__(self, name: str) -> bool:
        """Whether a stage and all that it needs ran here, with these parameters and this code."""
        if name not in self.known:
            self.known[name] = name in self.stages and self._holds(self.stages[name])
        return self.known[name]

    def _holds(self, stage: Mapping[str, Any]) -> bool:
        return (
            all(now == then for now, then in self._declared(stage))
            and all(self(name) for name in self._needed(stage))
            and all(self.hash_of(of["path"]) == of["md5"] for of in (*_deps(stage), *_outs(stage)))
        )

    def _needed(self, stage: Mapping[str, Any]) -> list[str]:
        """The stages whose outputs it reads, or have outputs in a folder that it reads.

        dvc.lock keeps the stages of earlier matrices, which nothing declares and nothing needs.
        """
        return [
            name
            for out, name in self.made_by.items()
            for dep in _deps(stage)
            if (out == dep["path"] or out.startswith(f"{dep['path']}/"))
            and all(now != ABSENT for now, _ in self._declared(self.stages[name]))
        ]

    def _declared(self, stage: Mapping[str, Any]) -> list[tuple[Any, Any]]:
        """A stage's parameters, as they would be and as they were when it ran."""
        then = params_of(stage).items()
        return [(declared_value(self.params, key), value) for key, value in then]


def _deps(stage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(stage.get("deps", []))


def _outs(stage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(stage.get("outs", []))
