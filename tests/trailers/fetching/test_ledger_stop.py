"""A run that cannot come to anything is given up early; any other goes on to the end."""

import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.corpus.reader import Trailer
from stages.trailers.fetching.ledger import TRIES, Result, stop_if_hopeless


def failed(count: int, reason: str) -> list[Result]:
    trailer = Trailer("0" * 16, "1", "T", 2000, ("Drama",), "https://example.org/")
    return [(trailer, TrailerError(reason, "why"))] * count


@pytest.mark.parametrize("reason", ["network", "bot_check"])
def test_given_up_after_the_first_dozen(reason):
    results = stop_if_hopeless(failed(500, reason))
    with pytest.raises(BenchmarkError, match=f"first {TRIES} trailers all failed: {reason}"):
        list(results)


@pytest.mark.parametrize(
    "results",
    [
        failed(TRIES - 1, "network"),
        failed(500, "gone"),
        failed(1, "gone") + failed(500, "network"),
        failed(TRIES - 1, "network") + failed(1, "timeout") + failed(500, "network"),
    ],
)
def test_otherwise_every_result_is_passed_on(results):
    assert len(list(stop_if_hopeless(results))) == len(results)
