"""A run that cannot come to anything is given up early; any other goes on to the end."""

import pytest

from stages.base.errors import BenchmarkError, TrailerError
from stages.corpus.reader import Trailer
from stages.trailers.fetching.ledger import FIRST, Result, watch


def failed(count: int, reason: str) -> list[Result]:
    trailer = Trailer("0" * 16, "1", "T", 2000, ("Drama",), "https://example.org/")
    return [(trailer, TrailerError(reason, "why"))] * count


@pytest.mark.parametrize("reason", ["network", "bot_check"])
def test_given_up_after_the_first_dozen(reason):
    results = watch(failed(500, reason))
    with pytest.raises(BenchmarkError, match=f"first {FIRST} trailers all failed: {reason}"):
        list(results)


@pytest.mark.parametrize(
    "results",
    [
        failed(FIRST - 1, "network"),
        failed(500, "gone"),
        failed(1, "gone") + failed(500, "network"),
        failed(FIRST - 1, "network") + failed(1, "timeout") + failed(500, "network"),
    ],
)
def test_otherwise_every_result_is_passed_on(results):
    assert len(list(watch(results))) == len(results)
