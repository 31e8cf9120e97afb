"""Tables of features that others have published: what each is, where it lies and how it is read."""

import re
from pathlib import PurePosixPath
from typing import Literal

from stages.base.params.values import PositiveInt, Text, params_dataclass

PUBLISHED = "published"  # the family of backbones that read tables, not trailers
Format = Literal["csv", "tsv", "json", "npz", "parquet", "hdf5", "safetensors", "zarr"]
FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".npz": "npz",
    ".parquet": "parquet",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".safetensors": "safetensors",
    ".zarr": "zarr",
}
IdKind = Literal["own", "movielens", "imdb", "tmdb"]
REFUSED = (".pkl", ".pickle", ".pt", ".pth", ".npy", ".joblib")
"""Pickles, and arrays without ids: stages/published/refusing.py says why, and what to do."""


@params_dataclass
class TableParams:
    name: str = ""
    """What it is, in words that a sentence can use."""
    file: Text
    """Its name in FEATURES_DIR, or a folder's, and what its address gives."""
    modality: Literal["picture", "sound"]
    format: Format | None = None
    """Where the name's suffix does not say it."""
    url: Text | None = None
    """https address that gives the file; none: it is taken from FEATURES_DIR alone."""
    sha256: Text | None = None
    """Of the file, or as docs/features.md says of a folder; none: what comes first is told."""
    ids: IdKind = "own"
    """Whose ids its films have; own: those of the catalogue."""
    id_column: Text | None = None
    """The column, or the array, that holds the ids."""
    columns: tuple[Text, ...] | Text | None = None
    """A column that holds a list; a pattern (f*) or a list of columns, one a feature; of arrays the
    name of the one that holds the features. None: all but the ids and the time."""
    time_column: Text | None = None
    """Of several rows a film: the seconds, or any number that rises; none: their order."""
    rows: Literal["one", "several"] = "one"
    """Rows of a film."""
    dimensions: PositiveInt | None = None
    """Features of a row, where a document states it."""
    computed_from: Text
    """From what part of the trailer, and how."""
    paper: Text
    licence: Text
    our_films_among_it: Literal["yes", "no", "unknown"] = "unknown"
    """Whether films that are judged are among what the features were learnt from."""
    note: str = ""
    """What may help or hurt it in this benchmark."""

    def __post_init__(self) -> None:
        suffix = PurePosixPath(self.file).suffix.lower()
        if self.url is not None and not self.url.startswith("https://"):
            raise ValueError(f"url is {self.url!r}, expected an https address")
        if self.sha256 is not None and not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise ValueError(f"sha256 is {self.sha256!r}, expected 64 of 0-9 and a-f, or nothing")
        if self.format is None and suffix not in FORMATS and suffix not in REFUSED and suffix:
            known = ", ".join(FORMATS)
            raise ValueError(f"file ends in {suffix!r}, expected {known}; or state its format")

    @property
    def kind(self) -> Format:
        """How it is read; a folder without a suffix has a JSON file a film."""
        return self.format or FORMATS.get(PurePosixPath(self.file).suffix.lower(), "json")
