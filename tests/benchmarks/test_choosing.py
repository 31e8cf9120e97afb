from pathlib import Path

import numpy as np
import yaml

from benchmarks import choosing
from stages.base.params import ProbeParams, load
from stages.base.params.matrix import cells
from stages.fitting.approaches import is_trained
from stages.fitting.films import Films
from stages.fitting.items import Items
from stages.fitting.probing import ProbedFilms, cross_validate, load_probe
from stages.scoring.ranking import macro_average_precision

ROOT = Path(__file__).resolve().parents[2]


def test_the_matrix_is_of_probes_on_other_films(tmp_path):
    before = yaml.safe_load((ROOT / "params.yaml").read_text())
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(choosing.development(before), sort_keys=False))
    params = load(path)
    assert params.sample.seed != before["sample"]["seed"]
    looking = [cell for cell in cells(params) if cell.kind in ("single", "early")]
    assert len(looking) > 5 and not any(is_trained(cell, params) for cell in looking)


def test_what_is_chosen_by_macro_ap_is_what_the_fit_chooses():
    rng = np.random.default_rng(0)
    y = rng.random((120, 10)) < 0.4
    x = rng.normal(size=(120, 6)) + y[:, :6]
    fold, ids = np.arange(120) % 5, np.arange(120).astype(str)
    films = Films(ids, y, fold, {name: n for n, name in enumerate(ids)}, fold)
    items, budget = (
        Items(x.astype(np.float32), np.arange(120)),
        ProbeParams(grid=(0.001, 0.1, 10), fixed=0.1),
    )
    probed = ProbedFilms(items, y.astype(float), fold, load_probe("linear"), budget.grid)
    found = choosing.compare(probed, films, 1)
    (fitted,), fixed = cross_validate(items, [y.astype(float)], fold, "linear", budget, 1)
    for expected, said in ((fitted, found["macro_ap"]), (fixed, found["settings"]["0.1"])):
        value = macro_average_precision(y, expected.score[0]).value
        assert value is not None and abs(said - value) < 1e-4
    assert set(found["settings"]) == {"0.001", "0.1", "10"} and found["log_loss"] > 0
