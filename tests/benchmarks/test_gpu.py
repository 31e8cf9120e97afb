import re

import pytest

from benchmarks import gpu
from benchmarks.gpu import Fit, fits, markdown
from stages.base.errors import BenchmarkError
from stages.base.params import HeadParams

QUICK = HeadParams(epochs=(1,), batch_size=64, learning_rate=0.01, weight_decay=(0.1,))
ON = {"gpu": "a card", "cores": 4, "processor": "a chip"}


@pytest.mark.parametrize(
    ("fit", "told"),
    [
        (Fit("linear", (6,), 40, QUICK), 1e-4),
        (Fit("conv", (1, 12, 12), 20, QUICK, 3), None),
        (Fit("linear", (6,), 20, QUICK, 3, "attention"), None),
    ],
)
def test_a_fit_here_and_there(fit, told):
    row = fits(fit)
    assert row["apart"] is None if told is None else row["apart"] < told
    assert row["gpu_seconds"] > 0 and row["cpu_seconds"] > 0
    assert str(fit.films) in row["on"]


def test_the_table_says_what_was_found():
    network = {"what": "timm a", "bare_per_second": 5383.8, "apart": 1.1e-05}
    kept = {"kept": 0.5, "kept_least": 0.4, "kept_most": 0.6}
    fit = {"what": "mlp", "on": "9 films", "gpu_seconds": 1.0, "cpu_seconds": 8.0}
    found = {
        "embedding": [network | kept],
        "fits": [fit | {"times_as_fast": 8.0, "apart": None}],
        "machine": ON,
        "versions": {"torch": "2"},
        "commit": "abc",
    }
    text = "\n".join(markdown(found))
    assert "| timm a | 5,384 | 0.5 (0.4 to 0.6) | 1e-05 |" in text
    assert "| mlp | 9 films | 1.0 | 8.0 | 8.0 | – |" in text
    assert re.search("one a card beside 4 cores of a chip.*commit abc", text)
    assert "| fit |" not in "\n".join(markdown(found | {"fits": []}))


def test_without_a_gpu_it_says_so(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("sys.argv", ["gpu"])
    with pytest.raises(BenchmarkError, match="no GPU"):
        gpu.main()
