"""sample: trailers are rendered on the spot."""

import json
from dataclasses import asdict
from pathlib import Path

from stages.base.versions import code_of
from stages.corpus.reader import Trailer
from stages.trailers.fetching.schemes import Fetched, Means

STEP = "render"
VERSION = code_of("stages/sample/*.py", libraries=("av", "numpy", "opencv-python-headless"))


def parameters(means: Means) -> object:
    """All of the sample's, and none of the download's."""
    return means.sample


def source(trailer: Trailer, means: Means) -> tuple[str, ...]:
    """The whole catalogue row."""
    return (json.dumps(asdict(trailer), sort_keys=True),)


def fetch(trailer: Trailer, means: Means, destination: Path) -> Fetched:
    """Render an MP4 to `destination`; the events it planted come with it."""
    from stages.sample.render import render_trailer

    events = render_trailer(trailer, means.sample, destination)
    return Fetched(tuple(asdict(event) for event in events))
