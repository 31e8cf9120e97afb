"""What an approach looks at or listens to: picture, sound, words, and their unions."""

from collections.abc import Iterable, Mapping
from typing import Literal

Single = Literal["picture", "sound", "words"]
Modality = Literal[
    "none", "picture", "sound", "words", "both", "picture_words", "sound_words", "all"
]
SINGLE: tuple[Single, ...] = ("picture", "sound", "words")
"""In this order wherever they stand side by side."""
UNIONS: Mapping[Modality, tuple[Single, ...]] = {
    "both": ("picture", "sound"),
    "picture_words": ("picture", "words"),
    "sound_words": ("sound", "words"),
    "all": ("picture", "sound", "words"),
}
JOINT = "frames_audio"
"""Read by a backbone that looks and listens at once: frames beside windows of sound."""
READS: Mapping[str, Modality] = {
    "frames": "picture",
    "clips": "picture",
    "audio": "sound",
    JOINT: "both",
    "words": "words",
}
"""What a backbone reads, as params.yaml says it, and which of them that is."""


def packs_read(reads: str) -> tuple[str, ...]:
    """Names of the packs in data/ that it lies in: of what looks and listens at once two."""
    return ("frames", "audio") if reads == JOINT else (reads,)


def union_of(modalities: Iterable[str]) -> Modality:
    """What looks at all of these: one of them, or their union. Raises KeyError for others."""
    asked = {*modalities}
    known: dict[frozenset[str], Modality] = {frozenset(each): name for name, each in UNIONS.items()}
    return (known | {frozenset({name}): name for name in SINGLE})[frozenset(asked)]


def union_or_both(modalities: Iterable[str]) -> Modality:
    """Of the parts of a fusion; of parts that are unknown, which the schema tells, both."""
    try:
        found = union_of(modalities)
    except KeyError:
        return "both"
    return "both" if found in SINGLE else found


def singles_of(modality: str) -> tuple[str, ...]:
    """The modalities that one is of: of a union its members, of none nothing."""
    joined = [each for name, each in UNIONS.items() if name == modality]
    if joined:
        return joined[0]
    return () if modality == "none" else (modality,)


def in_words(modality: str) -> str:
    """For a sentence: `picture`, `picture and sound`, `picture, sound and words`."""
    *others, last = singles_of(modality) or ("nothing",)
    return f"{', '.join(others)} and {last}" if others else last
