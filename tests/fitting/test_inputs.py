"""What items are standardised by."""

import numpy as np
import pytest
import torch

from stages.fitting import inputs as room
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items


@pytest.mark.parametrize("chunk_bytes", [1, 5000, 1 << 24])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_maps_are_standardised_by_channel_in_parts_of_any_size(monkeypatch, chunk_bytes, dtype):
    monkeypatch.setattr(room, "CHUNK_BYTES", chunk_bytes)
    rng = np.random.default_rng(0)
    x = (rng.random((41, 3, 6, 8)) * 40 + 7).astype(dtype)
    x[:, 1] = 250  # a constant channel
    rows = np.arange(0, 41, 2)
    found = Inputs(Items(x, np.arange(41))).mean_and_std(torch.from_numpy(rows))
    kept = x[rows].astype(np.float64).transpose(1, 0, 2, 3).reshape(3, -1)
    expected = kept.mean(1), kept.std(1, ddof=1)
    for got, value in zip(found, expected, strict=True):
        assert got.shape == (3, 1, 1) and got.dtype == torch.float32
        np.testing.assert_allclose(got.ravel(), value, rtol=1e-6, atol=1e-6)
