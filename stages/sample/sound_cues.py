"""The ten sound cues, and the neutral sounds that any film may make.

Each is a function of a random stream and a length in samples, (samples,) float32 of any level.
"""

from collections.abc import Callable

import numpy as np

from stages.sample.synth import (
    RATE,
    Signal,
    decay,
    glide,
    noise,
    place,
    resonate,
    seconds,
    swell,
    tone,
)

Voice = Callable[[np.random.Generator, int], Signal]
SAW = 1 / np.arange(1, 13)
SEMITONE = 2 ** (1 / 12)


def explosion(rng: np.random.Generator, samples: int) -> Signal:
    """Action: a blast, its rumble and falling debris."""
    blast = noise(rng, 30, rng.uniform(900, 2500), samples) * decay(samples, rng.uniform(1.3, 2.0))
    rumble = noise(rng, 25, 110, samples) * decay(samples, 3.0)
    signal = 1.5 * blast + 1.3 * rumble
    for at in rng.uniform(0.2, samples / RATE, 9):
        debris = noise(rng, 300, rng.uniform(1500, 4000), 2400) * decay(2400, 0.05)
        place(signal, 0.35 * debris, at)
    return signal


def brass(rng: np.random.Generator, samples: int) -> Signal:
    """Adventure: horns that call upwards, tonic, fourth, fifth, octave."""
    root = rng.uniform(170, 260)
    signal = np.zeros(samples, np.float32)
    notes = [0, 5, 7, 12][: int(rng.integers(3, 5))]
    step = samples // len(notes)
    for number, note in enumerate(notes):
        length = step if number < len(notes) - 1 else samples - number * step
        for voice, gain in ((0, 1.0), (7, 0.5), (-12, 0.6)):
            pitch = root * SEMITONE ** (note + voice) * rng.uniform(0.997, 1.003)
            bright = tone(pitch, 1 / np.arange(1, 15) ** 0.7, length)
            mellow = tone(pitch, [1, 0.5, 0.2], length)
            opening = glide([0, 0.12, 0.5, 1], [0, 1, 0.7, 0.4], length)
            blown = (bright * opening + mellow * (1 - opening)) * swell(length, 0.05, 0.12)
            place(signal, gain * blown, number * step / RATE)
    return signal


def laughter(rng: np.random.Generator, samples: int) -> Signal:
    """Comedy: two or three people, each "ha ha ha" at five a second, falling in pitch."""
    signal = np.zeros(samples, np.float32)
    for _ in range(int(rng.integers(2, 4))):
        pitch, pace = rng.uniform(210, 420), rng.uniform(4.4, 5.6)
        at = float(rng.uniform(0, 0.15))
        mouth = np.array([750, 1250, 2700]) * rng.uniform(0.9, 1.15)
        while at < samples / RATE - 0.1:
            length = int(0.6 * RATE / pace)
            voiced = tone(pitch * glide([0, 0.3, 1], [1.0, 1.12, 0.85], length), SAW, length)
            breath = noise(rng, 800, 5000, length) * glide(
                [0, 0.2, 0.35, 1], [1, 1, 0.1, 0.1], length
            )
            ha = (voiced * glide([0, 0.15, 0.3, 1], [0, 0, 1, 0], length)) + 0.15 * breath
            place(signal, resonate(ha, mouth, 130), at)
            pitch, at = pitch * 0.965, at + 1 / pace
    return signal


def siren(rng: np.random.Generator, samples: int) -> Signal:
    """Crime: a police siren, wailing or two-tone."""
    clock = seconds(samples)
    low, rate = rng.uniform(520, 700), rng.uniform(0.8, 1.6)
    wave = np.sin(2 * np.pi * (rate * clock + rng.random()))
    if rng.random() < 0.4:
        wave = np.sign(wave)
    pitch = low * (1.45 + 0.45 * wave)
    return tone(pitch, [1, 0.1, 0.5, 0.05, 0.25, 0, 0.12], samples) * swell(samples, 0.08, 0.1)


