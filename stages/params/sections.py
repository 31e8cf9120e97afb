"""The sections of params.yaml as frozen dataclasses; what each value may be is said here."""

from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict
from pydantic.dataclasses import dataclass

from stages.corpus.genres import GENRES

Section = TypeVar("Section")


def _known(genre: str) -> str:
    if genre not in GENRES:
        raise ValueError(f"unknown genre; known: {', '.join(GENRES)}")
    return genre


def _whole(value: Any) -> Any:
    """A whole number written as 1e4 is one, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


# scalars are strict: "5" or true is a slip, not a number
Int = Annotated[int, Strict(), BeforeValidator(_whole)]
Float = Annotated[float, Strict()]
Slug = Annotated[str, Field(pattern="^[a-z0-9_]+$")]
Share = Annotated[Float, Field(ge=0, le=1)]
Count = Annotated[Int, Field(ge=1)]
Natural = Annotated[Int, Field(ge=0)]
Byte = Annotated[Int, Field(ge=0, le=255)]
Positive = Annotated[Float, Field(gt=0)]
NotNegative = Annotated[Float, Field(ge=0)]
Genre = Annotated[str, AfterValidator(_known)]
Window = Literal["start", "middle", "end"]
WINDOWS: tuple[Window, ...] = get_args(Window)
ALL_WINDOWS = "all"


@dataclass_transform(kw_only_default=True, frozen_default=True)
def section(cls: type[Section]) -> type[Section]:
    """A frozen dataclass whose values pydantic checks; an unknown name is an error."""
    checked = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))(cls)
    return cast(type[Section], checked)


@section
class CatalogueParams:
    path: Annotated[str, Field(min_length=1)]
    second_source: Annotated[str, Field(min_length=1)]


@section
class SampleParams:
    seed: Natural
    picture: dict[Genre, Share]
    sound: dict[Genre, Share]
    picture_decoy: Share
    sound_decoy: Share

    def __post_init__(self) -> None:
        for name, planted in (("picture", self.picture), ("sound", self.sound)):
            if missing := [genre for genre in GENRES if genre not in planted]:
                raise ValueError(f"{name} lacks {', '.join(missing)}")


@section
class DownloadParams:
    max_missing: Share
    max_height: Count
    max_minutes: Positive
    max_megabytes: Positive
    retries: Natural
    timeout_seconds: Positive
    pause_seconds: NotNegative
    files_under: str | None
    keep_videos: Annotated[bool, Strict()] = True


@section
class FramesParams:
    count: Count
    first_frame: Natural
    first_second: NotNegative | None
    short_side: Annotated[Int, Field(ge=16, le=4096)]
    jpeg_quality: Annotated[Int, Field(ge=1, le=100)]
    black_level: Byte
    nearest_key_frame: Annotated[bool, Strict()] = False  # instead of the exact one


@section
class AudioParams:
    sample_rate: Annotated[Int, Field(ge=8000, le=192000)]
    seconds: Positive
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    silence_level: Annotated[Float, Field(le=0)] = -70.0  # dB of full scale


@section
class SplitsParams:
    folds: Annotated[Int, Field(ge=3)]  # one to judge, one to tune on, one to learn from
    seed: Natural
    group_by: Literal["film", "collection"]


@section
class LeaksParams:
    flat: NotNegative
    hash_bits: Annotated[Int, Field(ge=0, le=7)]
    luma_difference: NotNegative
    correlation: Share
    sound_error: Share
    sound_seconds: Positive
    same_trailer: Annotated[Float, Field(gt=0, le=1)]


@section
class BackboneParams:
    family: Slug
    reads: Literal["frames", "audio"]
    model: str = ""
    options: dict[str, Any] = Field(default_factory=dict)
    precision: Literal["float32", "bfloat16"] = "float32"  # that a network computes in

    @property
    def modality(self) -> Literal["picture", "sound"]:
        return "picture" if self.reads == "frames" else "sound"


@section
class PretrainedParams(BackboneParams):
    file: Annotated[str, Field(min_length=1)] | None = None  # in WEIGHTS_DIR, not the published one


@section
class ApproachParams:
    backbone: Slug
    context: Slug
    head: Slug
    window: Window | Literal["all"] | None = None  # of a sound approach: not training.sound_window
    ungrouped: bool = False  # and in folds that part the films of a collection, where there are any
    fewer_labels: tuple[Literal["no_thriller", "popular", "one"], ...] = ()  # trained on them too


@section
class EarlyParams:
    picture: Slug
    sound: Slug
    head: Slug


@section
class LateParams:
    picture: Slug
    sound: Slug
    by: Literal["mean", "weighted", "stacked"] = "mean"


@section
class HeadParams:
    epochs: Count
    batch_size: Count
    learning_rate: Positive
    weight_decay: NotNegative


@section
class TrainingParams:
    seeds: Annotated[tuple[Natural, ...], Field(min_length=1)]
    mask_shared: Natural
    middle_frames: Count
    sound_window: Window
    heads: dict[Slug, HeadParams]
    contexts: dict[Slug, HeadParams]  # budget of a context that is trained, its head's with it


@section
class JudgingParams:
    thresholds: Annotated[tuple[Share, ...], Field(min_length=1)]
    sweep_step: Annotated[Float, Field(gt=0, le=0.5)]
    resamples: Annotated[Int, Field(ge=100)]
    permutations: Annotated[Int, Field(ge=100)]
    seed: Natural


@section
class HeadlineParams:
    picture: Slug | None = None
    sound: Slug | None = None
    both: Slug | None = None

    @property
    def named(self) -> dict[str, str]:
        """Modality -> approach, of the modalities that have one."""
        return {modality: slug for modality, slug in vars(self).items() if slug}

    @property
    def leading(self) -> str:
        """The approach of most: of both, or of the one modality that there is."""
        return list(self.named.values())[-1]


@section
class MatrixParams:
    backbones: dict[Slug, BackboneParams]
    pretrained: dict[Slug, PretrainedParams]
    approaches: dict[Slug, ApproachParams]
    early: dict[Slug, EarlyParams]
    late: dict[Slug, LateParams]
    headline: HeadlineParams

    def backbone(self, slug: str) -> BackboneParams:
        """What `slug` is, with weights or without. Raises KeyError for an unknown one."""
        return self.pretrained[slug] if slug in self.pretrained else self.backbones[slug]


@section
class Params:
    catalogue: CatalogueParams
    sample: SampleParams
    download: DownloadParams
    frames: FramesParams
    audio: AudioParams
    splits: SplitsParams
    leaks: LeaksParams
    matrix: MatrixParams
    training: TrainingParams
    judging: JudgingParams
