"""The sections of params.yaml as frozen dataclasses; what each value may be is said here."""

from math import isfinite
from typing import Annotated, Any, Literal, TypeVar, cast, dataclass_transform, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, Strict
from pydantic.dataclasses import dataclass

from stages.base.genres import GENRES

Section = TypeVar("Section")


def _known(genre: str) -> str:
    if genre not in GENRES:
        raise ValueError(f"unknown genre; known: {', '.join(GENRES)}")
    return genre


def _whole(value: Any) -> Any:
    """A whole number written as 1e4 is one, too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("an empty text; write nothing after the colon where there is none")
    return text


def _finite(value: Any) -> Any:
    """The options of a family, whose names only it knows: no number in them is infinite."""
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"has {value}, expected a finite number")
    children = value.values() if isinstance(value, dict) else value
    for child in children if isinstance(value, dict | list) else ():
        _finite(child)
    return value


def _different(apart: float = 0) -> AfterValidator:
    """A list whose values differ, numbers by more than `apart`."""

    def check(values: tuple[Any, ...]) -> tuple[Any, ...]:
        for later, value in enumerate(values):
            same = [v for v in values[:later] if v == value or (apart and abs(v - value) <= apart)]
            if same:
                by = f" by more than {apart:g}" if apart else ""
                raise ValueError(f"has {value!r} beside {same[0]!r}; its values must differ{by}")
        return values

    return AfterValidator(check)


# scalars are strict: "5" or true is a slip, not a number; and no number is infinite
Int = Annotated[int, Strict(), BeforeValidator(_whole)]
Float = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Slug = Annotated[str, Field(pattern="^[a-z0-9_]+$")]
Text = Annotated[str, AfterValidator(_filled)]
Share = Annotated[Float, Field(ge=0, le=1)]
Count = Annotated[Int, Field(ge=1, le=10**9)]
Natural = Annotated[Int, Field(ge=0, le=10**9)]
Seed = Annotated[Int, Field(ge=0, lt=2**32)]  # as NumPy's RandomState, and so scikit-learn, takes
Byte = Annotated[Int, Field(ge=0, le=255)]
Positive = Annotated[Float, Field(gt=0)]
NotNegative = Annotated[Float, Field(ge=0)]
Genre = Annotated[str, AfterValidator(_known)]
Window = Literal["start", "middle", "end"]
WINDOWS: tuple[Window, ...] = get_args(Window)
ALL_WINDOWS = "all"
FEWEST_FOLDS = 3  # one to judge, one to tune on, one to learn from
SAME_THRESHOLD = 1e-6  # nearer ones are one in metrics/thresholds.csv


@dataclass_transform(kw_only_default=True, frozen_default=True)
def section(cls: type[Section]) -> type[Section]:
    """A frozen dataclass whose values pydantic checks; an unknown name is an error."""
    checked = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))(cls)
    return cast(type[Section], checked)


@section
class CatalogueParams:
    path: Text
    second_source: Text


@section
class SampleParams:
    seed: Seed
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
    max_height: Annotated[Int, Field(ge=16, le=10000)]
    max_minutes: Annotated[Float, Field(ge=0.01, le=1440)]
    max_megabytes: Annotated[Float, Field(ge=0.01, le=1e6)]
    retries: Annotated[Int, Field(ge=0, le=100)]
    timeout_seconds: Annotated[Float, Field(ge=0.1, le=3600)]
    pause_seconds: Annotated[Float, Field(ge=0, le=3600)]
    files_under: Text | None
    keep_videos: Annotated[bool, Strict()] = True


@section
class FramesParams:
    count: Annotated[Int, Field(ge=1, le=10000)]
    first_frame: Natural
    first_second: NotNegative | None
    short_side: Annotated[Int, Field(ge=16, le=4096)]
    jpeg_quality: Annotated[Int, Field(ge=1, le=100)]
    black_level: Byte
    nearest_key_frame: Annotated[bool, Strict()] = False  # instead of the exact one
    min_pictures: Annotated[Int, Field(ge=1, le=10000)] = 10


@section
class AudioParams:
    sample_rate: Annotated[Int, Field(ge=8000, le=192000)]
    # shorter ones are mostly padding to every family: the shortest look takes 0.96 s
    seconds: Annotated[Float, Field(ge=0.5, le=3600)]
    windows: Annotated[tuple[Window, ...], Field(min_length=1), _different()]
    silence_level: Annotated[Float, Field(le=0)] = -70.0  # dB of full scale
    min_seconds: Annotated[Float, Field(ge=0, le=3600)] = 0.96


@section
class SplitsParams:
    folds: Annotated[Int, Field(ge=FEWEST_FOLDS, le=100)]  # they are stored as int8
    seed: Seed
    group_by: Literal["film", "collection"]


@section
class LeaksParams:
    flat: Annotated[NotNegative, Field(le=255)]
    hash_bits: Annotated[Int, Field(ge=0, le=7)]
    luma_difference: Annotated[NotNegative, Field(le=255)]
    correlation: Share
    sound_error: Share
    sound_seconds: Annotated[Float, Field(ge=0.5)]
    same_trailer: Annotated[Float, Field(gt=0, le=1)]


@section
class BackboneParams:
    family: Slug
    reads: Literal["frames", "audio"]
    model: str = ""
    options: Annotated[dict[str, Any], AfterValidator(_finite)] = Field(default_factory=dict)
    precision: Literal["float32", "bfloat16"] = "float32"  # that a network computes in

    @property
    def modality(self) -> Literal["picture", "sound"]:
        return "picture" if self.reads == "frames" else "sound"


@section
class PretrainedParams(BackboneParams):
    file: Text | None = None  # in WEIGHTS_DIR, not the published one


FewerLabels = tuple[Literal["no_thriller", "popular", "one"], ...]


@section
class ApproachParams:
    backbone: Slug
    context: Slug
    head: Slug
    window: Window | Literal["all"] | None = None  # of a sound approach: not training.sound_window
    ungrouped: Annotated[bool, Strict()] = False  # once more in folds that part collections
    fewer_labels: Annotated[FewerLabels, _different()] = ()  # trained on them too


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
    learning_rate: Annotated[Positive, Field(le=10)]
    weight_decay: Annotated[NotNegative, Field(le=10**6)]


@section
class TrainingParams:
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), _different()]
    mask_shared: Natural
    middle_frames: Count
    sound_window: Window
    heads: dict[Slug, HeadParams]
    contexts: dict[Slug, HeadParams]  # budget of a context that is trained, its head's with it


@section
class JudgingParams:
    thresholds: Annotated[tuple[Share, ...], Field(min_length=1), _different(SAME_THRESHOLD)]
    sweep_step: Annotated[Float, Field(ge=0.001, le=0.5)]  # finer ones cost and show nothing
    resamples: Annotated[Int, Field(ge=100, le=10**6)]
    permutations: Annotated[Int, Field(ge=100, le=10**6)]
    seed: Seed
    min_films: Count  # for intervals and verdicts
    min_genre_films: Count  # of one genre, with it and without


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
