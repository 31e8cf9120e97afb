"""Numbers that other studies published, each with its source: the only place that quotes them."""

from collections.abc import Sequence
from dataclasses import dataclass

SEED_STUDY = (
    "a student's study: frames through VGG16 against sound through YAMNet and VGGish, over the "
    "same ten genres; its code is lost, its recipe and these numbers are known"
)
IMDB_LABELS = "IMDb's labels of the same ten genres; nothing in this project recomputes them"


@dataclass(frozen=True)
class Published:
    """One quantity as a study gives it."""

    values: tuple[float, ...]
    """By model, in the study's order, where it gives several."""
    source: str


KERAS_ACCURACY = Published((0.30, 0.29, 0.40), SEED_STUDY)  # the last one: "about 40%"
DRAMA_PRECISION = Published((0.48, 0.49, 0.46), SEED_STUDY)
PRECISION = Published((0.11, 0.26, 0.28), SEED_STUDY)
PRECISION_AT_LOW = Published((0.28, 0.28, 0.28), SEED_STUDY)
LOW_THRESHOLD = Published((0.10,), SEED_STUDY)
DEFAULT_THRESHOLD = Published((0.50,), SEED_STUDY)
TRAILERS_FOUND = Published((0.93,), SEED_STUDY)  # share of its trailers that it could download
CONSTANT_ACCURACY = Published((0.29,), IMDB_LABELS)  # of the answer Drama for every film
PERFECT_ACCURACY = Published((0.63,), IMDB_LABELS)


def percentages(values: Sequence[float]) -> str:
    """As in `29, 30 and 40%`."""
    *most, last = [f"{value:.0%}".removesuffix("%") for value in values]
    return f"{', '.join(most)} and {last}%" if most else f"{last}%"
