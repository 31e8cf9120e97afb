"""Whole sections that hang on what is there. A file a page, or two."""

from report.sections.ablations import contrast, label_sets, ranks, ungrouped, variance
from report.sections.data import extraction, sheets
from report.sections.instrument import ceilings, null_corpus, over_time, recovery, simulations
from report.sections.run import (
    backbones,
    bench,
    edit_loop,
    key_frames,
    machine,
    memory,
    models,
    not_run,
    pipeline,
    price,
    timings,
)

__all__ = [
    "backbones",
    "bench",
    "ceilings",
    "contrast",
    "edit_loop",
    "extraction",
    "key_frames",
    "label_sets",
    "machine",
    "memory",
    "models",
    "not_run",
    "null_corpus",
    "over_time",
    "pipeline",
    "price",
    "ranks",
    "recovery",
    "sheets",
    "simulations",
    "timings",
    "ungrouped",
    "variance",
]
