import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from stages.trailers.auditing import sounds
from stages.trailers.auditing.sounds import SoundWindow, fingerprint, shared_sound
from tests.trailers.auditing.conftest import RATE, tune


def track(film: int, sound: np.ndarray, start: float = 0.0) -> SoundWindow:
    return SoundWindow(f"{film:016x}", film, start, *fingerprint(sound, RATE))


def worn(sound: np.ndarray) -> np.ndarray:
    """Quieter, dull and noisy, as a copy of a copy."""
    low = sosfilt(butter(4, 3000, fs=RATE, output="sos"), sound)
    noise = np.random.default_rng(9).standard_normal(len(sound))
    return (0.4 * low + 0.002 * noise).astype(np.float32)


def test_a_worn_copy_is_found_where_it_lies(rules):
    sound = tune(1, 14)
    tracks = [track(0, sound), track(1, worn(sound[3 * RATE + 77 :]), 20.0), track(2, tune(2, 14))]
    (part,) = shared_sound(tracks, rules)
    assert (part.first, part.second) == (0, 1)
    assert part.second_start - part.first_start == pytest.approx(17, abs=0.1)
    assert part.seconds == pytest.approx(11, abs=0.5)
    assert part.error < 0.2


def test_a_jingle_at_the_end_of_many_films_is_found_in_all(rules):
    jingle = tune(50, 4)
    sounds = [np.concatenate([tune(n, 6 + n), worn(jingle)]) for n in range(5)]
    parts = shared_sound([track(n, sound) for n, sound in enumerate(sounds)], rules)
    assert {(part.first, part.second) for part in parts} == {
        (a, b) for a in range(5) for b in range(a + 1, 5)
    }
    for part in parts:
        assert part.first_start == pytest.approx(6 + part.first, abs=0.5)
        assert part.seconds == pytest.approx(4, abs=0.6)


def test_sorted_a_few_words_at_a_time_the_same_is_found(rules, monkeypatch):
    jingle = tune(9, 4)
    tracks = [track(n, np.concatenate([tune(n, 6), jingle])) for n in range(5)]
    whole = shared_sound(tracks, rules)
    monkeypatch.setattr(sounds, "MIN_WORDS", 100)
    assert len(sounds._ranges(tracks)) > 10
    assert shared_sound(tracks, rules) == whole != []


def test_other_tunes_silence_and_one_film_twice_are_nothing(rules):
    silence = np.zeros(8 * RATE, np.float32)
    sounds = [tune(n, 8) for n in range(12)]
    tracks = [track(n, sound) for n, sound in enumerate(sounds)]
    tracks += [track(20, silence), track(21, silence), track(0, sounds[0], 3.0)]
    assert shared_sound(tracks, rules) == []


def test_a_sound_too_short_for_a_word_has_none(rules):
    words, loud = fingerprint(np.zeros(100, np.float32), RATE)
    assert len(words) == len(loud) == 0
    assert shared_sound([], rules) == []
