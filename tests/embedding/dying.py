"""A process that dies at a trailer; in a file of its own, which loads no torch."""

import os
import signal
from pathlib import Path

from stages.embedding.jobs import Job
from stages.embedding.preparing import Prepared, prepare_apart
from tests.embedding.made_packs import IDS


def dying(job: Job) -> Prepared:
    """As `prepare_apart`, but for one trailer always, for another once."""
    once = Path("once")
    if job.trailer_id == IDS[0] or (job.trailer_id == IDS[1] and not once.exists()):
        if job.trailer_id == IDS[1]:
            once.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return prepare_apart(job)
