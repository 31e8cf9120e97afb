"""Backbones of the matrix: a family with what it reads, or tables of published features."""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from stages.base.genres import GENRES
from stages.base.params.features import PUBLISHED, TableParams
from stages.base.params.modalities import JOINT, READS, Modality
from stages.base.params.values import (
    ALL_WINDOWS,
    Bool,
    Genre,
    Options,
    Slug,
    Text,
    distinct,
    params_dataclass,
)
from stages.base.params.zero_shot import Prompts


@params_dataclass
class BackboneParams:
    family: Slug
    """A file of stages/backbones, or `published`."""
    code: Text | None = None
    """Under matrix.outside: the file that the family is in, or that pins its package."""
    reads: Literal["frames", "clips", "audio", "frames_audio", "words", "features"] = "features"
    model: str = ""
    """Which model of the family; "" where it has only one."""
    options: Options = Field(default_factory=dict)
    """Passed to the family's constructor."""
    name: str = ""
    """What the reports call it; "": what the family's record says."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """What a network computes in."""
    mask_title: Bool = False
    """Of one that reads words: hide those of the film's own title."""
    table: Slug | None = None
    """Of family `published`: a table of `features`."""
    tables: Annotated[tuple[Slug, ...], distinct()] = ()
    """Several of one modality, their features side by side."""
    records: tuple[TableParams, ...] = field(init=False, default=())
    """What `features` says of its tables; `Params` fills it in."""

    @property
    def is_published(self) -> bool:
        """Whether it reads tables of features, not trailers."""
        return self.family == PUBLISHED

    @property
    def table_names(self) -> tuple[str, ...]:
        """Of `features`, in the order in which they are joined."""
        return self.tables or ((self.table,) if self.table else ())

    @property
    def modality(self) -> Modality:
        if self.records:
            return self.records[0].modality
        return READS.get(self.reads, "sound")

    def heard(self, window: str) -> str:
        """Which window of the sound an approach on it hears, where that of its corpus is `window`:
        what looks and listens at once has all, as far as its pictures reach."""
        return {"audio": window, JOINT: ALL_WINDOWS}.get(self.reads, "")

    @property
    def has_several_rows(self) -> bool:
        """Whether a film may have several items; tables of one row a film leave no context."""
        return all(record.rows == "several" for record in self.records)

    def cannot_serve(self, context: str, window: str | None) -> str:
        """Why an approach of this context and window cannot be run; "" where it can be."""
        if not self.is_published:
            return ""
        if window is not None:
            return "its table does not say which window of the sound it heard"
        if context != "mean" and not self.has_several_rows:
            return f"its table has one row a film, and context {context} needs several"
        return ""


@params_dataclass
class PretrainedParams(BackboneParams):
    file: Text | None = None
    """Weights in WEIGHTS_DIR instead of the published ones."""
    prompts: dict[Genre, Prompts] = Field(default_factory=dict)
    """Texts of each genre, of a network that was trained with texts; {}: it is asked nothing."""

    def __post_init__(self) -> None:
        if self.prompts and (missing := [genre for genre in GENRES if genre not in self.prompts]):
            raise ValueError(f"prompts lack {', '.join(missing)}")
