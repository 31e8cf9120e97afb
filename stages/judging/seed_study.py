"""The seed study's claims, each as a quantity that this matrix can measure.

The study (a student's; its code is lost, its recipe and numbers are known) compared frames through
VGG16 with sound through YAMNet and VGGish over these ten genres, beside networks from scratch.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from stages.base.params.matrix import Cell
from stages.judging.claims import (
    MORE,
    NO_GAIN,
    NOT_LESS,
    UNHEARD,
    UNTOLD,
    Court,
    Judged,
    Row,
    Rule,
    estimated,
    level,
)
from stages.judging.label_sets import SHARED
from stages.scoring.intervals import Estimate
from stages.scoring.references import keras_accuracy_of_perfect
from stages.scoring.thresholds import at_threshold

LOW, MIDDLE = 0.10, 0.50  # of its thresholds
SOUNDS = ("yamnet", "vggish")


def pretrained_sound(court: Court) -> Judged:
    a = court.find(
        "vggish or yamnet (set pretrained)",
        lambda cell: cell.kind == "single" and cell.parts[0].startswith(SOUNDS),
    )
    b = court.find("a sound CNN (window_cnn)", lambda c: (c.modality, c.head) == ("sound", "conv"))
    return _pair(court, a, b)


def picture_cnn(court: Court) -> Judged:
    b = court.find(
        "VGG16's feature map (set pretrained)", lambda cell: cell.parts == ("vgg16_map",)
    )
    a = court.find(
        "a picture CNN (frame_cnn)",
        lambda c: (c.modality, c.head) == ("picture", "conv") and c.slug != b,
    )
    estimate, p = court.pair_beyond(a, b, NOT_LESS.supported)
    said = f"{a} scores {_signed(estimate)} against {b}; a loss of 0.02 would be allowed."
    return Judged(f"macro AP, {a} minus {b}", estimate, p, NOT_LESS, said)


def sound_beats_picture(court: Court) -> Judged:
    court = replace(court, board=court.first)
    return _pair(court, court.named("sound"), court.named("picture"))


def drama_is_easiest(court: Court) -> Judged:
    drama = court.column("Drama")
    slugs = [slug for modality, slug in court.headline.named.items() if modality != "both"]
    beyond, samples = _beyond_chance(court, *slugs)
    others = [genre for genre in beyond if genre != drama]
    if not others:
        raise LookupError("enough films of other genres than Drama")
    if len({len(values) for values in samples.values()}) > 1:
        raise LookupError("more films of the rarest genre, every resample must have some")
    values = samples[drama] - np.mean([samples[genre] for genre in others], axis=0)
    point = beyond[drama] - np.mean([beyond[genre] for genre in others], axis=0)
    estimate, p = level(float(point.mean()), values.mean(axis=1), 0.0)
    said = (
        f"Beyond a random order, Drama is told {_signed(estimate)} against the mean of the other "
        "genres; its precision is high where it is the most common label."
    )
    return Judged("AP beyond chance, Drama minus the others' mean", estimate, p, MORE, said)


def cannot_be_heard(genre: str) -> Callable[[Court], Judged]:
    """Whether the sound tells a genre no better than a random order, to within UNHEARD."""

    def judge(court: Court) -> Judged:
        slug = court.named("sound")
        estimate, p = _genre(court, genre, slug)
        if estimate.hi >= UNHEARD:  # then the question is whether it is above a random order
            p = court.skill(slug, court.column(genre))
        said = (
            f"The sound tells {genre} at {_signed(estimate)}, where 0 is a random order of these "
            "films and 1 a perfect one."
        )
        return Judged(f"AP of {genre} beyond chance, {slug}", estimate, p, UNTOLD, said)

    return judge


def seen_not_heard(court: Court) -> Judged:
    a, b = court.named("picture"), court.named("sound")
    genre = court.column("Science Fiction")
    chance = court.genres(a)[1][genre]
    found, p = court.pair(a, b, genre)
    estimate = Estimate(*(value / (1 - chance) for value in vars(found).values()))
    said = f"Science Fiction from the picture is {_signed(estimate)} against it from the sound."
    quantity = "AP of Science Fiction beyond chance, picture minus sound"
    return Judged(quantity, estimate, p, MORE, said, a, b, "Science Fiction")


def low_threshold(court: Court) -> Judged:
    slug = court.headline.leading
    y_true, (scores,) = court.board.y_true, court.scores(slug)
    low, middle = (at_threshold(scores, threshold) for threshold in (LOW, MIDDLE))

    def precisions(counts: np.ndarray) -> np.ndarray:
        return np.stack(
            [
                (counts @ (named & y_true).sum(axis=1)) / np.maximum(counts @ named.sum(axis=1), 1)
                for named in (low, middle)
            ],
            axis=-1,
        )

    values = np.concatenate([precisions(block.T) for block in court.counts()])
    point = precisions(np.ones((1, len(y_true))))[0]
    difference = values[:, 0] - values[:, 1]
    estimate, p = estimated(float(point[0] - point[1]), difference, NOT_LESS.supported)
    said = (
        f"{slug} has a precision of {point[0]:.2f} at {LOW:g} and {point[1]:.2f} at {MIDDLE:g}; "
        f"every genre for every film has {y_true.mean():.2f} whatever the model."
    )
    quantity = f"micro precision at {LOW:g} minus at {MIDDLE:g}, {slug}"
    return Judged(quantity, estimate, p, NOT_LESS, said)


def frames_lose_to_context(court: Court) -> Judged:
    def alike(one: Cell, other: Cell) -> bool:
        return (one.kind, one.parts, one.head) == (other.kind, other.parts, other.head)

    whole = [c for c in court.board.cells if c.modality == "picture" and c.context == "attention"]
    pairs = [
        (a.slug, b.slug)
        for a in whole
        for b in court.board.cells
        if b.context == "each" and alike(a, b)
    ]
    if not pairs:
        raise LookupError("one head on each frame alone and with attention over all")
    return _pair(court, *pairs[0])


def start_carries_most(other: str) -> Callable[[Court], Judged]:
    """Whether the first seconds tell more than another window of the sound."""

    def judge(court: Court) -> Judged:
        start = court.board.cells[court.board.row(court.named("sound"))]
        slug = court.find(
            f"the headline's sound approach with window {other}",
            lambda c: (
                (c.parts, c.context, c.head, c.window)
                == (start.parts, start.context, start.head, other)
            ),
        )
        if start.window != "start":
            raise LookupError("a headline that hears the start")
        return _pair(court, start.slug, slug)

    return judge


def labels_help(*sets: str) -> Callable[[Court], Judged]:
    """Whether training on fewer labels tells the genres both settings share better.

    Judged on the approach that speaks most for it; that it was picked from several costs its p
    their number.
    """

    def judge(court: Court) -> Judged:
        row, count = _best_of(court, sets)
        return _fewer_labels(row, min(1.0, count * row["p"]), MORE)

    return judge


def one_label_does_not_help(court: Court) -> Judged:
    """That nothing is gained is what was claimed: no gain is tested against SLACK, a gain against
    zero, which the table of label sets asks too."""
    row, count = _best_of(court, ("one",))
    if row["hi"] >= NO_GAIN.supported:
        return _fewer_labels(row, min(1.0, count * row["p"]), NO_GAIN)
    judged = _fewer_labels(row, min(1.0, count * row["p_no_gain"]), NO_GAIN)
    return replace(judged, a="", b="", genre="")


def _best_of(court: Court, sets: tuple[str, ...]) -> tuple[Row, int]:
    """The approach that gains most from fewer labels, and of how many."""
    rows = [r for r in court.label_sets if r["genre"] == SHARED and r["labels"] in sets]
    if not rows:
        raise LookupError(f"approaches with labels {' or '.join(sets)}")
    return max(rows, key=lambda each: each["difference"]), len(rows)


def _fewer_labels(row: Row, p: float, rule: Rule) -> Judged:
    a, b = row["approach"], row["base"]
    estimate = Estimate(row["difference"], row["lo"], row["hi"])
    said = (
        f"On the genres both have, {a} is {_signed(estimate)} against {b}; of the naive difference "
        f"{row['naive_difference']:+.3f} arithmetic makes {row['arithmetic']:+.3f}."
    ).replace("-", "−")
    return Judged(
        f"macro AP on shared genres, {a} minus {b}", estimate, p, rule, said, a, b, SHARED
    )


def accuracy_is_skill(court: Court) -> Judged:
    slug = court.headline.leading
    y_true, (scores,) = court.board.y_true, court.scores(slug)
    first = y_true.argmax(axis=1)
    constant = np.bincount(first, minlength=y_true.shape[1]).argmax()
    right = np.stack([scores.argmax(axis=1) == first, first == constant], axis=1).astype(float)
    estimate, p = court.means(right)
    accuracy, blind = right.mean(axis=0)
    said = (
        f"{slug} scores {accuracy:.0%}, always answering {court.board.genres[constant]} "
        f"{blind:.0%}, knowing every label {keras_accuracy_of_perfect(y_true) or 0:.0%}: 29, 30 "
        "and 40% say nothing without a reference."
    )
    return Judged(f"Keras accuracy, {slug} minus the best constant", estimate, p, MORE, said)


CLAIMS: dict[str, Callable[[Court], Judged]] = {
    "Pretrained sound beats the sound CNN": pretrained_sound,
    "The picture CNN is at least as good as VGG16 transfer": picture_cnn,
    "Sound beats picture": sound_beats_picture,
    "Drama is the easiest genre": drama_is_easiest,
    "Mystery cannot be heard": cannot_be_heard("Mystery"),
    "Romance cannot be heard": cannot_be_heard("Romance"),
    "Science Fiction cannot be heard": cannot_be_heard("Science Fiction"),
    "Science Fiction is seen rather than heard": seen_not_heard,
    "At threshold 0.10 precision holds or rises": low_threshold,
    "Frames in isolation lose to context": frames_lose_to_context,
    "The first 30 s carry more than the middle": start_carries_most("middle"),
    "The first 30 s carry more than the end": start_carries_most("end"),
    "Fewer labels help": labels_help("no_thriller", "popular"),
    "One label drawn at random does not help": one_label_does_not_help,
    "29, 30 and 40% accuracy are skill": accuracy_is_skill,
}


def _pair(court: Court, a: str, b: str) -> Judged:
    estimate, p = court.pair(a, b)
    said = f"{a} scores {_signed(estimate)} against {b}."
    return Judged(f"macro AP, {a} minus {b}", estimate, p, MORE, said, a, b)


def _genre(court: Court, genre: str, slug: str) -> tuple[Estimate, float]:
    """How far one genre is told beyond chance, and its p against UNHEARD."""
    column = court.column(genre)
    beyond, samples = _beyond_chance(court, slug)
    return level(float(beyond[column][0]), samples[column][:, 0], UNHEARD)


def _beyond_chance(
    court: Court, *slugs: str
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """By genre: (AP - chance) / (1 - chance), (n_approaches,), and of each resample. chance: the
    average precision expected of a random order of the same films."""
    found, chance = court.genres(*slugs)

    def scaled(genre: int, values: np.ndarray) -> np.ndarray:
        return np.asarray((values - chance[genre]) / (1 - chance[genre]))

    points = {genre: scaled(genre, each.point) for genre, each in found.items()}
    return points, {genre: scaled(genre, each.values) for genre, each in found.items()}


def _signed(estimate: Estimate) -> str:
    lo, hi = (f"{value:+.3f}".replace("-", "−") for value in (estimate.lo, estimate.hi))
    return f"{estimate.value:+.3f} [{lo} to {hi}]".replace("-", "−")
