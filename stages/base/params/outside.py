"""What matrix.outside brings: code that is not in stages/, named by the entries that use it."""

from collections.abc import Iterator

from stages.base.outside import bring
from stages.base.params.backbones import BackboneParams
from stages.base.params.fusions import EarlyParams
from stages.base.params.matrix import (
    UNTRAINED_CONTEXTS,
    ApproachParams,
    MatrixParams,
    OutsideParams,
)
from stages.base.plugins import names_inside

Found = tuple[tuple[str, ...], str, object]
"""Where in params.yaml something is wrong, what, and the value there."""


def bring_all(matrix: MatrixParams) -> Iterator[Found]:
    """Make every plugin known that the matrix names from outside; what is wrong with their entries.

    DVC resolves `code` of all entries of a section, or of none: so those with it have their own.
    """
    for section in OutsideParams.__dataclass_fields__:
        theirs = getattr(matrix.outside, section)
        for slug, entry in getattr(matrix, section).items():
            keys = ("matrix", section, slug, "code")
            if slug not in theirs:
                if entry.code:
                    message = f"an entry with code belongs under matrix.outside.{section}"
                    yield keys, message, entry.code
                continue
            if not entry.code:
                yield keys, "missing: the file that the code is in", None
                continue
            wanted = _plugins(entry)
            if not wanted:
                message = "head and context are both of stages/: leave out code, and put the entry "
                yield keys, f"{message}under matrix.{section}", entry.code
            for folder, name in wanted:
                if name in names_inside(folder):
                    message = f"stages/{folder}/{name}.py has the name {name!r}: choose another"
                    yield keys, message, entry.code
                    continue
                try:
                    bring(folder, name, entry.code)
                except ValueError as error:
                    yield keys, str(error), entry.code


def _plugins(entry: BackboneParams | ApproachParams | EarlyParams) -> list[tuple[str, str]]:
    """Folder and name of what an entry's code holds: of an approach what stages/ does not have."""
    if isinstance(entry, BackboneParams):
        return [("backbones", entry.family)]
    asked = [("heads", entry.head)]
    if isinstance(entry, ApproachParams) and entry.context not in UNTRAINED_CONTEXTS:
        asked.append(("contexts", entry.context))
    return [(folder, name) for folder, name in asked if name not in names_inside(folder)]
