"""What a head may spend: settings to choose from, and how long and how fast it is trained."""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Field, Tag

from stages.base.params.values import (
    NonNegative,
    Positive,
    PositiveInt,
    one_or_more,
    params_dataclass,
    rising,
)
from stages.base.plugins import defines_class

if TYPE_CHECKING:
    from stages.base.params.schema import Params

Errors = Iterator[tuple[tuple[str, ...], str, object]]
WeightDecay = Annotated[NonNegative, Field(le=10**6)]


@params_dataclass
class FixedParams:
    """One setting of what is trained by steps."""

    epochs: PositiveInt
    weight_decay: WeightDecay


@params_dataclass
class HeadParams:
    """How a head, or a context with its head, is trained by steps, and what it chooses from."""

    epochs: Annotated[tuple[PositiveInt, ...], Field(min_length=1), rising(), one_or_more()]
    """Check points of a run that lasts as long as the last of them."""
    batch_size: PositiveInt
    learning_rate: Annotated[Positive, Field(le=10)]
    weight_decay: Annotated[tuple[WeightDecay, ...], Field(min_length=1), rising(), one_or_more()]
    """A model is trained with each."""
    fixed: FixedParams | None = None
    """As of a probe; may be left out where there is one setting."""

    @property
    def settings(self) -> list[tuple[float, int]]:
        """(weight decay, epochs), of which each fold takes one that does best on inner films."""
        return list(product(self.weight_decay, self.epochs))

    @property
    def fixed_setting(self) -> tuple[float, int]:
        """One of `settings`, where `wrong` finds nothing."""
        if self.fixed is None:
            return self.settings[0]
        return self.fixed.weight_decay, self.fixed.epochs

    def wrong(self) -> Iterator[tuple[str, str, object]]:
        """Key, what is wrong with it, and its value: nothing to fall back on, or no setting."""
        if self.fixed is None and len(self.settings) > 1:
            yield "fixed", "missing: expected one of epochs and one of weight_decay", None
        for name in ("epochs", "weight_decay") if self.fixed else ():
            if (found := getattr(self.fixed, name)) not in getattr(self, name):
                yield f"fixed.{name}", f"is not one of {name} (found: {found:g})", found


@params_dataclass
class ProbeParams:
    """What a probe chooses its one setting from: it is solved, not trained by steps."""

    grid: Annotated[tuple[Positive, ...], Field(min_length=1), rising()]
    """Settings, of which each fold takes the one that does best on inner films."""
    fixed: Positive
    """One of the grid: of settings that do about as well, the nearest to it is taken, and it is
    taken in all folds where nothing may be chosen."""

    def wrong(self) -> Iterator[tuple[str, str, object]]:
        """As of HeadParams."""
        if self.fixed not in self.grid:
            yield "fixed", f"is not one of the grid (found: {self.fixed:g})", self.fixed


BUDGETS: dict[str, type] = {"solved": ProbeParams, "trained": HeadParams}


def _kind(budget: Any) -> str:
    """Which of the two a head's budget is: both have `fixed`, and only a probe's has a grid."""
    names = budget if isinstance(budget, dict) else getattr(budget, "__dict__", ())
    return "solved" if "grid" in names or set(names) == {"fixed"} else "trained"


HeadBudget = Annotated[
    Annotated[HeadParams, Tag("trained")] | Annotated[ProbeParams, Tag("solved")],
    Discriminator(_kind),
]


def budget_errors(params: "Params") -> Errors:
    """Heads without a budget, and budgets of another kind than their heads: keys, what is wrong,
    and what was found."""
    heads, matrix = params.training.heads, params.matrix
    for name, budget in heads.items():
        is_solved = defines_class("heads", name, "Probe")
        if is_solved is not None and is_solved != isinstance(budget, ProbeParams):
            message = "is solved, not trained: expected grid and fixed"
            if not is_solved:
                message = "is trained, not solved: expected epochs, batch_size, learning_rate and "
                message += "weight_decay"
            yield ("training", "heads", name), message, None
    for section in ("heads", "contexts"):
        for name, budget in getattr(params.training, section).items():
            for key, message, found in budget.wrong():
                yield ("training", section, name, *key.split(".")), message, found
    every = {"approaches": "approaches", "early": "every_early", "dual": "dual"}
    for section, name in every.items():
        for slug, entry in getattr(matrix, name).items():
            if entry.head not in heads:
                message = f"training.heads lacks {entry.head!r}, it has {', '.join(heads)}"
                place = matrix.with_words.keys(section, slug)
                yield ("matrix", *place, slug, "head"), message, entry.head
