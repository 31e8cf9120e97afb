"""What is known of a model: one record each, the reader's and the weights stage's only source."""

from dataclasses import dataclass
from typing import Literal

Modality = Literal["picture", "sound"]
StatedBy = Literal["", "hub", "publisher's page", "read elsewhere"]


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
    """Size of a picture; or sample rate, window and hop."""
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
