"""What the seed study published: each number, what it is, and what stands behind it."""

from dataclasses import dataclass

from report.loading import Metrics
from report.text import listed, number
from stages.base import published_studies as studies
from stages.base.published_studies import percentages


@dataclass(frozen=True)
class Quantity:
    """One quantity with the study's numbers."""

    name: str
    about: str
    published: tuple[float, ...]
    """The lowest first."""
    rule: str = ""
    """Which threshold of this run: middle, low, or none."""

    def label(self, metrics: Metrics) -> str:
        """What it is, with the threshold that this run's numbers are taken at."""
        at = {"middle": metrics.middle_rule, "low": metrics.rules[0]}.get(self.rule)
        return f"{self.about} (here at {at:g})" if at is not None else self.about


(LOW,) = studies.LOW_THRESHOLD.values
ACCURACY, DRAMA, PRECISION, AT_LOW = (
    tuple(sorted(each.values))
    for each in (
        studies.KERAS_ACCURACY,
        studies.DRAMA_PRECISION,
        studies.PRECISION,
        studies.PRECISION_AT_LOW,
    )
)
QUANTITIES = {
    "accuracy": Quantity("accuracy", "Accuracy in Keras", ACCURACY),
    "drama": Quantity("Drama", "Precision of Drama", DRAMA, "middle"),
    "middle": Quantity(
        "precision", "Precision before the threshold is lowered", PRECISION, "middle"
    ),
    "low": Quantity(f"at {LOW:.2f}", f"Precision at a threshold of {LOW:.2f}", AT_LOW, "low"),
}


def given() -> str:
    """The study's numbers in words, by model."""
    drama = listed([number(value) for value in studies.DRAMA_PRECISION.values])
    return (
        f"The study gives an accuracy of {percentages(studies.KERAS_ACCURACY.values)} (the last "
        f"approximate); a precision of {drama} for Drama, its best genre; and a precision of "
        f"{percentages(studies.PRECISION.values)} that becomes "
        f"{percentages(studies.PRECISION_AT_LOW.values)} when the threshold is lowered to "
        f"{LOW:.2f}. It does not say what a constant answer, or every genre for every film, would "
        "score."
    )


def keras(metrics: Metrics) -> str:
    """Why the accuracies that the study gives may be those of a constant answer."""
    constant = metrics.reference("best_constant_label", "keras_accuracy")
    perfect = metrics.reference("perfect", "keras_accuracy")
    here = (
        f"On this corpus a constant answer scores {number(constant)}, and knowing "
        f"every label exactly scores only {number(perfect)}."
        if constant is not None and perfect is not None
        else ""
    )
    (blind,), (best,) = studies.CONSTANT_ACCURACY.values, studies.PERFECT_ACCURACY.values
    return (
        "Keras' categorical accuracy asks whether the largest score falls on the first of a "
        "film's labels, in the order of the label list. It was made for one label per film. On "
        f"IMDb's labels of these ten genres the constant answer Drama scores {number(blind)} and a "
        f"perfect predictor about {number(best)}: {blind:.0%} may be the accuracy of a constant "
        f"answer. {here}"
    )


def behind(metrics: Metrics) -> list[str]:
    """What stands behind each of the seed study's published numbers."""
    constant = metrics.reference("best_constant_label", "keras_accuracy")
    density = metrics.reference("predict_everything", "precision_micro")
    drama = float(metrics.catalogue["prevalence"]["Drama"])
    (blind,) = studies.CONSTANT_ACCURACY.values
    here = f", here {number(drama)}" if "Drama" in metrics.genre_names else ""
    return [
        f"Accuracy of {ACCURACY[0] * 100:.0f} to {ACCURACY[-1]:.0%}: a constant answer scores "
        f"{blind:.0%} on IMDb's labels of these ten genres and {number(constant)} here; a perfect "
        "predictor does not reach 1.",
        f"Precision of Drama of {number(DRAMA[0])} to {number(DRAMA[-1])}: a genre on many films "
        f"has a high precision when every genre is named for every film{here}.",
        f"{percentages(AT_LOW)} at a threshold of {LOW:.2f}: so low a threshold names nearly every "
        "genre for every film, and the precision of that is the label density, "
        f"here {number(density)}, whatever the model.",
    ]


def sources() -> list[str]:
    """Where each number on the page that is not ours is from."""
    return [
        f"The study's numbers: {studies.SEED_STUDY}.",
        f"{number(studies.CONSTANT_ACCURACY.values[0])} for the constant answer Drama and "
        f"{number(studies.PERFECT_ACCURACY.values[0])} for a perfect predictor: "
        f"{studies.IMDB_LABELS}.",
        "Everything else is of this run.",
    ]
