"""How fusions and the headline must fit the approaches that they name."""

from collections.abc import Iterator, Mapping

from stages.base.params.fusions import WithWordsParams
from stages.base.params.matrix import Cell, MatrixParams, cells_of
from stages.base.params.modalities import SINGLE, UNIONS, Modality, in_words, union_of

Found = tuple[tuple[str, ...], str, object]
"""Where in params.yaml something is wrong, what, and the value there."""
COUNTS = {"two": 2, "three": 3}


def wrong_with_words(
    section: WithWordsParams, backbones: Mapping[str, str], approaches: Mapping[str, str]
) -> Iterator[Found]:
    """What is wrong with the parts of fusions that words are part of.

    backbones, approaches: name -> modality of what early and late fusions may join.
    """
    for name, entries in vars(section).items():
        kind, _, number = name.partition("_")
        known = backbones if kind == "early" else approaches
        for slug, entry in entries.items():
            keys = ("matrix", "with_words", name, slug, "parts")
            unknown = [part for part in entry.parts if part not in known]
            found = [known[part] for part in entry.parts if part in known]
            if unknown:
                message = f"found {unknown[0]!r}, expected some of {', '.join(known)}"
                yield keys, message, unknown[0]
            elif len(found) != COUNTS[number]:
                yield keys, f"has {len(found)} of them, expected {number}", len(found)
            elif found != [each for each in SINGLE if each in found] or "words" not in found:
                said = ", ".join(found)
                message = f"is of {said}; expected {number} of picture, sound and words, in this "
                yield keys, f"{message}order, words among them", said


def wrong_headline(matrix: MatrixParams) -> Iterator[Found]:
    """The headline compares approaches under one head and context, and fusions of them.

    A matrix of one modality has just its approach to name. What it names is in the matrix.
    """
    keys, named = ("matrix", "headline"), matrix.headline.named
    by_slug = {cell.slug: cell for cell in cells_of(matrix)}
    cell = {modality: by_slug[slug] for modality, slug in named.items()}
    singles = [cell[each] for each in SINGLE if each in cell]
    if not cell:
        yield keys, f"names no approach, expected some of {', '.join(vars(matrix.headline))}", None
    if len({(each.context, each.head) for each in singles}) > 1:
        said = in_words(union_of(each.modality for each in singles))
        yield keys, f"{said} need the same context and head", None
    unions: tuple[Modality, ...] = ("both", "all")
    for union in unions:
        if union not in cell:
            continue
        parts = [cell[each] for each in UNIONS[union] if each in cell]
        if len(parts) < len(UNIONS[union]) or not _is_fusion(cell[union], parts):
            message = f"is not a fusion of the headline's {in_words(union)}"
            yield (*keys, union), message, cell[union].slug


def _is_fusion(union: Cell, parts: list[Cell]) -> bool:
    if union.kind == "late":
        return union.parts == tuple(part.slug for part in parts)
    joined = tuple(backbone for part in parts for backbone in part.parts)
    return (union.parts, union.head, parts[0].context) == (joined, parts[0].head, "mean")
