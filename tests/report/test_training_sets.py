"""What the site says of models trained again."""

import pandas as pd
import pytest

from report.loading import load
from report.sections.instrument import trained_on_noise
from report.sections.training_sets import _no_longer_clear, once_retrained


@pytest.mark.parametrize(
    ("lo", "retrained_lo", "said"),
    [(0.01, -0.01, " With it, a minus b includes zero."), (0.02, 0.01, ""), (-0.01, -0.02, "")],
)
def test_a_difference_that_training_again_leaves_open_is_named(lo, retrained_lo, said):
    row = {"a": "a", "b": "b", "lo": lo, "hi": 0.1, "retrained_lo": retrained_lo}
    assert _no_longer_clear(pd.DataFrame([row | {"retrained_hi": 0.2}])) == said


def test_the_first_page_says_what_other_training_films_change(made_up):
    told = once_retrained(load(made_up)).text
    assert "picture minus sound +0.040 (−0.040 to +0.120). Zero is inside." in told


def test_what_trained_noise_does_is_told_where_it_was_measured(made_up):
    metrics = load(made_up)
    assert not trained_on_noise(metrics).text
    metrics.trained_on_noise.update(
        {"pairs": 400, "share": [0.12, 0.09, 0.16], "skilled_share": [0.08, 0.06, 0.1]}
    )
    assert "400 pairs" in (told := trained_on_noise(metrics).text) and "12% differ" in told
    assert "takes 8% of single approaches" in told and "(6% to 10%)" in told
