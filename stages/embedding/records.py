"""What is known of a model: one record each, the reader's and the weights stage's only source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stages.base.params.modalities import JOINT

Modality = Literal["picture", "sound", "both", "words"]
StatedBy = Literal["", "hub", "publisher's page", "read elsewhere"]
OurFilms = Literal["no", "unknown"]
TOKENIZER = "tokenizer.json"
"""Name of a published file, and of the tensor that its bytes are kept as."""


@dataclass(frozen=True)
class TrainingSet:
    """Data that networks learn from before they come here."""

    our_films: OurFilms
    """Whether trailers, stills or posters of the films that are judged may be among it: "unknown"
    where they may be, as nobody has looked."""
    why: str


TRAINING_SETS: Mapping[str, TrainingSet] = {
    "ImageNet-1k": TrainingSet(
        "no", "photographs of single things, chosen by their nouns: no videos, titles or genres"
    ),
    "ImageNet-22k": TrainingSet("no", "as ImageNet-1k, of more nouns"),
    "AudioSet": TrainingSet("unknown", "10 s each of two million YouTube videos"),
    "YouTube-8M": TrainingSet("unknown", "millions of YouTube videos of all kinds"),
    "WIT": TrainingSet(
        "unknown", "OpenAI's 400 million images from the web with texts, never published"
    ),
    "WebLI": TrainingSet("unknown", "Google's images from the web with texts, never published"),
    "LAION-2B": TrainingSet("unknown", "two billion images from the web with English texts"),
    "LAION-Audio-630K": TrainingSet(
        "unknown", "sounds with descriptions, from libraries that films use too"
    ),
    "LVD-142M": TrainingSet("unknown", "142 million images from the web, never published"),
    "LVD-1689M": TrainingSet("unknown", "1.7 billion images from social media, never published"),
    "Kinetics-400": TrainingSet("unknown", "10 s each of 300,000 YouTube videos of human actions"),
    "PE-AV's videos": TrainingSet(
        "unknown", "100 million videos with sound; where they are from is not said"
    ),
    "VideoMix22M": TrainingSet(
        "unknown", "22 million videos, from YouTube among others, and ImageNet's photographs"
    ),
}


@dataclass(frozen=True)
class Source:
    """Where a model's published weights lie: a file of a hub repository, or an address."""

    file: str
    """Name of the published file."""
    hub: str = ""
    """Repository on the Hugging Face hub."""
    url: str = ""
    """https address of the file, where it is not on the hub."""
    revision: str = ""
    """Commit of the hub repository; empty: what its main branch is at the first download."""
    sha256: str = ""
    """Hash of the file, where a document states one."""
    stated_by: StatedBy = ""
    """Who states the hash. The hub and the publisher are to be believed: other bytes are refused.
    A hash read elsewhere, such as in a project that uses the file, is a hint: bytes that differ
    are reported and used."""
    stated_in: str = ""
    """The documents that state file, repository or address, revision and hash."""
    begins: str = ""
    """First digits of the hash, where the publisher states no more, as in the file's name. They
    bind: a file whose hash begins otherwise is refused."""

    @property
    def name(self) -> str:
        """The file's name in weights.lock."""
        return f"{self.hub}/{self.file}" if self.hub else self.url

    @property
    def is_hint(self) -> bool:
        """Whether the hash is by somebody else than the publisher."""
        return self.stated_by == "read elsewhere"


@dataclass(frozen=True)
class Record:
    """One model: what goes in, what comes out, and what a reader should know about it."""

    modality: Modality
    input: str
    """Size of a picture; sample rate, window and hop; or how much of a text is read."""
    shape: tuple[int, ...]
    """Of one embedding."""
    parameters: int
    """Number of learned parameters of the part that embeds."""
    trained_on: str
    """The data, and what was learned from it."""
    licence: str
    """Of the weights."""
    paper: str
    source: Source | None = None
    """The file of weights; None: there is nothing to download."""
    more: tuple[Source, ...] = ()
    """Further files; `convert` gets their tensors after those of the first."""
    note: str = ""
    """What may help or hurt the model in this benchmark."""
    name: str = ""
    """What the reports call it, in a few words; "": the model's or the backbone's own name."""
    training_sets: tuple[str, ...] = ()
    """Names in TRAINING_SETS: all data that it learnt from, where each of it is there."""
    released: str = ""
    """Year, or year and month, in which it was first published."""
    published_parameters: int | None = None
    """Of the files that are downloaded; None: those of the part that embeds, no more."""
    memory_mb: int | None = None
    """Megabytes for it and one item on a CPU, by `stages.check_family`; None: not measured."""
    bibtex: str = ""
    """Of its papers."""
    of_clips: bool = False
    """Whether an item is a clip, pictures in a row, instead of a frame."""

    @property
    def reads(self) -> str:
        """What it is made from, as a backbone in params.yaml says it."""
        if self.of_clips:
            return "clips"
        read = {"picture": "frames", "sound": "audio", "both": JOINT, "words": "words"}
        return read[self.modality]

    @property
    def our_films_among_it(self) -> OurFilms:
        """Whether films that are judged may be among what it learnt from."""
        if not self.parameters:
            return "no"
        known = [TRAINING_SETS.get(name) for name in self.training_sets]
        none = known and all(each is not None and each.our_films == "no" for each in known)
        return "no" if none else "unknown"
