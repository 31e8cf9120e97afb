"""One line of the benchmark's table: ours beside another way, on the same input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.timing import By, Cost, Spread, median_seconds, times_as_fast

DIGITS = 4  # significant


@dataclass(frozen=True, kw_only=True)
class Row:
    """How many times as fast ours is as `against`, by CPU time and by the clock.

    by: which of the two the goal is about; goal: the least ratio that meets it, None where there is
    none. cpu, wall are None where it was not run, and then `note` says why. facts: what else was
    measured, units in the names.
    """

    case: str
    what: str
    input: str
    against: str
    by: By = "cpu"
    cpu: Spread | None = None
    wall: Spread | None = None
    rounds: int = 0
    goal: float | None = None
    note: str = ""
    facts: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> Spread | None:
        return self.cpu if self.by == "cpu" else self.wall

    @property
    def met(self) -> bool | None:
        """Whether the middle ratio reaches the goal; None without a goal or a ratio."""
        if self.goal is None or self.ratio is None:
            return None
        return self.ratio.median >= self.goal

    def as_json(self) -> dict[str, Any]:
        """The row as written to bench.json."""
        return {
            "case": self.case,
            "what": self.what,
            "input": self.input,
            "against": self.against,
            "by": self.by,
            "ratio": _spread(self.ratio),
            "cpu_ratio": _spread(self.cpu),
            "wall_ratio": _spread(self.wall),
            "rounds": self.rounds,
            "goal": self.goal,
            "met": self.met,
            "note": self.note,
            "facts": {name: _short(value) for name, value in self.facts.items()},
        }


def compared(
    *,
    case: str,
    what: str,
    input: str,
    against: str,
    ours: Sequence[Cost],
    theirs: Sequence[Cost],
    by: By = "cpu",
    goal: float | None = None,
    note: str = "",
    facts: Mapping[str, float] | None = None,
) -> Row:
    """The row of two ways that took turns; the seconds of each are among its facts."""
    seconds = {
        f"{whose}_{by_}_seconds": median_seconds(costs, by_)
        for whose, costs in (("our", ours), ("their", theirs))
        for by_ in ("cpu", "wall")
    }
    return Row(
        case=case,
        what=what,
        input=input,
        against=against,
        by=by,
        cpu=times_as_fast(ours, theirs, "cpu"),
        wall=times_as_fast(ours, theirs, "wall"),
        rounds=len(ours),
        goal=goal,
        note=note,
        facts={**seconds, **(facts or {})},
    )


def _spread(spread: Spread | None) -> dict[str, float] | None:
    if spread is None:
        return None
    values = {"median": spread.median, "min": spread.least, "max": spread.most}
    return {name: _short(value) for name, value in values.items()}


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
