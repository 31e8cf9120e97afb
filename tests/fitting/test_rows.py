"""Embeddings that do not fit into memory make the same scores as those that do."""

import io
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stages.base.errors import BenchmarkError
from stages.base.npz import NpzArray
from stages.base.params import HeadParams
from stages.fitting import rows
from stages.fitting.items import Items, View, film_means, read_items
from stages.fitting.rows import MappedRows, budget_bytes, load_rows, reduce_rows
from stages.fitting.training import cross_validate

QUICK = HeadParams(epochs=(1,), learning_rate=0.01, weight_decay=(0.01,), batch_size=32)
N, ITEMS = 30, 31
STATUS = Path("/proc/self/status")


@pytest.fixture
def embeddings(tmp_path: Path) -> Path:
    """Thirty trailers of as many films, the last but one with fewer items."""
    return write(tmp_path / "e.npz", (40,))


def write(path: Path, shape: tuple[int, ...], films: int = N) -> Path:
    random = np.random.default_rng(1)
    trailer = np.repeat(np.arange(films, dtype=np.int32), ITEMS)
    group = np.tile(np.arange(ITEMS, dtype=np.int16), films)
    there = (trailer != films - 2) | (group > 12)
    np.savez(
        path,
        trailer_id=np.array([f"{n:03}" for n in range(films)]),
        trailer=trailer[there],
        group=group[there],
        time=group[there].astype(np.float32),
        embedding=random.normal(size=(there.sum(), *shape)).astype(np.float32),
    )
    return path


def items_of(path: Path, context: str, films: int = N) -> Items:
    film_of = {f"{n:03}": n for n in range(films) if n != 3}
    return read_items(path, film_of, View(context, 10, "start"), "picture", ITEMS)


def own_bytes() -> int:
    """Memory that is this process's own, not that of mapped files."""
    lines = STATUS.read_text().splitlines()
    return next(1024 * int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def scores(items: Items, head: str, context: str, films: int = N, budget=QUICK) -> bytes:
    y_true = np.random.default_rng(2).random((films, 10)) < 0.4
    fold = (np.arange(films) % 5).astype(np.int8)
    ((fitted,), _) = cross_validate(
        items, [y_true.astype(float)], fold, head, budget, (0,), context
    )
    file = io.BytesIO()
    np.savez(file, fitted.score, fitted.inner, fitted.curves.values, *fitted.tensors.values())
    return file.getvalue()


@pytest.mark.parametrize("context", ["each", "mean", "max", "attention", "temporal"])
def test_no_score_changes_where_embeddings_stay_on_disk(embeddings, monkeypatch, context):
    monkeypatch.setattr(rows, "CHUNK_BYTES", 9000)  # two trailers
    pooled = context if context in ("attention", "temporal") else ""
    found = []
    for budget in ("1", "0"):
        monkeypatch.setenv("FIT_MEMORY_GB", budget)
        items = items_of(embeddings, context)
        assert isinstance(items.x, MappedRows) == (budget == "0" and context not in ("mean", "max"))
        found.append(scores(items, "linear", pooled))
    assert found[0] == found[1]


def test_nor_of_maps(tmp_path, monkeypatch):
    path = write(tmp_path / "maps.npz", (1, 8, 8))
    found = []
    for budget in ("1", "0"):
        monkeypatch.setenv("FIT_MEMORY_GB", budget)
        found.append(scores(items_of(path, "each"), "conv", ""))
    assert found[0] == found[1]


def test_rows_reduced_in_chunks_are_as_the_whole(embeddings, monkeypatch):
    file = NpzArray.locate(embeddings, "embedding")
    with np.load(embeddings) as arrays:
        whole, trailer = arrays["embedding"], arrays["trailer"]
    keep = np.random.default_rng(0).random(len(whole)) < 0.4
    _, first = np.unique(trailer[keep], return_index=True)
    monkeypatch.setattr(rows, "CHUNK_BYTES", 9000)
    for by in (np.add, np.maximum):
        np.testing.assert_array_equal(
            reduce_rows(file, keep, first, by), by.reduceat(whole[keep], first, axis=0)
        )
    np.testing.assert_array_equal(load_rows(file, keep), whole[keep])
    assert reduce_rows(file, np.zeros_like(keep), first[:0], np.add).shape == (0, 40)


def test_film_means_add_up_item_by_item():
    random = np.random.default_rng(3)
    film = random.integers(12, size=300)
    x = random.normal(size=(300, 5)).astype(np.float32)
    sums = np.zeros((14, 5), np.float32)
    for row, values in zip(film, x, strict=True):
        sums[row] += values
    counts = np.bincount(film, minlength=14)
    means, has = film_means(Items(x, film), 14)
    np.testing.assert_array_equal(means, sums / np.maximum(counts, 1)[:, None])
    assert has.tolist() == [True] * 12 + [False] * 2


@pytest.mark.skipif(not STATUS.exists(), reason="needs Linux's count of memory not of files")
@pytest.mark.parametrize("context", ["each", "attention"])
def test_memory_is_bounded_while_embeddings_are_not(tmp_path, monkeypatch, context):
    path = write(tmp_path / "wide.npz", (2000,), films=400)
    size = path.stat().st_size
    monkeypatch.setenv("FIT_MEMORY_GB", "0.02")
    monkeypatch.setattr(rows, "CHUNK_BYTES", 1 << 20)
    pooled = context if context == "attention" else ""
    budget = replace(QUICK, batch_size=4 if pooled else 32)
    small = write(tmp_path / "small.npz", (2000,))
    scores(
        items_of(small, context), "linear", pooled, budget=budget
    )  # what libraries keep is there from now on
    before, most, done = own_bytes(), [0], threading.Event()

    def watch() -> None:
        while not done.wait(0.005):
            most[0] = max(most[0], own_bytes())

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        scores(items_of(path, context, 400), "linear", pooled, 400, budget)
    finally:
        done.set()
        watching.join()
    assert size > 95e6 and most[0] - before < 0.8 * size  # read, they would take twice their size


def test_the_budget_is_a_number(monkeypatch):
    monkeypatch.setenv("FIT_MEMORY_GB", "0.5")
    assert budget_bytes() == 5e8
    monkeypatch.delenv("FIT_MEMORY_GB")
    assert budget_bytes() > 0
    for wrong in ("much", "-1", "nan", "inf"):
        monkeypatch.setenv("FIT_MEMORY_GB", wrong)
        with pytest.raises(BenchmarkError, match="bad FIT_MEMORY_GB"):
            budget_bytes()
