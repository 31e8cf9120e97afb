"""What the seed study published: quoted numbers, what each of them is, and what stands behind it.

The study is a student's. Its code is lost; its recipe and these numbers are known. It compared
frames through VGG16 with sound through YAMNet and VGGish over the same ten genres. Where it gives
three numbers they are of its three models.
"""

from dataclasses import dataclass

from report.loading import Metrics
from report.text import number


@dataclass(frozen=True)
class Quantity:
    """One quantity with the study's numbers."""

    name: str
    about: str
    published: tuple[float, ...]
    rule: str = ""  # which threshold of this run: "middle", "low", or none

    def label(self, metrics: Metrics) -> str:
        """What it is, with the threshold that this run's numbers are taken at."""
        at = {"middle": metrics.middle_rule, "low": metrics.rules[0]}.get(self.rule)
        return f"{self.about} (here at {at:g})" if at is not None else self.about


QUANTITIES = {
    "accuracy": Quantity("accuracy", "Accuracy in Keras", (0.29, 0.30, 0.40)),
    "drama": Quantity("Drama", "Precision of Drama", (0.46, 0.48, 0.49), "middle"),
    "middle": Quantity(
        "precision", "Precision before the threshold is lowered", (0.11, 0.26, 0.28), "middle"
    ),
    "low": Quantity("at 0.10", "Precision at a threshold of 0.10", (0.28, 0.28, 0.28), "low"),
}


def keras(metrics: Metrics) -> str:
    """Why a keras_accuracy near 29% may be that of a constant answer."""
    constant = metrics.reference("best_constant_label", "keras_accuracy")
    perfect = metrics.reference("perfect", "keras_accuracy")
    here = (
        f"On this corpus a constant answer scores {number(constant)}, and knowing "
        f"every label exactly scores only {number(perfect)}."
        if constant is not None and perfect is not None
        else ""
    )
    return (
        "Keras' categorical accuracy asks whether the largest score falls on the first of a "
        "film's labels, in the order of the label list. It was made for one label per film. On "
        "IMDb's labels of these ten genres the constant answer Drama scores 0.29 and a perfect "
        f"predictor about 0.63: 29% may be the accuracy of a constant answer. {here}"
    )


def behind(metrics: Metrics) -> list[str]:
    """What stands behind each of the seed study's published numbers."""
    constant = metrics.reference("best_constant_label", "keras_accuracy")
    density = metrics.reference("predict_everything", "precision_micro")
    drama = float(metrics.catalogue["prevalence"]["Drama"])
    return [
        "Accuracy of 29 to 40%: a constant answer scores 29% on IMDb's labels of these "
        f"ten genres and {number(constant)} here; a perfect predictor does not reach 1.",
        "Precision of Drama of 0.46 to 0.49: a genre on many films has a high precision when "
        f"every genre is named for every film, here {number(drama)}.",
        "28, 28 and 28% at a threshold of 0.10: at a threshold so low nearly every genre is named "
        "for every film, and the precision of that is the label density, "
        f"here {number(density)}, whatever the model.",
    ]
