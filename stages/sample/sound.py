"""Renders the sound of a sample trailer: a music bed, and over it the sounds of its plan."""

import numpy as np
from numpy.typing import NDArray

from stages.sample.plan import Plan, stream
from stages.sample.sound_cues import CUES, NEUTRAL, SAW, SEMITONE
from stages.sample.synth import RATE, Signal, decay, glide, noise, place, swell, tone

BED_LEVEL = (0.008, 0.03)  # RMS
EVENT_LEVEL = (0.08, 0.16)  # RMS over the loudest fifth of a second
EVENT_PEAK = 0.6
PEAK = 0.9


def synthesise(plan: Plan) -> NDArray[np.float32]:
    """The whole trailer in stereo: (2, samples) at RATE, within ±PEAK."""
    mix = music_bed(stream(plan.key, "bed"), round(plan.seconds * RATE))
    for number, sound in enumerate(plan.sounds):
        start, stop = round(sound.start * RATE), round(sound.end * RATE)
        signal = sound_event(plan.key, number, stop - start, sound.cue)
        pan = stream(plan.key, "pan", number).uniform(0.3, 0.7)
        mix[0, start:stop] += np.float32(np.sqrt(2 * (1 - pan))) * signal
        mix[1, start:stop] += np.float32(np.sqrt(2 * pan)) * signal
    mix *= np.float32(stream(plan.key, "gain").uniform(0.6, 1.2))
    return np.clip(mix, -PEAK, PEAK)


def sound_event(key: str, number: int, samples: int, cue: str) -> Signal:
    """One sound, cue or neutral, at a level that does not depend on which: (samples,)."""
    nuisance = stream(key, "sound", number)
    level = nuisance.uniform(*EVENT_LEVEL)
    neutral = NEUTRAL[int(nuisance.integers(len(NEUTRAL)))]
    voice = CUES.get(cue, neutral)
    signal = voice(stream(key, "voice", number), samples)
    signal *= glide([0, 0.004, 0.97, 1], [0, 1, 1, 0], samples)
    power = np.convolve(_blocks(signal**2), np.ones(8) / 8, mode="same")
    loudness = np.sqrt(power.max()) + 1e-9
    limit = np.float32(EVENT_PEAK)
    return limit * np.tanh(signal * np.float32(level / loudness) / limit)


def music_bed(rng: np.random.Generator, samples: int) -> NDArray[np.float32]:
    """Eight beats of pad, bass, drums and air, mixed at random and looped: (2, samples)."""
    beat = 60 / rng.uniform(65, 150)
    length = int(8 * beat * RATE)
    root = 55 * SEMITONE ** int(rng.integers(0, 24))
    scale = [0, 3, 7, 10] if rng.random() < 0.5 else [0, 4, 7, 9]
    pad, bass, drums, air = (np.zeros(length, np.float32) for _ in range(4))
    for chord, note in enumerate(rng.choice(scale, 2)):
        for third in (0, scale[1], 7):
            pitch = 2 * root * SEMITONE ** int(note + third)
            held = tone(pitch, rng.random(4) * SAW[:4], length // 2)
            place(pad, held * swell(length // 2, 0.2, 0.2), chord * 4 * beat)
    for count in range(8):
        if rng.random() < 0.7:
            pluck = tone(root * SEMITONE ** int(rng.choice(scale)), SAW[:5], int(beat * RATE))
            place(bass, pluck * decay(len(pluck), beat * 1.5), count * beat)
        kick = tone(glide([0, 0.2, 1], [120, 55, 45], 9000), [1], 9000) * decay(9000, 0.25)
        snare = noise(rng, 900, 6000, 6000) * decay(6000, 0.15)
        place(drums, kick if count % 2 == 0 else 0.5 * snare, count * beat)
        place(drums, 0.2 * noise(rng, 6000, 12000, 3000) * decay(3000, 0.06), (count + 0.5) * beat)
    air += noise(rng, 60, float(rng.uniform(300, 6000)), length)
    weights = rng.random(4) * (rng.random(4) < (0.8, 0.6, 0.6, 0.9))
    loop = sum(
        np.float32(weight / (np.std(part) + 1e-9)) * part
        for weight, part in zip(weights, (pad, bass, drums, air), strict=True)
    )
    level = rng.uniform(*BED_LEVEL) / (float(np.std(loop)) + 1e-9)
    bed = np.resize(np.asarray(loop * np.float32(level), np.float32), samples)
    bed *= glide(np.linspace(0, 1, 9), rng.uniform(0.6, 1.3, 9), samples)
    return np.stack([bed, np.roll(bed, int(rng.uniform(0, 0.015) * RATE))])


def _blocks(power: Signal) -> Signal:
    """Means over fortieths of a second."""
    block = RATE // 40
    whole = len(power) // block * block
    return power[:whole].reshape(-1, block).mean(axis=1)
