"""Every figure of the report: a function of data frames that returns an Altair chart."""

from report.figures.data import attrition, cooccurrence, prevalence
from report.figures.genres import dumbbell
from report.figures.method import learning_curve, timings
from report.figures.overview import answer, differences, matrix
from report.figures.thresholds import f1_curves, keras_accuracy, sweep

__all__ = [
    "answer",
    "attrition",
    "cooccurrence",
    "differences",
    "dumbbell",
    "f1_curves",
    "keras_accuracy",
    "learning_curve",
    "matrix",
    "prevalence",
    "sweep",
    "timings",
]
