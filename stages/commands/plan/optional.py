"""The rows of a plan that only corpora have which ask for clips, words or layers."""

from collections.abc import Callable, Iterator

from stages.base.params import Params
from stages.commands.plan.clips import clip_rows
from stages.commands.plan.costs import Recorded, Row
from stages.commands.plan.layers import layer_rows
from stages.commands.plan.words import words_rows


def optional_rows(
    params: Params, trailers: int, recorded: Recorded, finished: Callable[[str], bool]
) -> Iterator[Row]:
    """In the order of work. finished: as `costs.plan` has it."""
    for rows in (words_rows, clip_rows, layer_rows):
        yield from rows(params, trailers, recorded, finished)
