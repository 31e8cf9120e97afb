import numpy as np
import pytest

from benchmarks.trained_on_noise import ROOT, pair, tell
from stages.base.params import load


def test_a_pair_is_judged_like_the_headline_and_the_share_is_counted():
    y_true = np.random.default_rng(0).random((90, 10)) < 0.3
    params = load(ROOT / "params.yaml")
    found = pair(y_true, params, 1)
    assert found == pair(y_true, params, 1) and found != pair(y_true, params, 2)
    assert found["lo"] < found["difference"] < found["hi"] and 0 < found["p"] <= 1
    assert 0 < found["p_skill_picture"] <= 1 and found["p_skill_picture"] != found["p_skill_sound"]
    clear = {"difference": 0.1, "lo": 0.05, "hi": 0.15, "p": 0.01}
    clear |= {"p_skill_picture": 0.02, "p_skill_sound": 0.2}
    rows = [clear, clear | {"p": 0.2}, clear | {"lo": -0.1}, {key: -v for key, v in clear.items()}]
    rows[3] |= {"lo": -0.15, "hi": -0.05, "p": 0.01, "p_skill_picture": 0.05, "p_skill_sound": 0.9}
    told = tell(rows)
    assert (told["pairs"], told["clear"]) == (4, 2)
    assert told["share"][0] == pytest.approx(0.5) and told["share"][1] < 0.5 < told["share"][2]
    assert told["skilled"] == 3 and told["skilled_share"][0] == pytest.approx(3 / 8)
