"""The bag of words: shares of texts, nothing fitted, and a state of its own for no words."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from stages.backbones.bag import COLUMNS, Family
from stages.embedding.texts import coded
from stages.fitting.scaling import mean_and_std, standardised


def embedded(*texts: str) -> np.ndarray:
    return Family()(coded(texts))[0]


def test_it_is_the_share_of_texts_that_have_each_word():
    found = embedded("The night", "the NIGHT, the night!", "a day", "été")
    assert found.shape == (COLUMNS + 1,) and found[-1] == 0
    assert sorted(found[found > 0].tolist()) == [0.25, 0.25, 0.5, 0.5]  # day, été; the, night
    both = embedded("night"), embedded("ete")
    assert all(set(np.flatnonzero(each)) <= set(np.flatnonzero(found)) for each in both)


def test_no_words_are_unknown_and_not_zero():
    nothing, rests = embedded(""), embedded("!")
    assert nothing[-1] == 1 and np.isnan(nothing[:-1]).all()
    assert rests[-1] == 0 and not rests[:-1].any()  # something is shown, and it has no word


def test_what_is_unknown_takes_the_mean_of_training_films():
    x = np.stack([embedded("night"), embedded("day"), embedded("")])
    rows = np.arange(2)
    z = standardised(x, *mean_and_std(x, np.ones(3), rows))
    assert not z[2, :-1].any() and z[0, :-1].any()


def tf_idf(texts: list[str], held_out: list[int]) -> np.ndarray:
    """A leak, planted: weights that were fitted on the films that are held out too."""
    return np.asarray(TfidfVectorizer().fit(texts).transform(texts).todense())


def hashed(texts: list[str], held_out: list[int]) -> np.ndarray:
    return np.stack([embedded(text)[:-1] for text in texts])


@pytest.mark.parametrize(("embed", "leaks"), [(hashed, False), (tf_idf, True)])
def test_nothing_of_held_out_films_changes_what_a_model_learns_from(embed, leaks):
    texts = ["night falls", "the night train", "a day by the sea", "train to the sea"]
    held_out = [3]
    other = [*texts[:3], "train train night a day"]
    train = [row for row in range(4) if row not in held_out]
    before, after = embed(texts, held_out)[train], embed(other, held_out)[train]
    same = before.shape == after.shape and np.array_equal(before, after)
    assert same != leaks
    if not leaks:
        ones = np.ones(len(texts))
        every = [np.asarray(embed(of, held_out)) for of in (texts, other)]
        first, second = (mean_and_std(x, ones, np.array(train)) for x in every)
        assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
