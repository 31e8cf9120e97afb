"""The matrix: every approach that params.yaml declares, as cells with a modality and its parts."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, model_validator

from stages.base.params.backbones import BackboneParams, PretrainedParams
from stages.base.params.fusions import (
    DUAL,
    DualParams,
    EarlyParams,
    EarlyWithWordsParams,
    LateParams,
    LateWithWordsParams,
    WithWordsParams,
)
from stages.base.params.modalities import Modality, union_or_both
from stages.base.params.values import Bool, Slug, Text, Window, distinct, params_dataclass
from stages.base.params.words import unmasked
from stages.base.params.zero_shot import ZeroShotParams

if TYPE_CHECKING:
    from stages.base.params.schema import Params

PRIOR = "prior"
UNTRAINED_CONTEXTS = ("each", "mean", "max")
Kind = Literal["prior", "single", "early", "late", "dual", "zero_shot", "submitted"]
FewerLabels = tuple[Literal["no_thriller", "popular", "one"], ...]


@params_dataclass
class ApproachParams:
    backbone: Slug
    context: Slug
    """How a trailer's items become one: each, mean, max, or a file of stages/contexts."""
    head: Slug
    """A file of stages/heads, with a budget in training.heads."""
    window: Window | Literal["all"] | None = None
    """Of a sound approach: heard instead of training.sound_window."""
    ungrouped: Bool = False
    """Fit it a second time, in folds that divide collections."""
    fewer_labels: Annotated[FewerLabels, distinct()] = ()
    """Train on these label sets too."""
    with_left_out: Bool = False
    """Fit it a second time, with the films that splits.leave_out_shared_vectors leaves out."""
    code: Text | None = None
    """Under matrix.outside: the file that its head or context is in, or that pins its package."""


@params_dataclass
class HeadlineParams:
    """The comparison that the report opens with, by approach."""

    picture: Slug | None = None
    sound: Slug | None = None
    words: Slug | None = None
    both: Slug | None = None
    all: Slug | None = None

    @property
    def named(self) -> dict[str, str]:
        """Modality -> approach, of the modalities that have one."""
        return {modality: slug for modality, slug in vars(self).items() if slug}

    @property
    def leading(self) -> str:
        """The approach of most modalities: of all, of both, or of the one that there is."""
        return list(self.named.values())[-1]


@params_dataclass
class OutsideParams:
    """Entries whose code is not in stages/: the stages that run them depend on it."""

    backbones: dict[Slug, BackboneParams] = Field(default_factory=dict)
    pretrained: dict[Slug, PretrainedParams] = Field(default_factory=dict)
    approaches: dict[Slug, ApproachParams] = Field(default_factory=dict)
    early: dict[Slug, EarlyParams] = Field(default_factory=dict)


@params_dataclass
class MatrixParams:
    """Its sections hold their entries of `joint` and `outside` too, after their own."""

    backbones: dict[Slug, BackboneParams]
    pretrained: dict[Slug, PretrainedParams]
    joint: dict[Slug, PretrainedParams] = Field(default_factory=dict)
    """Networks that look and listen at once; `pretrained` has them too."""
    outside: OutsideParams = field(default_factory=OutsideParams)
    approaches: dict[Slug, ApproachParams]
    early: dict[Slug, EarlyParams]
    late: dict[Slug, LateParams]
    dual: dict[Slug, DualParams] = Field(default_factory=dict)
    zero_shot: dict[Slug, ZeroShotParams] = Field(default_factory=dict)
    with_words: WithWordsParams = field(default_factory=WithWordsParams)
    headline: HeadlineParams
    submitted: Annotated[tuple[Slug, ...], distinct()] = ()
    """Names of files in submissions/<corpus>: approaches of which there are scores alone."""

    @model_validator(mode="after")
    def _take_others(self) -> "MatrixParams":
        others = [("pretrained", "joint", self.joint)]
        others += [(name, f"outside.{name}", of) for name, of in vars(self.outside).items()]
        for section, place, theirs in others:
            own = getattr(self, section)
            # they are the same where they were taken before: `replace` asks again
            both = own.keys() & theirs.keys()
            if twice := sorted(slug for slug in both if own[slug] is not theirs[slug]):
                raise ValueError(f"{twice[0]} is both under {section} and under {place}")
            object.__setattr__(self, section, {**own, **theirs})  # frozen
        return self

    @property
    def every_early(self) -> dict[str, EarlyParams | EarlyWithWordsParams]:
        """Early fusions of any modalities."""
        return {**self.early, **self.with_words.early_two, **self.with_words.early_three}

    @property
    def every_late(self) -> dict[str, LateParams | LateWithWordsParams]:
        """Late fusions of any modalities."""
        return {**self.late, **self.with_words.late_two, **self.with_words.late_three}

    def group(self, stage: str, section: str, slug: str) -> str:
        """Name of the stage in dvc.yaml that runs an entry of a section: `embed@colour`."""
        if (name := self.with_words.keys(stage, slug)[-1]) != stage:
            return f"{name}@{slug}"
        home = self.home(section, slug)[0]
        return f"{stage}@{slug}" if home == section else f"{stage}_{home}@{slug}"

    def home(self, section: str, slug: str) -> tuple[str, ...]:
        """Where in the file an entry of a section is: there, or among those it takes over."""
        if section == "pretrained" and slug in self.joint:
            return ("joint",)
        outside = slug in getattr(self.outside, section, ())
        return ("outside", section) if outside else (section,)

    def backbone(self, slug: str) -> BackboneParams:
        """What `slug` is, with weights or without. Raises KeyError for an unknown one."""
        return self.pretrained[slug] if slug in self.pretrained else self.backbones[slug]


