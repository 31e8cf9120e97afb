"""Web addresses on the loopback."""

from collections.abc import Iterator

import pytest

from tests.loopback import site_on_loopback, without
from tests.trailers.fetching.conftest import Handler, Site


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    without(monkeypatch, "http_proxy", "https_proxy", "all_proxy")
    with site_on_loopback(Handler, Site) as site:
        yield site
        site.closing.set()
