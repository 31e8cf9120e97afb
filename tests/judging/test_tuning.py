"""What choosing gains: planted and found, and nothing where there is nothing to choose."""

import dataclasses

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from stages.base.params import ProbeParams
from stages.base.params.budgets import FixedParams
from stages.base.params.matrix import cells
from stages.fitting.approaches import FIXED, fit, training_budget
from stages.fitting.films import read_films
from stages.fitting.scores import Scores, save_scores, stored_label_sets
from stages.judging.tuning import COLUMNS, tuning_rows
from tests.judging.series_corpus import SEQUELS, SERIES, write_corpus

FILMS = SERIES * SEQUELS
STRONG, WEAK = 1e-5, 1.0  # regularisation


@pytest.fixture
def corpus(tmp_path):
    write_corpus(tmp_path, named=False)
    return tmp_path


@pytest.fixture
def fitted(params, judging, corpus):
    """Rows of one approach, fitted as the pipeline does, by its grid and what is fixed."""

    def fitted(slug: str, grid: tuple[float, ...] = (WEAK,), fixed: float = WEAK) -> list[dict]:
        heads = {**params.training.heads, "linear": ProbeParams(grid=grid, fixed=fixed)}
        training = dataclasses.replace(params.training, heads=heads)
        changed = dataclasses.replace(params, training=training)
        cell = next(c for c in cells(changed) if c.slug == slug)
        outcomes = fit(cell, read_films(corpus), changed, corpus)
        scores = {labels: outcome.scores for labels, outcome in outcomes.items()}
        save_scores(scores, corpus / f"scores/{slug}.npz")
        enough = dataclasses.replace(judging, min_films=SERIES)
        return tuning_rows(corpus, [cell], {slug: training_budget(cell, changed)}, enough)

    return fitted


def test_both_sides_are_what_their_settings_score(fitted, corpus):
    """One of two values is far better: every fold takes it, and the other is what is fixed."""
    (row,) = fitted("colour_linear", (STRONG, WEAK), STRONG)
    assert set(row) == set(COLUMNS)
    assert [row[name] for name in ("approach", "modality", "head", "parts", "setting")] == [
        *("colour_linear", "picture", "linear", "colour", "C")
    ]
    assert (row["fixed"], row["films"], row["holm_family"]) == ("1e-05", FILMS, "tuning")
    assert row["tuned_ap"] == pytest.approx(reference(corpus, WEAK), abs=1e-6)
    assert row["fixed_ap"] == pytest.approx(reference(corpus, STRONG), abs=1e-6)
    assert row["difference"] == pytest.approx(row["tuned_ap"] - row["fixed_ap"], abs=1e-9)
    assert row["lo"] > 0 and row["p"] == row["p_holm"] < 0.05 and row["verdict"] == "better"


def reference(corpus, strength: float) -> float:
    """Out-of-fold macro AP of scikit-learn's logistic regression."""
    films = read_films(corpus)
    x = np.load(corpus / "embeddings/colour.npz")["embedding"].astype(float)
    score = np.empty(films.y_true.shape)
    for fold in range(5):
        test = films.fold == fold
        mean, std = x[~test].mean(axis=0), x[~test].std(axis=0)
        z = (x - mean) / std
        for genre, y in enumerate(films.y_true.T):
            model = LogisticRegression(C=strength, tol=1e-10, max_iter=10_000)
            score[test, genre] = model.fit(z[~test], y[~test]).decision_function(z[test])
    return float(average_precision_score(films.y_true, score, average="macro"))


def test_nothing_to_choose_gains_nothing(fitted):
    (row,) = fitted("colour_linear")
    assert row["difference"] == row["lo"] == row["hi"] == 0
    assert row["p_holm"] == 1 and row["verdict"] == "undecided"


def trained_for(params, *epochs: int) -> None:
    """Epochs of the mlp, the last of them fixed; one weight decay."""
    fixed = FixedParams(epochs=epochs[-1], weight_decay=0.01)
    head = dataclasses.replace(
        params.training.heads["mlp"], epochs=epochs, weight_decay=(0.01,), fixed=fixed
    )
    object.__setattr__(params.training, "heads", {**params.training.heads, "mlp": head})


def test_what_has_one_setting_is_not_compared(fitted, params, corpus):
    trained_for(params, 1)
    assert fitted("colour_mlp") == []
    assert FIXED not in stored_label_sets(corpus / "scores/colour_mlp.npz")


def test_epochs_of_what_is_trained_by_steps_are_compared(fitted, params):
    trained_for(params, 1, 2)
    (row,) = fitted("colour_mlp")
    assert (row["setting"], row["fixed"]) == ("weight decay and epochs", "0.01 and 2")
    assert row["films"] == FILMS and row["tuned_ap"] > 0 and row["fixed_ap"] > 0


@pytest.fixture
def planted(params, judging, corpus):
    """Rows of approaches with made-up scores, of which choosing helps some films."""

    def planted(helped_films: dict[str, int], min_films: int = SERIES) -> list[dict]:
        films, rng = read_films(corpus), np.random.default_rng(0)
        for slug, helped in helped_films.items():
            noise = rng.random((2, FILMS, 10)).astype(np.float32)
            inner = np.zeros((5, FILMS, 10), np.float32)
            gain = 0.2 * (np.arange(FILMS) < helped)[:, None] * films.y_true
            known = (gain + noise).astype(np.float32)
            sides = {"all": known, "one": known, FIXED: noise}
            scores = {
                name: Scores(films.ids, films.fold, side, inner) for name, side in sides.items()
            }
            save_scores(scores, corpus / f"scores/{slug}.npz")
        chosen = [cell for cell in cells(params) if cell.slug in helped_films]
        fewer = dataclasses.replace(chosen[0], slug="fewer", labels="one", base=chosen[0].slug)
        changed = dataclasses.replace(judging, min_films=min_films)
        budgets = {cell.slug: training_budget(cell, params) for cell in [*chosen, fewer]}
        return tuning_rows(corpus, [*chosen, fewer], budgets, changed)

    return planted


def test_p_is_adjusted_over_all_probes(planted):
    none, some, much = planted({"colour_linear": 0, "colour_each": 3, "colour_max": FILMS})
    assert none["difference"] == 0 and none["p"] == none["p_holm"] == 1
    assert some["p"] > much["p"]
    # by hand: Holm takes the smallest times three, the next one times two
    assert much["p_holm"] == pytest.approx(3 * much["p"])
    assert some["p_holm"] == pytest.approx(max(2 * some["p"], much["p_holm"]))
    assert much["verdict"] == "better"


def test_too_few_films_give_the_difference_alone(planted):
    (some,) = planted({"colour_linear": FILMS}, min_films=FILMS + 1)
    assert some["difference"] > 0 and some["verdict"] == "too few films"
    assert not {"lo", "hi", "p", "p_holm"} & set(some)
