"""The name of every approach in words: slugs are for machines, names are for sentences and axes."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from stages.base.params.matrix import Cell
from stages.base.params.modalities import in_words

HEADS = {
    **{"linear": "linear probe", "knn": "kNN", "mlp": "MLP", "conv": "CNN", "gated": "gated MLP"},
    **{"zero_shot": "zero-shot", "few_shot": "few-shot probe"},
}
CONTEXTS = {"max": "maximum", "temporal": "over time"}
EACH = {"picture": "frame by frame", "sound": "window by window", "words": "text by text"}
WINDOWS = {"start": " at the start", "middle": " in the middle", "end": " at the end"}
LABELS = {"no_thriller": "no Thriller", "popular": "popular genres", "one": "one label a film"}
JOINED = {"mean": "joined late", "weighted": "joined late by weights", "stacked": "stacked"}
PRIOR = "label frequencies"


def approach_names(
    cells: Sequence[Cell], backbones: Mapping[str, str], window: str = ""
) -> dict[str, str]:
    """The name of each approach by its slug, short enough for an axis and no two the same.

    backbones: what each backbone is called; window: of the sound, the one that is not named.
    A name says what is looked at or heard, how a trailer becomes one item where that is not the
    mean, and the head, as in `colour statistics, linear probe`.
    Two fusions that would be called the same are told apart by their parts, whatever else would
    be by its slug.
    """
    known = {cell.slug: cell for cell in cells}
    names = {cell.slug: _name(cell, known, backbones, window) for cell in cells}
    names = _apart(names, lambda slug: _parts(known[slug], known, backbones))
    return _apart(names, lambda slug: slug)


def _apart(names: dict[str, str], mark: Callable[[str], str]) -> dict[str, str]:
    """Names with a mark in brackets where several approaches have the same one."""
    times = Counter(names.values())
    marked = {slug: f"{name} ({mark(slug)})" for slug, name in names.items() if mark(slug)}
    return {
        slug: marked.get(slug, name) if times[name] > 1 else name for slug, name in names.items()
    }


def _name(cell: Cell, known: Mapping[str, Cell], backbones: Mapping[str, str], window: str) -> str:
    if cell.kind == "prior":
        return PRIOR
    if cell.kind == "submitted":
        return f"{plain(cell.slug)}, sent in"
    if cell.kind == "late":
        heads = list(dict.fromkeys(_head(known[part].head) for part in cell.parts))
        plural = f"{heads[0]}s" if len(heads) == 1 and heads[0] != "kNN" else " and ".join(heads)
        joined = JOINED.get(cell.head, plain(cell.head))
        return f"{in_words(cell.modality)} {joined}, {plural}"
    if cell.kind == "early":
        return f"{in_words(cell.modality)} joined early, {_head(cell.head)}"
    if cell.kind == "dual":
        both = " and ".join(backbones.get(part) or plain(part) for part in cell.parts)
        return f"{both}, two transformers, {_head(cell.head)}"
    (backbone,) = cell.parts
    heard = "" if cell.window == window else WINDOWS.get(cell.window, f", {cell.window} windows")
    said = [(backbones.get(backbone) or plain(backbone)) + (heard if cell.window else "")]
    if cell.context == "each":
        said.append(EACH[cell.modality])
    elif cell.context != "mean":
        said.append(CONTEXTS.get(cell.context, plain(cell.context)))
    said.append(_head(cell.head))
    if cell.labels != "all":
        said.append(LABELS.get(cell.labels, plain(cell.labels)))
    return ", ".join(said)


def _head(slug: str) -> str:
    return HEADS.get(slug, plain(slug))


def _parts(cell: Cell, known: Mapping[str, Cell], backbones: Mapping[str, str]) -> str:
    """The backbones of a fusion; of anything else nothing."""
    if cell.kind not in ("early", "late"):
        return ""
    parts = [known[part].parts[0] if cell.kind == "late" else part for part in cell.parts]
    return ", ".join(backbones.get(part) or plain(part) for part in parts)


def plain(slug: str) -> str:
    """A slug as words, where nobody has given any."""
    return slug.replace("_", " ")
