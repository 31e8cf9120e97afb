"""What is known of a model: one record each, the reader's and the weights stage's only source."""

from dataclasses import dataclass
from typing import Literal

Modality = Literal["picture", "sound"]


@dataclass(frozen=True)
class Source:
    """Where a model's published weights lie: a file of a hub repository, or an address.

    What a document states is pinned here and `stated_in` names the document. What none states
    stays empty: the weights stage writes what the first download brings into weights.lock.
    """

    file: str  # name of the published file
    hub: str = ""  # repository on the Hugging Face hub
    url: str = ""  # https address of the file, where it is on no hub
    revision: str = ""  # commit of the hub repository
    sha256: str = ""
    stated_in: str = ""  # the document that states file, repository or address, revision, hash

    @property
    def name(self) -> str:
        """How weights.lock calls the file."""
        return f"{self.hub}/{self.file}" if self.hub else self.url


@dataclass(frozen=True)
class Record:
    """One model: what goes in, what comes out, and what a reader should know about it."""

    modality: Modality
    input: str  # size, or sample rate, window and hop
    shape: tuple[int, ...]  # of one embedding
    parameters: int  # numbers that were learnt, of the part that embeds
    trained_on: str
    licence: str  # of the weights
    paper: str
    source: Source | None = None  # None: there is nothing to fetch
    more: tuple[Source, ...] = ()  # further files; `convert` gets their tensors after the first's
    note: str = ""  # what may flatter or hurt it here
