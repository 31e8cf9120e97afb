"""Sections whose content depends on what the metrics hold. One file for a page or two."""

from report.sections.ablations import (
    asked,
    contrast,
    label_sets,
    one_network,
    title,
    ungrouped,
    variance,
)
from report.sections.catalogue import label_agreement, missing
from report.sections.changes import what_would_change
from report.sections.data import downloaded, extraction, features, sheets
from report.sections.genres import confusion
from report.sections.instrument import (
    ceilings,
    null_corpus,
    over_time,
    recovery,
    simulations,
    trained_on_noise,
    within_shots,
)
from report.sections.joining import joining
from report.sections.layers import layers
from report.sections.probes import budgets, chosen, curves, tuning
from report.sections.ranks import ranks
from report.sections.run import (
    backbones,
    citation,
    machine,
    models,
    not_run,
    pipeline,
    price,
    records,
    timings,
)
from report.sections.submitted import sent_in
from report.sections.training_sets import learning_curve, once_retrained, retrained

__all__ = [
    "asked",
    "backbones",
    "budgets",
    "ceilings",
    "chosen",
    "citation",
    "confusion",
    "contrast",
    "curves",
    "downloaded",
    "extraction",
    "features",
    "joining",
    "label_agreement",
    "label_sets",
    "layers",
    "learning_curve",
    "machine",
    "missing",
    "models",
    "not_run",
    "null_corpus",
    "once_retrained",
    "one_network",
    "over_time",
    "pipeline",
    "price",
    "ranks",
    "records",
    "recovery",
    "retrained",
    "sent_in",
    "sheets",
    "simulations",
    "timings",
    "title",
    "trained_on_noise",
    "tuning",
    "ungrouped",
    "variance",
    "what_would_change",
    "within_shots",
]
