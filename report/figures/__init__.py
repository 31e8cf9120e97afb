"""Every figure of the report: a function of data frames that returns an Altair chart."""

from report.figures.ablations import variance
from report.figures.accuracy import accuracy_against_precision
from report.figures.catalogue import label_agreement, missing
from report.figures.cost import price, timings
from report.figures.data import attrition, cooccurrence, prevalence
from report.figures.fits import learning_curve, settings, steps
from report.figures.genres import confusion, dumbbell, owned
from report.figures.instrument import power, rates, recovered
from report.figures.judging import published, reliability, rules
from report.figures.layers import layers
from report.figures.overview import answer, differences, matrix
from report.figures.pipeline import pipeline
from report.figures.ranks import ranks
from report.figures.thresholds import f1_curves, keras_accuracy, sweep
from report.figures.training_sets import training_sets

__all__ = [
    "accuracy_against_precision",
    "answer",
    "attrition",
    "confusion",
    "cooccurrence",
    "differences",
    "dumbbell",
    "f1_curves",
    "keras_accuracy",
    "label_agreement",
    "layers",
    "learning_curve",
    "matrix",
    "missing",
    "owned",
    "pipeline",
    "power",
    "prevalence",
    "price",
    "published",
    "ranks",
    "rates",
    "recovered",
    "reliability",
    "rules",
    "settings",
    "steps",
    "sweep",
    "timings",
    "training_sets",
    "variance",
]
