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
    time = np.tile(np.arange(31, dtype=np.float32)[::-1], 3)  # told last first
    np.savez(path, trailer_id=IDS, trailer=trailer, group=group, time=time, embedding=x)
    return path


def test_each_looks_at_the_middle_frames_one_by_one(embeddings):
    items = read_items(embeddings, FILM_OF, View("each", 10, "start"), "picture", 31)
    assert items.x.shape == (20, 2)
    assert np.asarray(items.x)[:10, 0].tolist() == list(
        range(10, 20)
    )  # 10 of 31, as far from both ends
    assert items.film.tolist() == [1] * 10 + [0] * 10


def test_mean_looks_at_the_whole_trailer_at_once(embeddings):
    items = read_items(embeddings, FILM_OF, View("mean", 10, "start"), "picture", 31)
    assert np.asarray(items.x).tolist() == [[15, 10], [15, 20]]
    assert items.film.tolist() == [1, 0]


def test_max_is_over_the_whole_trailer(embeddings):
    items = read_items(embeddings, FILM_OF, View("max", 10, "start"), "picture", 31)
    assert np.asarray(items.x).tolist() == [[30, 10], [30, 20]]


def test_a_sequence_is_in_order_of_time_whatever_the_order_of_rows(embeddings):
    items = read_items(embeddings, FILM_OF, View("attention", 10, "start"), "picture", 31)
    assert items.index is not None and items.time is not None
    assert items.film.tolist() == [1, 0]
    assert np.asarray(items.x)[items.index[1], 0].tolist() == list(range(30, -1, -1))
    assert np.asarray(items.x)[items.index[1], 1].tolist() == [20] * 31
    np.testing.assert_allclose(items.time[items.index[0]], np.arange(31) / 30, atol=1e-6)


def test_shorter_trailers_are_padded_with_no_row(tmp_path):
    path = tmp_path / "e.npz"
    trailer, group = np.array([0, 0, 0, 1], np.int32), np.array([0, 1, 2, 0], np.int16)
    time, x = np.array([5, 7, 9, 5], np.float32), np.zeros((4, 2), np.float32)
    np.savez(path, trailer_id=IDS, trailer=trailer, group=group, time=time, embedding=x)
    items = read_items(path, FILM_OF, View("temporal", 10, "start"), "picture", 31)
    assert items.index is not None and items.time is not None
    assert items.index.tolist() == [[0, 1, 2], [3, -1, -1]]
    assert items.time.tolist() == [0, 0.5, 1, 0]  # alone is at the beginning


def test_all_windows_together_are_heard_once_each(embeddings):
    items = read_items(embeddings, FILM_OF, View("each", 10, "all"), "sound", 31)
    assert np.asarray(items.x)[:, 0].tolist() == [0, 1, 2] * 2


@pytest.mark.parametrize(("window", "number"), [("start", 0), ("middle", 1), ("end", 2)])
def test_sound_hears_its_window(embeddings, window, number):
    items = read_items(embeddings, FILM_OF, View("each", 10, window), "sound", 31)
    assert np.asarray(items.x)[:, 0].tolist() == [number, number]


def test_joining_keeps_films_that_have_both_and_averages_their_trailers():
    picture = Items(np.array([[1.0], [3.0], [5.0]], np.float32), np.array([0, 0, 1]))
    sound = Items(np.array([[7.0], [9.0]], np.float32), np.array([0, 2]))
    joined = join([picture, sound], 3)
    assert joined.film.tolist() == [0]
    assert np.asarray(joined.x).tolist() == [[2.0, 7.0]]
    assert joined.parts == (1, 1)


def test_film_means_know_who_has_none():
    means, has = film_means(Items(np.array([[2.0], [4.0]]), np.array([1, 1])), 3)
    assert means.tolist() == [[0], [3], [0]] and has.tolist() == [False, True, False]


def test_items_need_a_film_each():
    with pytest.raises(ValueError, match="2 items but 1 films"):
        Items(np.zeros((2, 3)), np.zeros(1, int))


def test_a_film_with_words_in_one_of_two_trailers_has_these():
    """What one trailer does not know counts for nothing, not for zero."""
    nothing = np.nan
    words = Items(np.array([[4, 0], [nothing, 1], [nothing, 1]], np.float32), np.array([0, 0, 1]))
    mean, has = film_means(words, 3)
    assert has.tolist() == [True, True, False]
    np.testing.assert_array_equal(mean[:2], [[4, 0.5], [nothing, 1]])


def test_three_are_joined_in_their_order():
    parts = [Items(np.full((2, n), n, np.float32), np.array([0, 2])) for n in (1, 2, 3)]
    joined = join(parts, 3)
    assert joined.parts == (1, 2, 3) and joined.film.tolist() == [0, 2]
    assert joined.x[:].tolist() == [[1, 2, 2, 3, 3, 3]] * 2
