"""Fusions as params.yaml declares them: of picture and sound, and of these and words."""

from typing import Annotated, Literal

from pydantic import Field

from stages.base.params.values import Bool, Slug, Text, distinct, params_dataclass

Rule = Literal["mean", "weighted", "stacked"]
DUAL = "dual"  # the context that takes two backbones of the picture


@params_dataclass
class EarlyParams:
    """Early fusion: one head on the joined embeddings of two backbones."""

    picture: Slug
    """A backbone."""
    sound: Slug
    """A backbone."""
    head: Slug
    with_left_out: Bool = False
    """As of an approach."""
    code: Text | None = None
    """As of an approach."""

    @property
    def parts(self) -> tuple[str, ...]:
        return self.picture, self.sound


@params_dataclass
class LateParams:
    """Late fusion: the scores of two approaches, combined."""

    picture: Slug
    """An approach."""
    sound: Slug
    """An approach."""
    by: Rule = "mean"
    with_left_out: Bool = False
    """As of an approach; its two parts need it too."""

    @property
    def parts(self) -> tuple[str, ...]:
        return self.picture, self.sound


@params_dataclass
class EarlyWithWordsParams:
    """Early fusion of backbones of two modalities or three, words among them."""

    parts: Annotated[tuple[Slug, ...], distinct()]
    """Backbones."""
    head: Slug
    with_left_out: Bool = False
    """As of an approach."""
    code: None = None


@params_dataclass
class LateWithWordsParams:
    """Late fusion of approaches of two modalities or three, words among them."""

    parts: Annotated[tuple[Slug, ...], distinct()]
    """Approaches."""
    by: Rule = "mean"
    with_left_out: Bool = False
    """As of an approach; its parts need it too."""


@params_dataclass
class WithWordsParams:
    """Fusions that words are part of. By how many they join: DVC's templates count their inputs."""

    early_two: dict[Slug, EarlyWithWordsParams] = Field(default_factory=dict)
    early_three: dict[Slug, EarlyWithWordsParams] = Field(default_factory=dict)
    late_two: dict[Slug, LateWithWordsParams] = Field(default_factory=dict)
    late_three: dict[Slug, LateWithWordsParams] = Field(default_factory=dict)

    def keys(self, kind: str, slug: str) -> tuple[str, ...]:
        """Of the section of the matrix that holds an entry: (with_words, early_two), or (kind,).

        kind: early, late, or another where it may be none of these; "": whichever it is.
        """
        found = [name for name, of in vars(self).items() if name.startswith(kind) and slug in of]
        return ("with_words", *found[:1]) if found else (kind,)


@params_dataclass
class DualParams:
    """Two backbones of the picture, each with a transformer of its own: context `dual`."""

    frames: Slug
    """A backbone that reads frames."""
    clips: Slug
    """A backbone that reads clips."""
    head: Slug
