"""For all tests: as in every stage, torch's threads wait by sleeping; cores; and buckets."""

import os
from collections.abc import Iterator

import pytest

import stages.base.console  # noqa: F401  (for what it says to torch)
from stages.base import places
from stages.base.parallel.workers import workers
from tests.s3 import bucket, s3

os.environ.pop("TRAILER_STORE", None)  # no test writes into a store of somebody's
if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a core each; to be said before torch comes

__all__ = ["bucket", "s3"]


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: a third of the time a worker waits, for a stage, a browser or
    a server."""
    return workers() + 1


def _policy() -> int:
    """How the system schedules this thread; 0 where it does not say."""
    return os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else 0


POLICY = _policy()


@pytest.fixture(autouse=True)
def _scheduled_as_before() -> Iterator[None]:
    """No test leaves real-time priority behind: what later ones start would starve all else."""
    yield
    assert _policy() == POLICY


@pytest.fixture(autouse=True)
def _default_corpus() -> Iterator[None]:
    """What a test chose in this process is not the next one's."""
    yield
    places.choose(places.DEFAULT)
