"""The matrix: every approach that params.yaml declares, as cells with a modality and its parts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stages.base.params.sections import ALL_WINDOWS

if TYPE_CHECKING:
    from stages.base.params.sections import MatrixParams, Params

PRIOR = "prior"
AT = "matrix"  # its section of params.yaml
FAMILIES = sorted(
    path.stem
    for path in (Path(__file__).resolve().parents[2] / "backbones").glob("*.py")
    if path.stem != "__init__"
)
TRAINED_CONTEXTS = sorted(
    path.stem
    for path in (Path(__file__).resolve().parents[2] / "contexts").glob("*.py")
    if path.stem != "__init__"
)
CONTEXTS = ("each", "mean", "max", *TRAINED_CONTEXTS)
Modality = Literal["none", "picture", "sound", "both"]
Kind = Literal["prior", "single", "early", "late"]


@dataclass(frozen=True)
class Cell:
    """One approach; `parts` are backbones (single, early) or approaches (late).

    head: of a late fusion, by what the two are joined. window: which of the sound it hears, "" if
    none. labels: the label set it is trained on. base: the cell that differs from it in nothing but
    being trained on all labels, "" if it is one. ungrouped: whether it is fitted a second time, in
    folds that part the films of a collection.
    """

    slug: str
    kind: Kind
    modality: Modality
    parts: tuple[str, ...]
    context: str
    head: str
    window: str = ""
    labels: str = "all"
    base: str = ""
    ungrouped: bool = field(default=False, compare=False)  # says nothing of what it is

    @property
    def fitted_with(self) -> str:
        """The cell that it is trained together with, and that holds its scores: mostly itself."""
        return self.base or self.slug


def cells(params: "Params") -> list[Cell]:
    """Every cell of the matrix that runs, in the order of params.yaml, the prior first."""
    return cells_of(params.matrix, params.training.sound_window)


def cells_of(matrix: "MatrixParams", window: str = "") -> list[Cell]:
    """Every cell of one matrix, the prior first; window: what hears sound, unless it says so."""
    found = [Cell(PRIOR, "prior", "none", (), "none", "none")]
    for slug, single in matrix.approaches.items():
        modality = matrix.backbone(single.backbone).modality
        heard = (single.window or window) if modality == "sound" else ""
        parts = (single.backbone,)
        cell = Cell(slug, "single", modality, parts, single.context, single.head, heard)
        fewer = single.fewer_labels
        found.append(replace(cell, ungrouped=single.ungrouped))
        found += [replace(cell, slug=f"{slug}_{of}", labels=of, base=slug) for of in fewer]
    for slug, early in matrix.early.items():
        both = (early.picture, early.sound)
        found.append(Cell(slug, "early", "both", both, "mean", early.head, window))
    for slug, late in matrix.late.items():
        found.append(Cell(slug, "late", "both", (late.picture, late.sound), "scores", late.by))
    return found


@dataclass(frozen=True)
class Slip:
    """What is wrong at one place of params.yaml."""

    keys: tuple[str, ...]
    message: str


def slips(params: "Params") -> list[Slip]:
    """Everything that does not fit together: parts that do not exist or are of the wrong kind."""
    found = list(_matrix_slips(params, params.matrix))
    if params.training.middle_frames > params.frames.count:
        found.append(Slip(("training", "middle_frames"), "is more than frames.count"))
    if params.training.sound_window not in params.audio.windows:
        found.append(Slip(("training", "sound_window"), "is not one of audio.windows"))
    return found


def _matrix_slips(params: "Params", matrix: "MatrixParams") -> Iterator[Slip]:
    fewer = [f"{slug}_{of}" for slug, each in matrix.approaches.items() for of in each.fewer_labels]
    slugs = [PRIOR, *matrix.approaches, *fewer, *matrix.early, *matrix.late]
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        section = next(s for s in ("late", "early", "approaches") if slug in getattr(matrix, s))
        yield Slip((AT, section, slug), f"each approach needs a name of its own, {slug} has none")
    for slug in sorted(matrix.backbones.keys() & matrix.pretrained.keys()):
        yield Slip((AT, "pretrained", slug), f"{slug} is among matrix.backbones already")
    backbones = {**matrix.backbones, **matrix.pretrained}
    for slug, backbone in backbones.items():
        if backbone.family not in FAMILIES:
            section = "pretrained" if slug in matrix.pretrained else "backbones"
            keys = (AT, section, slug, "family")
            yield Slip(keys, f"found {backbone.family!r}, expected one of {', '.join(FAMILIES)}")
    kinds: dict[str, str] = {slug: backbone.modality for slug, backbone in backbones.items()}
    of = "the matrix"
    for slug, single in matrix.approaches.items():
        yield from _part((AT, "approaches", slug, "backbone"), single.backbone, kinds, None, of)
    for slug, early in matrix.early.items():
        yield from _part((AT, "early", slug, "picture"), early.picture, kinds, "picture", of)
        yield from _part((AT, "early", slug, "sound"), early.sound, kinds, "sound", of)
    approaches = {slug: kinds.get(each.backbone, "") for slug, each in matrix.approaches.items()}
    of = "matrix.approaches"
    for slug, late in matrix.late.items():
        yield from _part((AT, "late", slug, "picture"), late.picture, approaches, "picture", of)
        yield from _part((AT, "late", slug, "sound"), late.sound, approaches, "sound", of)
    yield from _context_slips(params, matrix, kinds)
    heads = params.training.heads
    for section in ("approaches", "early"):
        for slug, entry in getattr(matrix, section).items():
            if entry.head not in heads:
                keys = (AT, section, slug, "head")
                message = f"training.heads lacks {entry.head!r}, it has {', '.join(heads)}"
                yield Slip(keys, message)
    if all(each.backbone in backbones for each in matrix.approaches.values()):
        yield from _headline_slips(matrix)


def _context_slips(
    params: "Params", matrix: "MatrixParams", modalities: Mapping[str, str]
) -> Iterator[Slip]:
    heard = [*params.audio.windows, ALL_WINDOWS]
    for slug, single in matrix.approaches.items():
        keys = (AT, "approaches", slug)
        if single.context not in CONTEXTS:
            message = f"found {single.context!r}, expected one of {', '.join(CONTEXTS)}"
            yield Slip((*keys, "context"), message)
        elif single.context in TRAINED_CONTEXTS and single.context not in params.training.contexts:
            yield Slip((*keys, "context"), f"training.contexts lacks {single.context!r}")
        if single.window is not None and modalities.get(single.backbone) == "picture":
            yield Slip((*keys, "window"), "is of sound approaches, and this one looks at pictures")
        elif single.window not in (None, *heard):
            message = f"found {single.window!r}, expected one of {', '.join(heard)}"
            yield Slip((*keys, "window"), message)


def _headline_slips(matrix: "MatrixParams") -> Iterator[Slip]:
    """The headline compares two approaches under one head and context, and a fusion of them.

    A matrix of one modality has just its approach to name.
    """
    keys, named = (AT, "headline"), matrix.headline.named
    by_slug = {cell.slug: cell for cell in cells_of(matrix)}
    modalities = {slug: cell.modality for slug, cell in by_slug.items()}
    missing = [
        slip
        for modality, slug in named.items()
        for slip in _part((*keys, modality), slug, modalities, modality, "the matrix")
    ]
    if missing:
        yield from missing
        return
    cell = {modality: by_slug[slug] for modality, slug in named.items()}
    picture, sound, both = (cell.get(modality) for modality in ("picture", "sound", "both"))
    if not cell:
        yield Slip(keys, "names no approach, expected one of picture, of sound, of both, or all")
    if picture and sound and (picture.context, picture.head) != (sound.context, sound.head):
        yield Slip(keys, "picture and sound need the same context and head")
    if both and not (picture and sound and _fuses(both, picture, sound)):
        yield Slip((*keys, "both"), "is not a fusion of the headline's picture and sound")


def _fuses(both: Cell, picture: Cell, sound: Cell) -> bool:
    if both.kind == "late":
        return both.parts == (picture.slug, sound.slug)
    alike = both.parts == picture.parts + sound.parts and both.head == picture.head
    return alike and picture.context == "mean"


def _part(
    keys: tuple[str, ...], name: str, known: Mapping[str, str], modality: str | None, of: str
) -> Iterator[Slip]:
    """of: where what may be named is declared."""
    fitting = [slug for slug, kind in known.items() if modality in (None, kind)]
    if name not in fitting:
        expected = f"expected one of {', '.join(fitting)}"
        if not fitting:
            expected = f"and {of} has none{f' of {modality}' if modality else ''}: leave this out"
        yield Slip(keys, f"found {name!r}, {expected}")
