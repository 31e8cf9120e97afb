"""What each context finds that another cannot, and that padding is nothing."""

import dataclasses

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from stages.backbones import colour
from stages.base.errors import BenchmarkError
from stages.base.params import HeadParams
from stages.base.plugins import plugin_names
from stages.fitting import training
from stages.fitting.batch import ModelBatch
from stages.fitting.fitted import Fitted
from stages.fitting.heads import build
from stages.fitting.inputs import Inputs
from stages.fitting.items import Items
from stages.sample.picture import shot_frames
from stages.sample.plan import TEMPORAL_CUES, scene_numbers

BUDGET = HeadParams(epochs=(30,), batch_size=50, learning_rate=0.02, weight_decay=(0.1,))
N, LENGTH, DIM = 200, 12, 4


def sequences(x: np.ndarray, extra: int = 0) -> Items:
    """Items of (n, length, dim), with `extra` places of padding."""
    n, length, dim = x.shape
    index = np.arange(n * length, dtype=np.int32).reshape(n, length)
    index = np.pad(index, ((0, 0), (0, extra)), constant_values=-1)
    time = np.tile(np.linspace(0, 1, length, dtype=np.float32), n)
    return Items(x.reshape(-1, dim).astype(np.float32), np.arange(n), index, time)


def fit_one(items: Items, y_true: np.ndarray, *rest) -> Fitted:
    return training.cross_validate(items, [y_true], *rest)[0][0]


def auc(x: np.ndarray, y_true: np.ndarray, context: str) -> float:
    """Of out-of-fold scores; mean and max are pooled before anything is trained."""
    pooled = {"mean": x.mean(1), "max": x.max(1)}.get(context)
    items = sequences(x) if pooled is None else Items(pooled.astype(np.float32), np.arange(len(x)))
    fold = (np.arange(len(x)) % 2).astype(np.int8)
    fitted = fit_one(items, y_true[:, None], fold, "linear", BUDGET, (0,), context)
    return float(roc_auc_score(y_true, fitted.score[0, :, 0]))


def test_one_item_among_many_is_found_by_attention_and_lost_in_the_mean():
    """One item is marked, and it alone says the label in a feature where all others are noise."""
    rng = np.random.default_rng(0)
    y_true = rng.random(N) < 0.5
    x = rng.normal(size=(N, LENGTH, DIM))
    marked = rng.integers(0, LENGTH, N)
    x[np.arange(N), marked, 0] = 6
    x[np.arange(N), marked, 1] = np.where(y_true, 1.5, -1.5)
    found, mean = auc(x, y_true, "attention"), auc(x, y_true, "mean")
    assert found > 0.9 and found > mean + 0.1


def test_order_alone_is_found_by_the_convolution_and_by_nothing_else():
    """A, then B, or B, then A, somewhere: the items are the same ones."""
    rng = np.random.default_rng(1)
    y_true = rng.random(N) < 0.5
    x = rng.normal(0, 0.3, (N, LENGTH, DIM))
    at = rng.integers(0, LENGTH - 1, N)
    x[np.arange(N), at + y_true, 0] += 3
    x[np.arange(N), at + ~y_true, 1] += 3
    assert auc(x, y_true, "temporal") > 0.9
    for context in ("mean", "max", "attention"):
        assert abs(auc(x, y_true, context) - 0.5) < 0.15, context


@pytest.mark.parametrize("context", plugin_names("contexts"))
def test_padding_does_not_change_a_score(context):
    x = np.random.default_rng(2).normal(5, 1, (6, LENGTH, DIM))
    everything = torch.arange(6)
    found = []
    for extra in (0, 7):
        items = sequences(x, extra)
        models, inputs = ModelBatch("mlp", items, 3, (0,), context), Inputs(items)
        inputs.to(models.device)
        everything = everything.to(models.device)
        models.fit_scaling(inputs, [everything])
        np.testing.assert_allclose(models.mean[0].cpu(), x.mean((0, 1)), atol=1e-5)
        std = x.std((0, 1), ddof=1)
        np.testing.assert_allclose(models.std[0].cpu(), std, atol=0.02)
        found.append(models.predict(0, inputs, everything))
    torch.testing.assert_close(found[0], found[1], atol=1e-5, rtol=0)


@pytest.mark.parametrize("context", plugin_names("contexts"))
def test_together_is_what_each_model_says_alone(context):
    x = np.random.default_rng(3).normal(size=(8, LENGTH, DIM))
    items = sequences(x)
    models, inputs = ModelBatch("mlp", items, 2, (0, 1), context), Inputs(items)
    inputs.to(models.device)
    halves = torch.arange(8, device=models.device).split(4)
    models.fit_scaling(inputs, halves)
    models.template.eval()
    rows = torch.tensor([[0, 5, 2], [7, 1, 3]], device=models.device)
    together = models.logits(inputs[rows])
    for number in range(2):
        alone = models.predict(number, inputs, rows[number])
        torch.testing.assert_close(together[number], alone, atol=1e-5, rtol=0)