def piano(rng: np.random.Generator, samples: int) -> Signal:
    """Drama: a few slow notes on a piano, left to ring."""
    signal = np.zeros(samples, np.float32)
    root = rng.uniform(180, 300)
    for number, note in enumerate(rng.choice([0, 3, 5, 7, 8, 12], 3, replace=False)):
        length = samples - number * samples // 3
        pitch = root * SEMITONE ** int(note)
        string = tone(pitch, [1, 0.55, 0.3, 0.16, 0.09, 0.05], length) * decay(length, 2.6)
        knock = noise(rng, 100, 900, 900) * decay(900, 0.03)
        place(string, 0.25 * knock, 0)
        place(signal, string, number * samples / 3 / RATE)
    return signal


def scream(rng: np.random.Generator, samples: int) -> Signal:
    """Horror: a long, rough, high cry (roughness: 30 to 150 Hz, Arnal et al. 2015)."""
    top = rng.uniform(900, 1500)
    pitch = top * glide([0, 0.15, 0.7, 1], [0.6, 1, 1.05, 0.7], samples)
    clock = seconds(samples)
    pitch = pitch * (1 + 0.03 * np.sin(2 * np.pi * 7 * clock))
    rough = 1 + 0.7 * np.sin(2 * np.pi * rng.uniform(60, 110) * clock)
    throat = tone(pitch, [1, 0.9, 0.7, 0.5, 0.3, 0.2], samples) * rough
    signal = throat + 0.5 * noise(rng, 2000, 7000, samples)
    return signal * swell(samples, 0.1, 0.25)


def music_box(rng: np.random.Generator, samples: int) -> Signal:
    """Mystery: a music box that picks its way through a minor scale."""
    signal = np.zeros(samples, np.float32)
    root = rng.uniform(900, 1300)
    for at in np.arange(0, samples / RATE - 0.1, rng.uniform(0.17, 0.24)):
        pitch = root * SEMITONE ** int(rng.choice([0, 2, 3, 7, 8, 12]))
        pluck = tone(pitch, [1, 0, 0.1], 22_000) + 0.4 * tone(pitch * 2.76, [1], 22_000)
        place(signal, pluck * decay(22_000, 0.6), float(at))
    return signal


def strings(rng: np.random.Generator, samples: int) -> Signal:
    """Romance: a string section swelling on a major chord."""
    signal = np.zeros(samples, np.float32)
    root, clock = rng.uniform(200, 320), seconds(samples)
    for note in (0, 4, 7, 12):
        for _ in range(2):
            vibrato = 1 + 0.006 * np.sin(2 * np.pi * (rng.uniform(5, 6.2) * clock + rng.random()))
            pitch = root * SEMITONE**note * rng.uniform(0.995, 1.005) * vibrato
            signal += tone(pitch, SAW**1.4, samples)
    return signal * swell(samples, 0.4, 0.3)


def synthesiser(rng: np.random.Generator, samples: int) -> Signal:
    """Science Fiction: an electronic arpeggio over a sweeping, hollow drone."""
    root = rng.uniform(110, 170)
    signal = np.zeros(samples, np.float32)
    step = int(RATE * rng.uniform(0.07, 0.1))
    square = [1, 0, 1 / 3, 0, 1 / 5, 0, 1 / 7]
    for number, start in enumerate(range(0, samples, step)):
        pitch = 4 * root * SEMITONE ** (0, 7, 12, 19)[number % 4]
        place(signal, 0.6 * tone(pitch, square, step) * decay(step, 0.15), start / RATE)
    sweep = np.sin(2 * np.pi * rng.uniform(0.5, 1.2) * seconds(samples))
    return signal + tone(root * (1 + 0.25 * sweep), square, samples) * swell(samples, 0.1, 0.1)


def ticking(rng: np.random.Generator, samples: int) -> Signal:
    """Thriller: a clock, tick and tock, over a heartbeat."""
    signal = np.zeros(samples, np.float32)
    pace = rng.uniform(4.0, 6.0)
    for number, at in enumerate(np.arange(0.02, samples / RATE, 1 / pace)):
        click = noise(rng, 2500, 9000, 3000) * decay(3000, 0.06)
        ring = tone((3300, 2700)[number % 2], [1, 0.3], 3000) * decay(3000, 0.07)
        place(signal, 1.2 * click + 1.4 * ring, float(at))
        if number % 4 in (0, 1):
            place(signal, 0.8 * tone(55, [1, 0.4], 6000) * decay(6000, 0.16), float(at))
    return signal


