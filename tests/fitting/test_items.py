import numpy as np
import pytest

from stages.fitting.items import Items, View, film_means, join, read_items

IDS = np.array(["a", "b", "c"])
FILM_OF = {"a": 1, "b": 0, "x": 2}  # trailer c belongs to no film of the splits


@pytest.fixture
def embeddings(tmp_path):
    """Three trailers of 31 frames (or three windows of 31 items); x is the frame's number."""
    group = np.tile(np.arange(31, dtype=np.int16), 3)
    x = np.stack([group, np.repeat([10, 20, 30], 31)], axis=1).astype(np.float32)
    path = tmp_path / "e.npz"
    trailer = np.repeat(np.arange(3, dtype=np.int32), 31)
    np.savez(path, trailer_id=IDS, trailer=trailer, group=group, embedding=x)
    return path


def test_each_looks_at_the_middle_frames_one_by_one(embeddings):
    items = read_items(embeddings, FILM_OF, View("each", 10, "start"), "picture", 31)
    assert items.x.shape == (20, 2)
    assert items.x[:10, 0].tolist() == list(range(10, 20))  # 10 of 31, as far from both ends
    assert items.film.tolist() == [1] * 10 + [0] * 10


def test_mean_looks_at_the_whole_trailer_at_once(embeddings):
    items = read_items(embeddings, FILM_OF, View("mean", 10, "start"), "picture", 31)
    assert items.x.tolist() == [[15, 10], [15, 20]]
    assert items.film.tolist() == [1, 0]


@pytest.mark.parametrize(("window", "number"), [("start", 0), ("middle", 1), ("end", 2)])
def test_sound_hears_its_window(embeddings, window, number):
    items = read_items(embeddings, FILM_OF, View("each", 10, window), "sound", 31)
    assert items.x[:, 0].tolist() == [number, number]


def test_joining_keeps_films_that_have_both_and_averages_their_trailers():
    picture = Items(np.array([[1.0], [3.0], [5.0]], np.float32), np.array([0, 0, 1]))
    sound = Items(np.array([[7.0], [9.0]], np.float32), np.array([0, 2]))
    joined = join(picture, sound, 3)
    assert joined.film.tolist() == [0]
    assert joined.x.tolist() == [[2.0, 7.0]]


def test_film_means_know_who_has_none():
    means, has = film_means(Items(np.array([[2.0], [4.0]]), np.array([1, 1])), 3)
    assert means.tolist() == [[0], [3], [0]] and has.tolist() == [False, True, False]


def test_items_need_a_film_each():
    with pytest.raises(ValueError, match="2 items but 1 films"):
        Items(np.zeros((2, 3)), np.zeros(1, int))
