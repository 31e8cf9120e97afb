"""Two backbones of the picture in one sequence, and two transformers that learn from it."""

import numpy as np
import pytest
import torch

from stages.base.errors import BenchmarkError
from stages.base.params import HeadParams
from stages.base.params.budgets import FixedParams
from stages.contexts.dual import Context
from stages.fitting.items import Items, side_by_side
from stages.fitting.training import cross_validate

NAN = np.nan
FRAMES = Items(
    np.array([[1, 2], [3, 4], [5, 6], [7, 8]], np.float32),
    np.array([0, 2, 2]),
    np.array([[0, 1], [2, -1], [3, -1]], np.int32),
    np.array([0.0, 1.0, 0.0, 0.5], np.float32),
)
CLIPS = Items(
    np.array([[10], [20], [30]], np.float32),
    np.array([2, 2, 3]),
    np.array([[0], [1], [2]], np.int32),
    np.array([0.25, 0.75, 0.5], np.float32),
)


def test_rows_sequences_and_times_by_hand():
    found = side_by_side(FRAMES, CLIPS)
    expected = [
        *([-1, 1, 2, NAN], [-1, 3, 4, NAN], [-1, 5, 6, NAN], [-1, 7, 8, NAN]),
        *([1, NAN, NAN, 10], [1, NAN, NAN, 20], [1, NAN, NAN, 30]),
    ]
    np.testing.assert_array_equal(found.x, expected)
    # film 2 has two trailers, each with its clips; film 0 has no clips, film 3 no frames
    assert found.film.tolist() == [2, 2]
    assert found.index is not None and found.index.tolist() == [[2, -1, 4], [3, -1, 5]]
    assert found.time is not None
    assert found.time.tolist() == [0.0, 1.0, 0.0, 0.5, 0.25, 0.75, 0.5]


def test_maps_are_refused():
    maps = Items(np.zeros((4, 3, 6, 8), np.float32), FRAMES.film, FRAMES.index, FRAMES.time)
    with pytest.raises(BenchmarkError, match="context dual does not fit this backbone"):
        side_by_side(maps, CLIPS)


def test_a_frame_tells_the_clips_transformer_nothing():
    torch.manual_seed(0)
    context = Context(4).eval()
    x = torch.randn(1, 5, 4)
    x[..., 0] = torch.tensor([-1.0, -1, -1, 1, 1])
    mask, time = torch.ones(1, 5, dtype=torch.bool), torch.linspace(0, 1, 5)[None]
    other = x.clone()
    other[0, 1, 1:] += 5
    with torch.no_grad():
        before, after = context(x, mask, time)[0], context(other, mask, time)[0]
    assert not torch.allclose(before[:128], after[:128])
    torch.testing.assert_close(before[128:], after[128:])


def test_a_linear_head_on_it_is_the_average_of_two():
    torch.manual_seed(0)
    context = Context(4).eval()
    x, mask, time = torch.randn(3, 5, 4), torch.ones(3, 5, dtype=torch.bool), torch.rand(3, 5)
    head = torch.nn.Linear(256, 10)
    with torch.no_grad():
        frames, clips = (2 * context(x, mask, time)).split(128, dim=1)
        one = frames @ head.weight[:, :128].T + head.bias
        two = clips @ head.weight[:, 128:].T + head.bias
        torch.testing.assert_close(head(context(x, mask, time)), (one + two) / 2)


def test_it_learns_what_only_frames_and_what_only_clips_show():
    """Genre 0 is in the frames, genre 1 in the clips; each film is scored by models that never saw
    it."""
    random = np.random.default_rng(0)
    n_films, n_frames, n_clips = 120, 5, 3
    y = random.integers(0, 2, (n_films, 10)).astype(np.float32)

    def items(shown: np.ndarray, length: int) -> Items:
        x = random.normal(size=(n_films * length, 6)).astype(np.float32)
        x[:, 0] += 2 * np.repeat(shown, length)
        index = np.arange(len(x), dtype=np.int32).reshape(n_films, length)
        time = np.tile(np.linspace(0, 1, length, dtype=np.float32), n_films)
        return Items(x, np.arange(n_films), index, time)

    both = side_by_side(items(y[:, 0], n_frames), items(y[:, 1], n_clips))
    budget = HeadParams(
        epochs=(10,),
        batch_size=32,
        learning_rate=0.003,
        weight_decay=(0.1,),
        fixed=FixedParams(epochs=10, weight_decay=0.1),
    )
    fold = np.arange(n_films) % 3
    (found,), _ = cross_validate(both, [y], fold, "linear", budget, (0,), "dual")
    score = found.score[0]
    for genre, wanted in ((0, 0.9), (1, 0.9), (2, 0.0)):
        positive, negative = (score[y[:, genre] == value, genre] for value in (1, 0))
        auc = (positive[:, None] > negative[None]).mean()
        assert auc > wanted, (genre, auc)
        assert genre < 2 or auc < 0.65, "nothing shows the third"
