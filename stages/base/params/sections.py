"""The sections of params.yaml but for the matrix, as frozen dataclasses that pydantic checks."""

from typing import Annotated, Literal

from pydantic import Field

from stages.base.genres import GENRES
from stages.base.params.budgets import HeadBudget, HeadParams
from stages.base.params.features import IdKind
from stages.base.params.values import (
    Bool,
    Byte,
    Float,
    Genre,
    Int,
    NonNegative,
    NonNegativeInt,
    PositiveInt,
    Seed,
    Share,
    Slug,
    Text,
    Window,
    distinct,
    params_dataclass,
)

MIN_FOLDS = 3  # one to judge, one to tune on, one to learn from
SAME_THRESHOLD = 1e-6  # nearer ones are one in metrics/thresholds.csv


@params_dataclass
class CatalogueParams:
    path: Text
    """The catalogue: a text file, one trailer a line."""
    second_source: Text
    """Genres of the same films by another catalogue; an empty file where there is none."""
    source: Slug | None = None
    """A source of `python -m stages.collect` that makes the catalogue, in a stage of its own."""
    table: Slug | None = None
    """Of `features`: what it is made from."""
    ids: IdKind = "own"
    """Whose ids its films have, to join published features by."""
    links: Text | None = None
    """MovieLens' links.csv, where its tables have ids of another kind."""
    title: str = ""
    """What the site calls this corpus; "": its name."""
    labels_may_be_published: Bool = True
    """False: no file that git keeps, and no page, says which genres a film has."""


@params_dataclass
class SampleParams:
    """The cues planted in the sample corpus: probabilities of a shot, a sound event or a card."""

    seed: Seed
    picture: dict[Genre, Share]
    """That a shot of a film with this genre carries the genre's cue."""
    sound: dict[Genre, Share]
    """That a sound event of a film with this genre carries the genre's cue."""
    picture_decoy: Share
    """That a shot carries the cue of a genre drawn at random."""
    sound_decoy: Share
    """That a sound event carries the cue of a genre drawn at random."""
    words: dict[Genre, Share] | None = None
    """That a card of a film with this genre shows a word of the genre; None: there are no cards."""
    words_decoy: Share = 0.0
    """That a card shows a word of a genre drawn at random."""
    title_cards: Share = 0.0
    """That a card shows the film's title in place of a word."""
    motion: dict[Genre, Share] | None = None
    """That a shot of a film with this genre moves in the genre's way; None: no way is planted."""
    motion_decoy: Share = 0.0
    """That a shot moves in the way of a genre drawn at random."""

    def __post_init__(self) -> None:
        for name in ("picture", "sound", "words", "motion"):
            planted = getattr(self, name)
            known = GENRES if planted is None else planted
            if missing := [genre for genre in GENRES if genre not in known]:
                raise ValueError(f"{name} lacks {', '.join(missing)}")
        needs = {"words_decoy": "words", "title_cards": "words", "motion_decoy": "motion"}
        for name, planted in needs.items():
            if getattr(self, name) and getattr(self, planted) is None:
                raise ValueError(
                    f"{name} is for corpora that plant {planted}, and this plants none"
                )


@params_dataclass
class DownloadParams:
    max_missing: Share
    """Share of trailers that may fail before the stage does."""
    max_height: Annotated[Int, Field(ge=16, le=10000)]
    """Pixels of the shorter side; more only where a site has nothing else."""
    max_minutes: Annotated[Float, Field(ge=0.01, le=1440)]
    """A longer trailer is refused."""
    max_megabytes: Annotated[Float, Field(ge=0.01, le=1e6)]
    """A larger file is refused."""
    retries: Annotated[Int, Field(ge=0, le=100)]
    timeout_seconds: Annotated[Float, Field(ge=0.1, le=3600)]
    pause_seconds: Annotated[Float, Field(ge=0, le=3600)]
    """Pause between requests to one host."""
    files_under: Text | None
    """The only folder that `file:` rows may be copied from."""
    keep_videos: Bool = True
    """False: remove each video once its frames and sound are taken."""


