"""sample: trailers are rendered on the spot."""

import json
from dataclasses import asdict
from pathlib import Path

from stages.base.versions import code_of
from stages.corpus.reader import Trailer
from stages.trailers.fetching.schemes import FetchContext, Fetched

STEP = "render"
VERSION = code_of("stages/sample/*.py", libraries=("av", "numpy", "opencv-python-headless"))


def parameters(context: FetchContext) -> object:
    """All parameters of the sample, none of the download."""
    return context.sample


def source(trailer: Trailer, context: FetchContext) -> tuple[str, ...]:
    """The whole catalogue row."""
    return (json.dumps(asdict(trailer), sort_keys=True),)


def fetch(trailer: Trailer, context: FetchContext, destination: Path) -> Fetched:
    """Render an MP4 to `destination`; returns the events planted in it."""
    from stages.sample.render import render_trailer

    events = render_trailer(trailer, context.sample, destination)
    return Fetched(tuple(asdict(event) for event in events))
