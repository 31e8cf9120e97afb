"""What the site says of models trained again."""

import pandas as pd
import pytest

from report.sections.training_sets import _no_longer_clear


@pytest.mark.parametrize(
    ("lo", "retrained_lo", "said"),
    [(0.01, -0.01, " With it, a minus b includes zero."), (0.02, 0.01, ""), (-0.01, -0.02, "")],
)
def test_a_difference_that_training_again_leaves_open_is_named(lo, retrained_lo, said):
    row = {"a": "a", "b": "b", "lo": lo, "hi": 0.1, "retrained_lo": retrained_lo}
    assert _no_longer_clear(pd.DataFrame([row | {"retrained_hi": 0.2}])) == said