# of a token's numbers dual takes the first for what kind it is: tests/fitting/test_dual.py
@pytest.mark.parametrize("context", sorted({*plugin_names("contexts")} - {"dual"}))
def test_when_an_item_is_makes_a_difference(context):
    """A label that is told by nothing but when the same thing happens."""
    rng = np.random.default_rng(4)
    y_true = rng.random(N) < 0.5
    x = rng.normal(0, 0.3, (N, LENGTH, DIM))
    x[np.arange(N), np.where(y_true, 2, LENGTH - 3) + rng.integers(-2, 3, N), 0] += 3
    x[np.arange(N), np.where(y_true, LENGTH - 3, 2) + rng.integers(-2, 3, N), 1] += 3
    assert auc(x, y_true, context) > 0.9
    assert auc(x, y_true, "mean") < 0.65


@pytest.mark.parametrize("context", plugin_names("contexts"))
def test_what_is_kept_predicts_and_a_film_scores_the_mean_of_its_trailers(context):
    """Two trailers a film, of different lengths; the kept tensors alone give the film's score."""
    x = np.random.default_rng(5).normal(2, 3, (40, LENGTH, DIM))
    items = sequences(x)
    assert items.index is not None and items.time is not None
    items.index[::2, LENGTH // 2 :] = -1
    items = dataclasses.replace(items, film=np.arange(40) // 2)
    y_true = np.random.default_rng(6).random((20, 2)) < 0.5
    fold = (np.arange(20) % 2).astype(np.int8)
    budget = dataclasses.replace(BUDGET, epochs=(2,))
    fitted = fit_one(items, y_true, fold, "linear", budget, (0,), context)

    film = 7
    model = build("linear", context, items, 2).eval()
    kept = {name: torch.from_numpy(value)[fold[film]] for name, value in fitted.tensors.items()}
    mean, std = kept.pop("mean"), kept.pop("std")
    model.load_state_dict(kept)
    scores = []
    for trailer, length in ((14, LENGTH // 2), (15, LENGTH)):
        z = (torch.from_numpy(x[trailer, :length]).float() - mean) / std
        time = torch.linspace(0, 1, LENGTH)[:length]
        with torch.no_grad():
            scores.append(model(z[None], torch.ones(1, length, dtype=torch.bool), time[None])[0])
    expected = torch.stack(scores).sigmoid().mean(0).numpy()
    np.testing.assert_allclose(fitted.score[0, film], expected, atol=1e-5)


def test_what_does_not_fit_is_said():
    maps = Items(np.zeros((4, 3, 8, 8), np.float32), np.arange(2), np.array([[0, 1], [2, 3]]))
    with pytest.raises(BenchmarkError, match="context attention does not fit"):
        build("linear", "attention", maps, 2)
    with pytest.raises(BenchmarkError, match="unknown context"):
        build("linear", "memory", sequences(np.zeros((2, 3, 4))), 2)
    with pytest.raises(BenchmarkError, match="use it under early"):
        build("gated", "", Items(np.zeros((4, 6), np.float32), np.arange(4)), 2)


def test_the_gate_takes_joined_embeddings_apart():
    """With the gate shut for the first, nothing of the first matters; and the other way round."""
    joined = Items(np.random.default_rng(7).normal(size=(5, 6)), np.arange(5), parts=(2, 4))
    model = build("gated", "", joined, 3).eval()
    x = torch.from_numpy(joined.x).float()
    for bias, columns in ((-1e4, slice(0, 2)), (1e4, slice(2, 6))):
        torch.nn.init.zeros_(model.gate.weight)  # type: ignore[union-attr,arg-type]
        torch.nn.init.constant_(model.gate.bias, bias)  # type: ignore[union-attr,arg-type]
        other = x.clone()
        other[:, columns] += 10
        assert torch.allclose(model(x), model(other), atol=1e-5)
        other = x + 10 * (x - other == 0)
        assert not torch.allclose(model(x), model(other), atol=1e-2)


@pytest.mark.parametrize("lag", [2, 7])
def test_what_returns_is_found_by_its_likeness_and_by_nothing_else(lag):
    """An item comes again `lag` places later, or some other item does as often as any: the items
    are drawn alike either way."""
    rng = np.random.default_rng(8)
    y_true = rng.random(N) < 0.5
    x = rng.normal(size=(N, LENGTH, 8))
    at = rng.integers(0, LENGTH - lag, N)
    again = x[np.arange(N), at] + rng.normal(0, 0.05, (N, 8))
    x[y_true, at[y_true] + lag] = again[y_true]
    assert auc(x, y_true, "temporal") > 0.9
    for context in ("mean", "max", "attention"):
        assert abs(auc(x, y_true, context) - 0.5) < 0.15, context


def test_the_cues_of_the_sample_corpus_that_exist_only_over_time_need_one():
    """Their own pictures, a frame a shot, under the plainest eye: with the order, and without."""
    rng = np.random.default_rng(9)
    kinds = np.array(["", "Mystery", "Thriller"])
    genre = kinds[rng.integers(0, 3, 150)]
    films = []
    for film, name in enumerate(genre):
        cues = [str(name) if rng.random() < 0.4 else "" for _ in range(24)]
        shots = zip(range(24), cues, scene_numbers(cues), strict=True)
        films.append([next(shot_frames(f"{film}", n, 12, cue, scene)) for n, cue, scene in shots])
    x = np.stack([colour.Family("").prepare(film, 0) for film in films])
    for cue in TEMPORAL_CUES:
        found = {context: auc(x, genre == cue, context) for context in ("temporal", "mean", "max")}
        assert found["temporal"] > 0.75, (cue, found)
        assert max(found["mean"], found["max"]) < 0.65, (cue, found)
