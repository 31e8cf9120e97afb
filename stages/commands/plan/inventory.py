"""Every cell and every model of the chosen matrix and of all sets, run or not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stages.base import places
from stages.base.errors import BenchmarkError
from stages.base.params import (
    ALL_WINDOWS,
    WINDOWS,
    BackboneParams,
    MatrixParams,
    Params,
    PretrainedParams,
    load,
)
from stages.base.params.matrix import Cell, cells_of, not_served
from stages.base.params.reading import load_sets
from stages.base.params.schema import UNTRAINED_CONTEXTS
from stages.base.plugins import plugin_names
from stages.embedding.base import describe
from stages.embedding.records import Record
from stages.judging.names import approach_names, plain

Row = dict[str, Any]
Sets = dict[str, MatrixParams]  # by name, each after the one that it extends
CELLS = [
    *("approach", "kind", "modality", "parts", "backbones", "context", "head", "window", "labels"),
    *("set", "run", "reason", "name"),
]
MODELS = [
    *("backbone", "family", "model", "modality", "input", "dimensions", "parameters"),
    *("trained_on", "licence", "paper", "source", "revision", "note", "run", "name"),
    *("training_sets", "our_films_among_it", "released", "memory_mb", "bibtex"),
]


@dataclass(frozen=True)
class Inventory:
    """Both tables of a corpus."""

    cells: list[Row]
    models: list[Row]
    faults: list[str]
    """Why a set that does not fit the corpus is not among them."""


def inventory(asked: tuple[str, Sequence[Cell]]) -> Inventory:
    """Of a corpus, by its params.yaml and the sets; asked: its name, and what `cell_rows` takes as
    judged.

    For a process of its own: records lie beside their families' code, which imports all of torch.
    """
    corpus, judged = asked
    places.choose(corpus)
    params, (sets, faults) = load(), load_sets()
    return Inventory([*cell_rows(params, sets, judged)], [*model_rows(params, sets)], faults)


def cell_rows(params: Params, sets: Sets, judged: Sequence[Cell] = ()) -> Iterator[Row]:
    """One row a cell: what it is, the first set that holds it, and why it has not run.

    backbones: those it uses, a late fusion's through its two parts. Of published features also what
    their tables cannot serve, declared or not. name: what the reports call it, told apart from the
    others of its matrix. judged: cells as they were read with their scores, which say what an
    approach looks at that was sent in.
    """
    read = {cell.slug: cell for cell in judged}
    active = {cell.slug for cell in cells_of(params.matrix)}
    window, known = params.training.sound_window, _known(params, sets)
    words = {slug: _words(slug, backbone, _record(backbone)) for slug, backbone in known.items()}
    names = {
        id(matrix): approach_names(cells_of(matrix, window), words, window)
        for matrix in (params.matrix, *sets.values())
    }
    for name, matrix, cell in _cells(params, sets):
        used = _backbones(matrix, cell)
        run = cell.slug in active
        yield {
            **vars(read.get(cell.slug, cell)),
            "approach": cell.slug,
            "parts": " ".join(cell.parts),
            "backbones": " ".join(used),
            "set": name,
            "run": int(run),
            "reason": "" if run else _reason(name, sets.get(name, matrix), used),
            "name": names[id(matrix)][cell.slug],
        }
    yield from _not_served(params.matrix)


def model_rows(params: Params, sets: Sets) -> Iterator[Row]:
    """One row a backbone of the matrix or any set: what its record says, and whether it ran."""
    active = {*params.matrix.backbones, *params.matrix.pretrained}
    for slug, backbone in _known(params, sets).items():
        record = _record(backbone)
        row: Row = {"backbone": slug, "family": backbone.family, "model": backbone.model}
        row |= {"modality": backbone.modality, "run": int(slug in active)}
        row["name"] = _words(slug, backbone, record)
        yield row | _recorded(record) | _own(backbone) | _published(backbone)


def _cells(params: Params, sets: Sets) -> Iterator[tuple[str, MatrixParams, Cell]]:
    """Each slug once: of the matrix that runs where it is there, else of the first set with it."""
    window, seen = params.training.sound_window, set()
    home = {
        cell.slug: name
        for name, matrix in reversed(sets.items())
        for cell in cells_of(matrix, window)
        if cell.kind != "submitted"
    }
    for matrix in (params.matrix, *sets.values()):
        for cell in cells_of(matrix, window):
            if cell.slug not in seen:
                seen.add(cell.slug)
                yield home.get(cell.slug, ""), matrix, cell


def _not_served(matrix: MatrixParams) -> Iterator[Row]:
    """Contexts and windows of published features: a declared approach by its own name, any other
    by its backbone's."""
    declared = not_served(matrix)
    named: dict[tuple[str, str, str], tuple[str, str]] = {
        (each.backbone, each.context, each.window or ""): (slug, each.head)
        for slug, each in matrix.approaches.items()
        if slug in declared
    }
    for slug, backbone in matrix.backbones.items():
        others = [(context, "") for context in (*UNTRAINED_CONTEXTS, *plugin_names("contexts"))]
        if backbone.modality == "sound":
            others += [("mean", window) for window in (*WINDOWS, ALL_WINDOWS)]
        asked = dict.fromkeys([*(key[1:] for key in named if key[0] == slug), *others])
        for context, window in asked:
            if reason := backbone.cannot_serve(context, window or None):
                name = f"{slug}_{window or context}"
                approach, head = named.get((slug, context, window), (name, ""))
                yield {
                    **{"approach": approach, "kind": "single", "modality": backbone.modality},
                    **{"parts": slug, "backbones": slug, "context": context, "head": head},
                    **{"window": window, "labels": "all", "set": "", "run": 0, "reason": reason},
                }


