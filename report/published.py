"""What the seed study published: quoted numbers, with what each of them is.

The study is a student's. Its code is lost; its recipe and these numbers are known. It compared
frames through VGG16 with sound through YAMNet and VGGish over the same ten genres. Where it gives
three numbers they are of its three models.
"""

from dataclasses import dataclass

from report.loading import Metrics


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
