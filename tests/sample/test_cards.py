"""Cards say a word and nothing else: the same ink for all; a sample without is as it was."""

import dataclasses

import cv2
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from stages.backbones import bag, colour, pixels
from stages.base.genres import GENRES
from stages.embedding.texts import coded
from stages.sample import cards
from stages.sample.events import count_seen, list_events
from stages.sample.nv12 import BLACK, from_rgb, luma, to_rgb
from stages.sample.picture import iterate_frames
from stages.sample.plan import CARDS, FIRST_SHOT_BY, FRAME_RATE, plan_trailer
from stages.sample.scenes import gradient

WORDS = dict.fromkeys(GENRES, 0.5)


@pytest.fixture
def with_words(make_params):
    return dataclasses.replace(make_params(Horror=0.4), words=WORDS, words_decoy=0.1)


def test_every_word_has_the_same_levels_each_as_often():
    levels = {
        np.sort(cards.draw(BLACK, word, left, 0.3, 0.7).ravel()).tobytes()
        for word in cards.words()
        for left in (0.0, 1.0)
    }
    assert len(levels) == 1
    assert (cards.draw(BLACK, "ATTACK", 0.5, 0.5, 1.0) == cards.WHITE[1]).sum() > 1000
    every = {cards.draw(BLACK, word, 0.5, 0.5, 0.7).tobytes() for word in cards.words()}
    assert len(every) == len(cards.words())


def frames(rng, genres):
    """A frame of each genre's card over a scene that says nothing."""
    for genre in genres:
        top, bottom = (tuple(rng.integers(20, 235, 3).tolist()) for _ in range(2))
        scene = from_rgb(gradient(top, bottom, (256, 144)))
        word = str(rng.choice(cards.CUES[genre]))
        frame = to_rgb(cards.draw(scene, word, *rng.random(3).tolist()))
        yield cv2.resize(frame, (455, 256)), word


def macro_ap(x, y):
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    found = [
        average_precision_score(
            of, cross_val_predict(probe, x, of, cv=4, method="predict_proba")[:, 1]
        )
        for of in y.T
    ]
    return float(np.mean(found))


def test_colour_and_pixels_learn_nothing_from_a_card_and_a_bag_learns_all():
    rng = np.random.default_rng(3)
    genres = np.repeat(GENRES, 24)
    shown, words = zip(*frames(rng, genres), strict=True)
    y = genres[:, None] == np.array(GENRES)
    seen = colour.Family()(list(shown))
    small = pixels.Family()(list(shown))[:, 0, ::2, ::2].reshape(len(shown), -1)
    said = np.stack([bag.Family()(coded([word]))[0, :-1] for word in words])
    assert macro_ap(said, y) > 0.99
    shuffled = rng.permutation(len(y))
    for x in (seen, small):
        assert macro_ap(x, y) < macro_ap(x, y[shuffled]) + 0.03


def test_they_change_no_shot_and_no_sound(make_trailer, make_params, with_words):
    trailer = make_trailer("Horror", "Drama")
    plain, plan = (plan_trailer(trailer, each) for each in (make_params(Horror=0.4), with_words))
    assert plain.cards == () and len(plan.cards) == CARDS
    assert dataclasses.replace(plan, cards=()) == plain
    of_card = {card.start + n: card for card in plan.cards for n in range(card.frames)}
    both = zip(iterate_frames(plain), iterate_frames(plan), strict=True)
    for number, (one, other) in enumerate(both):
        if number % 97 and number not in (plan.cards[0].start, plan.cards[3].start):
            continue
        if number not in of_card:
            assert np.array_equal(one, other)
            continue
        differs = (luma(one) != luma(other)).any(axis=1)
        assert differs.any() and np.ptp(np.flatnonzero(differs)) < cards.HEIGHT


def test_each_is_on_one_frame_in_forty_and_says_its_cue(make_trailer, with_words):
    trailer = make_trailer("Horror", "Drama")
    plan = plan_trailer(trailer, with_words)
    ends = [card.start + card.frames for card in plan.cards]
    assert all(card.word in cards.CUES[card.cue] for card in plan.cards)
    assert plan.cards[0].start >= FIRST_SHOT_BY and ends[-1] <= plan.frames - plan.title_frames
    assert all(a <= b.start for a, b in zip(ends, plan.cards[1:], strict=False))
    times = np.arange(FIRST_SHOT_BY, plan.frames, 40) / FRAME_RATE
    log = list_events(trailer, plan)
    counts = count_seen(log, times.tolist(), "words")
    assert counts.sum() == CARDS
    assert counts[GENRES.index("Horror")] == sum(card.cue == "Horror" for card in plan.cards)
