"""For all tests: as in every stage, torch's threads wait by sleeping; and buckets."""

import os

import stages.console  # noqa: F401  (for what it says to torch)
from tests.s3 import bucket, s3

os.environ.pop("TRAILER_STORE", None)  # no test writes into a store of somebody's

__all__ = ["bucket", "s3"]