@dataclass(frozen=True)
class Cell:
    """One approach of the matrix."""

    slug: str
    kind: Kind
    modality: Modality
    """Of what was sent in, its card says so: "none" until its scores are read."""
    parts: tuple[str, ...]
    """Backbones (single, early, dual) or approaches (late)."""
    context: str
    head: str
    """Of a late fusion, by what its parts are joined."""
    window: str = ""
    """Which window of the sound it hears; "" if none."""
    labels: str = "all"
    """The label set it is trained on."""
    base: str = ""
    """The cell that differs from it only in being trained on all labels; "" if this one is."""
    unmasked: str = ""
    """The backbone that its own differs from only in hiding the film's title; "" of most."""
    ungrouped: bool = field(default=False, compare=False)  # says nothing of what it is
    """Whether it is fitted a second time, in folds that divide the films of a collection."""
    is_probability: bool = field(default=True, compare=False)
    """Whether its scores are probabilities, not cosines; of what was sent in, its card says so."""

    @property
    def fitted_with(self) -> str:
        """The cell that it is trained together with, and that holds its scores: mostly itself."""
        return self.base or self.slug


def cells(params: "Params") -> list[Cell]:
    """Every cell of the matrix that runs, in the order of params.yaml, the prior first."""
    return cells_of(params.matrix, params.training.sound_window)


def cells_of(matrix: "MatrixParams", window: str = "") -> list[Cell]:
    """Every cell of one matrix, the prior first; window: what hears sound, unless it says so.

    An approach that its table of published features cannot serve is none: `not_served` has those.
    """
    found = [Cell(PRIOR, "prior", "none", (), "none", "none")]
    backbones = {**matrix.backbones, **matrix.pretrained}
    for slug, single in matrix.approaches.items():
        backbone = matrix.backbone(single.backbone)
        if backbone.cannot_serve(single.context, single.window):
            continue
        heard = backbone.heard(single.window or window)
        parts = (single.backbone,)
        cell = Cell(slug, "single", backbone.modality, parts, single.context, single.head, heard)
        cell = replace(cell, unmasked=unmasked(single.backbone, backbones))
        fewer = single.fewer_labels
        found.append(replace(cell, ungrouped=single.ungrouped))
        found += [replace(cell, slug=f"{slug}_{of}", labels=of, base=slug) for of in fewer]
    modality_of: dict[str, str] = {cell.slug: cell.modality for cell in found}
    for slug, early in matrix.every_early.items():
        known = [backbones[part] for part in early.parts if part in backbones]
        heard = "".join({each.heard(window): None for each in known})
        union = union_or_both([each.modality for each in known])
        found.append(Cell(slug, "early", union, early.parts, "mean", early.head, heard))
    for slug, late in matrix.every_late.items():
        union = union_or_both([modality_of.get(part, "") for part in late.parts])
        found.append(Cell(slug, "late", union, late.parts, "scores", late.by))
    for slug, dual in matrix.dual.items():
        found.append(Cell(slug, "dual", "picture", (dual.frames, dual.clips), DUAL, dual.head))
    for slug, asked in matrix.zero_shot.items():
        backbone = matrix.backbone(asked.backbone)
        heard = backbone.heard(asked.window or window)
        parts = (asked.backbone,)
        cell = Cell(slug, "zero_shot", backbone.modality, parts, "mean", "zero_shot", heard)
        found.append(replace(cell, is_probability=False))
    found += [Cell(slug, "submitted", "none", (), "none", "none") for slug in matrix.submitted]
    return found


def fitted_with_left_out(matrix: "MatrixParams", slug: str) -> bool:
    """Whether a cell is fitted a second time, with the films that are left out."""
    entries = {**matrix.approaches, **matrix.every_early, **matrix.every_late}
    return slug in entries and entries[slug].with_left_out


def not_served(matrix: "MatrixParams") -> dict[str, str]:
    """The approaches that their tables cannot serve, and why."""
    found = {
        slug: matrix.backbone(each.backbone).cannot_serve(each.context, each.window)
        for slug, each in matrix.approaches.items()
    }
    return {slug: reason for slug, reason in found.items() if reason}
