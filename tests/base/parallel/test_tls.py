"""A cluster that speaks TLS, asked by who is not set up for it."""

import pytest

from stages.base.errors import BenchmarkError
from stages.base.parallel import cluster


@pytest.mark.parametrize(
    "error",
    [
        TypeError("TLS expects a `ssl_context` argument"),  # no certificate is set
        RuntimeError("encryption required by Dask configuration"),  # for a tcp: address
    ],
)
def test_without_the_certificates(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """With the errors that Dask raises then."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(cluster, "Client", refuse)
    with pytest.raises(BenchmarkError, match=r"cannot be reached(.|\n)*certificates") as caught:
        list(cluster.run(list, [1], "tls://10.0.0.1:8786"))
    assert str(error) in str(caught.value)
