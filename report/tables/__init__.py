"""Frames of display texts: what the pages' tables show, from the loaded metrics. A file a page."""

from report.tables import (
    ablations,
    approaches,
    catalogue,
    claims,
    common,
    genres,
    instrument,
    probes,
    run,
    thresholds,
)

__all__ = [
    "ablations",
    "approaches",
    "catalogue",
    "claims",
    "common",
    "genres",
    "instrument",
    "probes",
    "run",
    "thresholds",
]