def _backbones(matrix: MatrixParams, cell: Cell) -> list[str]:
    by_slug: Mapping[str, Cell] = {each.slug: each for each in cells_of(matrix)}
    used = [by_slug[part].parts for part in cell.parts] if cell.kind == "late" else [cell.parts]
    return list(dict.fromkeys(name for parts in used for name in parts))


def _reason(name: str, matrix: MatrixParams, used: list[str]) -> str:
    weights = [slug for slug in used if slug in matrix.pretrained]
    needs = f", and the weights of {' and '.join(weights)}" if weights else ""
    return f"needs the set {name}{needs}"


def _known(params: Params, sets: Sets) -> dict[str, BackboneParams]:
    """Every backbone, of the matrix that runs where it is there, else of the first set with it."""
    found: dict[str, BackboneParams] = {}
    for matrix in (params.matrix, *sets.values()):
        for slug, backbone in (*matrix.backbones.items(), *matrix.pretrained.items()):
            found.setdefault(slug, backbone)
    return found


def _words(slug: str, backbone: BackboneParams, record: Record | None) -> str:
    """What a backbone is called: by params.yaml, its record, or its slug."""
    return backbone.name or (record.name if record else "") or plain(slug)


def _record(backbone: BackboneParams) -> Record | None:
    if backbone.is_published:
        return None
    try:
        return describe(backbone.family, backbone.model, backbone.options)
    except BenchmarkError:  # the family wants a library that is not installed
        return None


def _own(backbone: BackboneParams) -> Row:
    """The record describes published weights, not weights of one's own."""
    file = backbone.file if isinstance(backbone, PretrainedParams) else None
    unknown = "not said: weights of one's own"
    about = {"source": file, "revision": "", "trained_on": unknown, "licence": unknown}
    about |= {"training_sets": "", "our_films_among_it": "unknown"}
    return about if file else {}


def _published(backbone: BackboneParams) -> Row:
    """What the records of its tables say, each once."""

    def said(name: str) -> str:
        every = [str(getattr(record, name) or "") for record in backbone.records]
        return "; ".join(filter(None, dict.fromkeys(every)))

    if not backbone.is_published:
        return {}
    widths = [record.dimensions for record in backbone.records]
    return {
        "input": said("computed_from"),
        "dimensions": str(sum(filter(None, widths))) if all(widths) else "",
        "trained_on": "not said: published features",
        "our_films_among_it": _worst(record.our_films_among_it for record in backbone.records),
        **{name: said(name) for name in ("licence", "paper", "note")},
        "source": said("file"),
    }


def _recorded(record: Record | None) -> Row:
    if record is None:
        return {}
    source = record.source
    return {
        "input": record.input,
        "dimensions": " × ".join(map(str, record.shape)),
        "parameters": record.parameters,
        "trained_on": record.trained_on,
        "licence": record.licence,
        "paper": record.paper,
        "note": record.note,
        "source": source.name if source else "",
        "revision": source.revision if source else "",
        "training_sets": "; ".join(record.training_sets),
        "our_films_among_it": record.our_films_among_it,
        "released": record.released,
        "memory_mb": record.memory_mb,
        "bibtex": record.bibtex,
    }


def _worst(among: Iterable[str]) -> str:
    """Of tables that are joined: whether our films are among what any was learnt from."""
    found = {*among}
    return next((each for each in ("yes", "unknown", "no") if each in found), "unknown")