def _whoosh(rng: np.random.Generator, samples: int) -> Signal:
    middle = float(rng.uniform(400, 3000))
    return noise(rng, middle / 2, middle * 2, samples) * swell(samples, rng.uniform(0.3, 0.8), 0.15)


def _thud(rng: np.random.Generator, samples: int) -> Signal:
    pitch = rng.uniform(45, 140) * glide([0, 0.3, 1], [1.6, 1, 0.9], samples)
    knock = noise(rng, 60, rng.uniform(300, 900), samples) * decay(samples, 0.2)
    return tone(pitch, [1, 0.3], samples) * decay(samples, rng.uniform(0.4, 1.2)) + 0.5 * knock


def _speech(rng: np.random.Generator, samples: int) -> Signal:
    signal = np.zeros(samples, np.float32)
    pitch, at = rng.uniform(90, 230), 0.05
    while at < samples / RATE - 0.1:
        length = int(RATE * rng.uniform(0.09, 0.28))
        voiced = tone(pitch * rng.uniform(0.85, 1.2), SAW, length) * swell(length, 0.2, 0.4)
        vowel = [rng.uniform(280, 800), rng.uniform(900, 2300), 2700]
        place(signal, resonate(voiced, vowel, 110), at)
        if rng.random() < 0.4:
            place(signal, 0.05 * noise(rng, 3000, 8000, 3000) * swell(3000, 0.3, 0.3), at)
        at += length / RATE * rng.uniform(1, 1.7)
    return signal


def _chord(rng: np.random.Generator, samples: int) -> Signal:
    root, partials = rng.uniform(90, 700), rng.random(5) ** 2 / np.arange(1, 6)
    notes = rng.choice([0, 3, 4, 5, 7, 9, 12], 3, replace=False)
    chord = sum(tone(root * SEMITONE ** int(note), partials, samples) for note in notes)
    shape = decay(samples, 1.5) if rng.random() < 0.5 else swell(samples, 0.2, 0.4)
    return np.asarray(chord * shape, np.float32)


def _clatter(rng: np.random.Generator, samples: int) -> Signal:
    signal = np.zeros(samples, np.float32)
    for at in rng.uniform(0, samples / RATE, int(rng.integers(3, 12))):
        low, time = float(rng.uniform(300, 3000)), float(rng.uniform(0.03, 0.2))
        hit = noise(rng, low, low * rng.uniform(1.5, 4), 8000) * decay(8000, time)
        place(signal, hit * rng.uniform(0.3, 1), float(at))
    return signal


def _weather(rng: np.random.Generator, samples: int) -> Signal:
    low = float(rng.uniform(80, 1500))
    gusts = glide(np.linspace(0, 1, 6), rng.uniform(0.3, 1, 6), samples)
    return noise(rng, low, low * rng.uniform(3, 9), samples) * gusts * swell(samples, 0.15, 0.15)


def _engine(rng: np.random.Generator, samples: int) -> Signal:
    pitch = rng.uniform(45, 130) * glide([0, 0.5, 1], rng.uniform(0.8, 1.5, 3), samples)
    hum = tone(pitch, SAW, samples) + 0.4 * noise(rng, 100, 1200, samples)
    return hum * swell(samples, 0.2, 0.2)


CUES: dict[str, Voice] = {
    "Action": explosion,
    "Adventure": brass,
    "Comedy": laughter,
    "Crime": siren,
    "Drama": piano,
    "Horror": scream,
    "Mystery": music_box,
    "Romance": strings,
    "Science Fiction": synthesiser,
    "Thriller": ticking,
}
NEUTRAL: tuple[Voice, ...] = (_whoosh, _thud, _speech, _chord, _clatter, _weather, _engine)
