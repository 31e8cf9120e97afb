"""The seed study's claims, each as a quantity that this matrix can measure.

Its recipe and its numbers: stages/base/published_studies.py.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from stages.base.params.matrix import Cell
from stages.base.published_studies import (
    DEFAULT_THRESHOLD,
    KERAS_ACCURACY,
    LOW_THRESHOLD,
    percentages,
)
from stages.judging.claims import (
    AT_CHANCE,
    CHANCE_MARGIN,
    MARGIN,
    NO_GAIN,
    NON_INFERIOR,
    SUPERIOR,
    ClaimResult,
    Evidence,
    Row,
    Rule,
    centred_estimate,
    percentile_estimate,
)
from stages.judging.label_sets import SHARED
from stages.scoring.bootstrap import weighted_sums
from stages.scoring.intervals import Estimate
from stages.scoring.references import keras_accuracy_of_perfect
from stages.scoring.thresholds import at_threshold

(LOW,), (MIDDLE,) = LOW_THRESHOLD.values, DEFAULT_THRESHOLD.values
ACCURACIES = percentages(sorted(KERAS_ACCURACY.values))
SOUNDS = ("yamnet", "vggish")


def pretrained_sound(evidence: Evidence) -> ClaimResult:
    a = evidence.find_approach(
        "vggish or yamnet (set pretrained)",
        lambda cell: cell.kind == "single" and cell.parts[0].startswith(SOUNDS),
    )
    b = evidence.find_approach(
        "a sound CNN (window_cnn)", lambda c: (c.modality, c.head) == ("sound", "conv")
    )
    return _pair(evidence, a, b)


def picture_cnn(evidence: Evidence) -> ClaimResult:
    b = evidence.find_approach(
        "VGG16's feature map (set pretrained)", lambda cell: cell.parts == ("vgg16_map",)
    )
    a = evidence.find_approach(
        "a picture CNN (frame_cnn)",
        lambda c: (c.modality, c.head) == ("picture", "conv") and c.slug != b,
    )
    estimate, p = evidence.compare_to_bound(a, b, NON_INFERIOR.supported)
    sentence = f"{a} scores {_signed(estimate)} against {b}; a loss of {MARGIN:g} would be allowed."
    return ClaimResult(f"macro AP, {a} minus {b}", estimate, p, NON_INFERIOR, sentence)


def sound_beats_picture(evidence: Evidence) -> ClaimResult:
    evidence = replace(evidence, board=evidence.headline_board)
    return _pair(
        evidence, evidence.headline_approach("sound"), evidence.headline_approach("picture")
    )


def drama_is_easiest(evidence: Evidence) -> ClaimResult:
    drama = evidence.genre_column("Drama")
    named = evidence.headline.named
    slugs = [named[modality] for modality in ("picture", "sound") if modality in named]
    beyond, samples = _beyond_chance(evidence, *slugs)
    others = [genre for genre in beyond if genre != drama]
    if not others:
        raise LookupError("enough films of other genres than Drama")
    if len({len(values) for values in samples.values()}) > 1:
        raise LookupError("more films of the rarest genre, every resample must have some")
    values = samples[drama] - np.mean([samples[genre] for genre in others], axis=0)
    point = beyond[drama] - np.mean([beyond[genre] for genre in others], axis=0)
    estimate, p = centred_estimate(float(point.mean()), values.mean(axis=1), 0.0)
    sentence = (
        f"Beyond a random order, Drama is told {_signed(estimate)} against the mean of the other "
        "genres; its precision is high where it is the most common label."
    )
    return ClaimResult(
        "AP beyond chance, Drama minus the others' mean", estimate, p, SUPERIOR, sentence
    )


def cannot_be_heard(genre: str) -> Callable[[Evidence], ClaimResult]:
    """Whether the sound scores a genre no better than a random order, to within CHANCE_MARGIN."""

    def judge(evidence: Evidence) -> ClaimResult:
        slug = evidence.headline_approach("sound")
        estimate, p = _beyond_chance_in(evidence, genre, slug)
        if estimate.hi >= CHANCE_MARGIN:  # then the question is whether it is above a random order
            p = evidence.no_skill_p_value(slug, evidence.genre_column(genre))
        sentence = (
            f"The sound tells {genre} at {_signed(estimate)}, where 0 is a random order of these "
            "films and 1 a perfect one."
        )
        return ClaimResult(f"AP of {genre} beyond chance, {slug}", estimate, p, AT_CHANCE, sentence)

    return judge


def seen_not_heard(evidence: Evidence) -> ClaimResult:
    a, b = evidence.headline_approach("picture"), evidence.headline_approach("sound")
    genre = evidence.genre_column("Science Fiction")
    chance = evidence.average_precision(a)[1][genre]
    found, p = evidence.compare(a, b, genre)
    estimate = Estimate(*(value / (1 - chance) for value in vars(found).values()))
    sentence = f"Science Fiction from the picture is {_signed(estimate)} against it from the sound."
    quantity = "AP of Science Fiction beyond chance, picture minus sound"
    return ClaimResult(quantity, estimate, p, SUPERIOR, sentence, a, b, "Science Fiction")


def low_threshold(evidence: Evidence) -> ClaimResult:
    slug = evidence.headline.leading
    y_true, (scores,) = evidence.board.y_true, evidence.scores(slug)
    low, middle = (at_threshold(scores, threshold) for threshold in (LOW, MIDDLE))

    named = [each & right for each in (low, middle) for right in (y_true, True)]
    films = np.stack([each.sum(axis=1) for each in named], axis=1, dtype=np.float64)

    def precisions(counts: np.ndarray) -> np.ndarray:
        found = weighted_sums(counts, films)
        return found[:, ::2] / np.maximum(found[:, 1::2], 1)

    values = np.concatenate([precisions(block) for block in evidence.resampling_counts()])
    point = precisions(np.ones((len(y_true), 1), np.uint8))[0]
    difference = values[:, 0] - values[:, 1]
    estimate, p = percentile_estimate(
        float(point[0] - point[1]), difference, NON_INFERIOR.supported
    )
    sentence = (
        f"{slug} has a precision of {point[0]:.2f} at {LOW:g} and {point[1]:.2f} at {MIDDLE:g}; "
        f"every genre for every film has {y_true.mean():.2f} whatever the model."
    )
    quantity = f"micro precision at {LOW:g} minus at {MIDDLE:g}, {slug}"
    return ClaimResult(quantity, estimate, p, NON_INFERIOR, sentence)


def frames_lose_to_context(evidence: Evidence) -> ClaimResult:
    def alike(one: Cell, other: Cell) -> bool:
        return (one.kind, one.parts, one.head) == (other.kind, other.parts, other.head)

    whole = [
        c for c in evidence.board.cells if c.modality == "picture" and c.context == "attention"
    ]
    pairs = [
        (a.slug, b.slug)
        for a in whole
        for b in evidence.board.cells
        if b.context == "each" and alike(a, b)
    ]
    if not pairs:
        raise LookupError("one head on each frame alone and with attention over all")
    return _pair(evidence, *pairs[0])


def start_carries_most(other: str) -> Callable[[Evidence], ClaimResult]:
    """Whether the first seconds score better than another window of the sound."""

    def judge(evidence: Evidence) -> ClaimResult:
        start = evidence.board.cells[evidence.board.row(evidence.headline_approach("sound"))]
        slug = evidence.find_approach(
            f"the headline's sound approach with window {other}",
            lambda c: (
                (c.parts, c.context, c.head, c.window)
                == (start.parts, start.context, start.head, other)
            ),
        )
        if start.window != "start":
            raise LookupError("a headline that hears the start")
        return _pair(evidence, start.slug, slug)

    return judge


def labels_help(*sets: str) -> Callable[[Evidence], ClaimResult]:
    """Whether training on fewer labels scores better on the genres that both settings share.

    Judged on the approach that gains most; its p is multiplied by the number it is picked from.
    """

    def judge(evidence: Evidence) -> ClaimResult:
        row, count = _best_of(evidence, sets)
        return _fewer_labels(row, min(1.0, count * row["p"]), SUPERIOR)

    return judge


def one_label_does_not_help(evidence: Evidence) -> ClaimResult:
    """Whether there is no gain, tested against MARGIN; a gain is tested against zero, as in the
    table of label sets."""
    row, count = _best_of(evidence, ("one",))
    if row["hi"] >= NO_GAIN.supported:
        return _fewer_labels(row, min(1.0, count * row["p"]), NO_GAIN)
    judged = _fewer_labels(row, min(1.0, count * row["p_no_gain"]), NO_GAIN)
    return replace(judged, a="", b="", genre="")


def _best_of(evidence: Evidence, sets: tuple[str, ...]) -> tuple[Row, int]:
    """The approach that gains most from fewer labels, and the number it is picked from."""
    rows = [r for r in evidence.label_sets if r["genre"] == SHARED and r["labels"] in sets]
    if not rows:
        raise LookupError(f"approaches with labels {' or '.join(sets)}")
    return max(rows, key=lambda each: each["difference"]), len(rows)


def _fewer_labels(row: Row, p: float, rule: Rule) -> ClaimResult:
    a, b = row["approach"], row["base"]
    estimate = Estimate(row["difference"], row["lo"], row["hi"])
    sentence = (
        f"On the genres both have, {a} is {_signed(estimate)} against {b}; of the naive difference "
        f"{row['naive_difference']:+.3f} arithmetic makes {row['arithmetic']:+.3f}."
    ).replace("-", "−")
    return ClaimResult(
        f"macro AP on shared genres, {a} minus {b}", estimate, p, rule, sentence, a, b, SHARED
    )


def accuracy_is_skill(evidence: Evidence) -> ClaimResult:
    slug = evidence.headline.leading
    y_true, (scores,) = evidence.board.y_true, evidence.scores(slug)
    first = y_true.argmax(axis=1)
    constant = np.bincount(first, minlength=y_true.shape[1]).argmax()
    right = np.stack([scores.argmax(axis=1) == first, first == constant], axis=1).astype(float)
    estimate, p = evidence.compare_means(right)
    accuracy, blind = right.mean(axis=0)
    sentence = (
        f"{slug} scores {accuracy:.0%}, always answering {evidence.board.genres[constant]} "
        f"{blind:.0%}, knowing every label {keras_accuracy_of_perfect(y_true) or 0:.0%}: "
        f"{ACCURACIES} say nothing without a reference."
    )
    return ClaimResult(
        f"Keras accuracy, {slug} minus the best constant", estimate, p, SUPERIOR, sentence
    )


CLAIMS: dict[str, Callable[[Evidence], ClaimResult]] = {
    "Pretrained sound beats the sound CNN": pretrained_sound,
    "The picture CNN is at least as good as VGG16 transfer": picture_cnn,
    "Sound beats picture": sound_beats_picture,
    "Drama is the easiest genre": drama_is_easiest,
    "Mystery cannot be heard": cannot_be_heard("Mystery"),
    "Romance cannot be heard": cannot_be_heard("Romance"),
    "Science Fiction cannot be heard": cannot_be_heard("Science Fiction"),
    "Science Fiction is seen rather than heard": seen_not_heard,
    f"At threshold {LOW:.2f} precision holds or rises": low_threshold,
    "Frames in isolation lose to context": frames_lose_to_context,
    "The first 30 s carry more than the middle": start_carries_most("middle"),
    "The first 30 s carry more than the end": start_carries_most("end"),
    "Fewer labels help": labels_help("no_thriller", "popular"),
    "One label drawn at random does not help": one_label_does_not_help,
    f"{ACCURACIES} accuracy are skill": accuracy_is_skill,
}


def _pair(evidence: Evidence, a: str, b: str) -> ClaimResult:
    estimate, p = evidence.compare(a, b)
    sentence = f"{a} scores {_signed(estimate)} against {b}."
    return ClaimResult(f"macro AP, {a} minus {b}", estimate, p, SUPERIOR, sentence, a, b)


def _beyond_chance_in(evidence: Evidence, genre: str, slug: str) -> tuple[Estimate, float]:
    """AP of one genre beyond chance, and its p against CHANCE_MARGIN."""
    column = evidence.genre_column(genre)
    beyond, samples = _beyond_chance(evidence, slug)
    return centred_estimate(float(beyond[column][0]), samples[column][:, 0], CHANCE_MARGIN)


def _beyond_chance(
    evidence: Evidence, *slugs: str
) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    """By genre: (AP - chance) / (1 - chance), (n_approaches,), and of each resample. chance: the
    average precision expected of a random order of the same films."""
    found, chance = evidence.average_precision(*slugs)

    def scaled(genre: int, values: np.ndarray) -> np.ndarray:
        return np.asarray((values - chance[genre]) / (1 - chance[genre]))

    points = {genre: scaled(genre, each.point) for genre, each in found.items()}
    return points, {genre: scaled(genre, each.values) for genre, each in found.items()}


def _signed(estimate: Estimate) -> str:
    lo, hi = (f"{value:+.3f}".replace("-", "−") for value in (estimate.lo, estimate.hi))
    return f"{estimate.value:+.3f} [{lo} to {hi}]".replace("-", "−")
