import numpy as np

from stages.trailers.auditing import pictures
from stages.trailers.auditing.pictures import hash_frames, hash_pairs, near_duplicate_frames
from tests.trailers.auditing.conftest import jpeg, scene, title


def found(jpegs: list[bytes], film: list[int], rules) -> set[tuple[int, int]]:
    pairs = near_duplicate_frames(hash_frames(jpegs), np.array(film), rules)
    return {(int(a), int(b)) for a, b in zip(pairs.first, pairs.second, strict=True)}


def test_copies_of_another_size_and_quality_are_found_and_nothing_else(rules):
    originals = [jpeg(scene(n)) for n in range(40)]
    copies = [jpeg(scene(n), quality=40, height=90) for n in range(40)]
    pairs = found(originals + copies, [0] * 40 + [1] * 40, rules)
    assert pairs <= {(n, n + 40) for n in range(40)}
    assert len(pairs) >= 38


def test_frames_of_one_film_are_not_compared(rules):
    assert found([jpeg(scene(1)), jpeg(scene(1))], [0, 0], rules) == set()
    assert found([jpeg(scene(1)), jpeg(scene(1))], [0, 1], rules) == {(0, 1)}


def test_black_and_faded_frames_tell_nothing(rules):
    black = jpeg(np.zeros((180, 320, 3), np.uint8))
    grey = jpeg(np.full((180, 320, 3), 128, np.uint8))
    faded = jpeg(title("THE SAME WORDS", grey=25))
    assert found([black, black, grey, grey, faded, faded], [0, 1, 0, 1, 0, 1], rules) == set()


def test_title_cards_with_other_words_are_not_the_same(rules):
    words = ["THE LAST TRAIN", "A QUIET HOUSE", "NIGHT AT SEA", "COMING SOON", "BLUE ROCKET"]
    cards = [jpeg(title(text, grey)) for text in words for grey in (255, 120)]
    assert found(cards, list(range(10)), rules) <= {(n, n + 1) for n in range(0, 10, 2)}
    same = [jpeg(title("COMING SOON")), jpeg(title("COMING SOON"), quality=50, height=120)]
    assert found(same, [0, 1], rules) == {(0, 1)}


def test_a_card_of_many_films_is_found_in_all_of_them(rules):
    cards = [jpeg(scene(7), quality=30 + n, height=80 + 2 * n) for n in range(30)]
    others = [jpeg(scene(100 + n)) for n in range(30)]
    pairs = found(cards + others, [*range(30), *range(30)], rules)
    assert {row for pair in pairs for row in pair} == set(range(30))


def test_hash_pairs_are_all_pairs_within_the_limit(monkeypatch):
    monkeypatch.setattr(pictures, "LOOKUPS", 50)  # a few at a time
    rng = np.random.default_rng(0)
    base = rng.integers(0, 2**63, 60, dtype=np.uint64)
    flips = rng.integers(0, 2**63, (60, 3), dtype=np.uint64)
    near = base ^ (flips[:, 0] & flips[:, 1] & flips[:, 2])
    hashes = np.unique(np.concatenate([base, near]))
    for limit in (0, 3, 6, 7):
        first, second = hash_pairs(hashes, limit)
        apart = np.bitwise_count(hashes[:, None] ^ hashes[None])
        expected = np.argwhere(np.triu(apart <= limit, 1))
        assert np.stack([first, second], axis=1).tolist() == expected.tolist()
    assert len(expected) > 10