@params_dataclass
class FramesParams:
    count: Annotated[Int, Field(ge=1, le=10000)]
    """Frames taken from a trailer, evenly spaced."""
    first_frame: NonNegativeInt
    """Number of the first frame; skips the rating card."""
    first_second: NonNegative | None
    """The same in seconds; replaces first_frame where given."""
    short_side: Annotated[Int, Field(ge=16, le=4096)]
    """Pixels of the shorter side of a stored frame."""
    jpeg_quality: Annotated[Int, Field(ge=1, le=100)]
    black_level: Byte
    """A frame whose brightest pixel is at or below this is black."""
    nearest_key_frame: Bool = False
    """Take the nearest key frame instead of the exact one: faster, less evenly spaced."""
    min_pictures: Annotated[Int, Field(ge=1, le=10000)] = 10
    """A track of fewer pictures is too short."""


@params_dataclass
class AudioParams:
    sample_rate: Annotated[Int, Field(ge=8000, le=192000)]
    """Hertz."""
    # shorter ones are mostly padding to every family: the shortest input takes 0.96 s
    seconds: Annotated[Float, Field(ge=0.5, le=3600)]
    """Length of a window."""
    windows: Annotated[tuple[Window, ...], Field(min_length=1), distinct()]
    """Where in the trailer windows are taken."""
    silence_level: Annotated[Float, Field(le=0)] = -70.0
    """A window whose peak is below this is silent, dB of full scale."""
    min_seconds: Annotated[Float, Field(ge=0, le=3600)] = 0.96
    """A shorter track is too short."""


@params_dataclass
class SplitsParams:
    folds: Annotated[Int, Field(ge=MIN_FOLDS, le=100)]  # they are stored as int8
    seed: Seed
    group_by: Literal["film", "collection"]
    """What must not be divided between folds."""
    use_published: Bool = False
    """True: each part of the catalogue's column `split` is a fold."""
    leave_out_shared_vectors: Bool = False
    """Leave out different films whose published features are the same numbers."""


@params_dataclass
class LeaksParams:
    """When two films' frames, or their sound, count as the same."""

    flat: Annotated[NonNegative, Field(le=255)]
    """A frame whose luma has a smaller standard deviation is not compared."""
    hash_bits: Annotated[Int, Field(ge=0, le=7)]
    """Bits, of 64, by which the perceptual hashes of a pair may differ."""
    luma_difference: Annotated[NonNegative, Field(le=255)]
    """Levels, of 255, by which 99 in 100 points may differ."""
    correlation: Share
    """Lowest correlation of the two lumas."""
    sound_error: Share
    """Share of the sound fingerprint's bits that may differ."""
    sound_seconds: Annotated[Float, Field(ge=0.5)]
    """Length of the stretch over which they may."""
    same_trailer: Annotated[Float, Field(gt=0, le=1)]
    """Share of common frames or sound from which two trailers are the same one."""


@params_dataclass
class TrainingParams:
    seeds: Annotated[tuple[Seed, ...], Field(min_length=1), distinct()]
    """A model is trained for each."""
    mask_shared: NonNegativeInt = 0
    """Leave out frames that this many films share, or more, of what is looked at, not of what is
    read; 0 leaves none out."""
    middle_frames: PositiveInt = 10
    """How many frames, from the middle, context `each` looks at."""
    sound_window: Window = "start"
    """Which of audio.windows a sound approach hears, unless it names another."""
    heads: dict[Slug, HeadBudget]
    """How each head is trained, and from what it or a probe chooses."""
    contexts: dict[Slug, HeadParams] = Field(default_factory=dict)
    """Budget of a trained context together with its head."""


@params_dataclass
class JudgingParams:
    thresholds: Annotated[tuple[Share, ...], Field(min_length=1), distinct(SAME_THRESHOLD)]
    """Scores from which a genre is predicted."""
    sweep_step: Annotated[Float, Field(ge=0.001, le=0.5)]  # finer ones cost and show nothing
    """Step of the curves over thresholds."""
    resamples: Annotated[Int, Field(ge=100, le=10**6)]
    """Bootstrap samples of the films, for intervals."""
    permutations: Annotated[Int, Field(ge=100, le=10**6)]
    """Permutations of a test's null distribution."""
    seed: Seed
    min_films: PositiveInt
    """Films of a corpus below which there is no interval and no verdict."""
    min_genre_films: PositiveInt
    """The same of one genre, with it and without."""
    smallest_training_set: PositiveInt = 25
    """Films of the first point of the learning curve; each further one has twice as many."""
    draws: Annotated[Int, Field(ge=0, le=1000)] = 10
    """Training sets of each size of the learning curve, for its intervals; 0: no curve."""
    retrainings: Annotated[Int, Field(ge=0, le=10**4)] = 50
    """Bootstrap samples on which models are trained again, for intervals that count that in; 0:
    none, which spares hours on a huge corpus."""
