"""For all tests: as in every stage, torch's threads wait by sleeping; cores; and buckets."""

import os
from collections.abc import Iterator

import pytest

import stages.base.console  # noqa: F401  (for what it says to torch)
from tests.s3 import bucket, s3

os.environ.pop("TRAILER_STORE", None)  # no test writes into a store of somebody's
if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a core each; to be said before torch comes

__all__ = ["bucket", "s3"]


def _policy() -> int:
    """How the system schedules this thread; 0 where it does not say."""
    return os.sched_getscheduler(0) if hasattr(os, "sched_getscheduler") else 0


POLICY = _policy()


@pytest.fixture(autouse=True)
def _scheduled_as_before() -> Iterator[None]:
    """No test leaves real-time priority behind: what later ones start would starve all else."""
    yield
    assert _policy() == POLICY


def pytest_collection_finish(session: pytest.Session) -> None:
    """Stop where groups of tests would not stay together, of which nothing is said otherwise.

    pytest-xdist 3.8 writes a group into a test's id by an attribute that pytest 9.2 does not read.
    """
    if getattr(session.config.option, "loadgroup", False):
        grouped = [item for item in session.items if item.get_closest_marker("xdist_group")]
        if lost := [item.nodeid for item in grouped if "@" not in item.nodeid]:
            raise pytest.UsageError(f"xdist ignores the group of {lost[0]}: see pyproject.toml")
