"""Two runs of too few films differ by a number, and by nothing that could be called a verdict."""

from pathlib import Path

import numpy as np
import pytest

from stages.base.params import load
from stages.commands.diff import output
from stages.commands.diff.differences import difference_rows
from stages.commands.diff.revisions import Overlap, Revision
from stages.judging.out_of_fold import OutOfFold

ROOT = Path(__file__).resolve().parents[3]
RNG = np.random.default_rng(0)


def side(name: str, y_true: np.ndarray, skill: float) -> Revision:
    n_films = len(y_true)
    ids = np.array([f"film {n}" for n in range(n_films)])
    fold = (np.arange(n_films) % 3).astype(np.int8)
    score = (RNG.random(y_true.shape) + skill * y_true).astype(np.float32)
    return Revision(name, OutOfFold(ids, fold, y_true, None, {"learns": score}))


@pytest.mark.parametrize(("n_films", "verdict"), [(59, "too few films"), (60, "better")])
def test_of_too_few_films_the_difference_alone_is_shown(n_films, verdict):
    y_true = RNG.random((n_films, 10)) < 0.4
    before, after = side("a", y_true, 0.0), side("b", y_true, 2.0)
    common = Overlap(after.run.film_id, y_true, None, ("learns",), ())
    (row,) = difference_rows(before, after, common, load(ROOT / "params.yaml").judging)
    assert row["verdict"] == verdict
    text = output.markdown("a", "b", [row], common)
    page = output.page("a", "b", [row], common)
    told = f"{row['difference']:+.3f}"
    assert told in text and told in page
    judged = n_films == 60
    assert ("low" in row, "p_holm" in row, f"{told} (" in text) == (judged,) * 3
    assert ("<circle" in page) is judged
