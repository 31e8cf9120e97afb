"""Contact sheets that show people what the sample corpus looks and sounds like, and its motion."""

from collections.abc import Sequence

import cv2
import numpy as np
from scipy.signal import stft

from stages.base.genres import GENRES
from stages.sample.motion import moments
from stages.sample.picture import shot_frames
from stages.sample.plan import FRAME_RATE, TEMPORAL_CUES, scene_numbers, stream
from stages.sample.scenes import Image
from stages.sample.sound import sound_event
from stages.sample.synth import RATE, Signal

KEY = "contact sheet"
THUMBNAIL = (160, 90)
LABEL = 20  # pixels of height
SCENE = 44  # one with edges both ways where it is looked at, the same for all ways to move
SLIT = 48  # pixels of a column or a row
OVER_TIME = (240, THUMBNAIL[1])
TILE = (318, 150)  # one sound: spectrogram over waveform
PAPER, INK = (24, 24, 28), (235, 235, 230)
LOWEST, HIGHEST = 60, 16_000  # hertz
SPAN = 70  # decibels from black to white
SOUND_SECONDS = 1.8


def contact_sheet() -> bytes:
    """A labelled JPEG: four frames of each picture cue, from two shots, or from four for a temporal
    cue; then of neutral shots."""
    cells = [_picture_cell(genre, genre, number) for number, genre in enumerate(GENRES)]
    cells += [_picture_cell("neutral", "", number) for number in range(10, 14)]
    return _to_jpeg(_grid(cells, columns=2))


def sound_sheet() -> bytes:
    """A JPEG: spectrogram (60 Hz to 16 kHz, logarithmic) and waveform of each sound cue, and of
    two neutral sounds, labelled."""
    tiles = [_sound_cell(genre, genre, number) for number, genre in enumerate(GENRES)]
    tiles += [_sound_cell("neutral", "", number) for number in (12, 14)]
    return _to_jpeg(_grid(tiles, columns=4))


def motion_sheet() -> bytes:
    """A labelled JPEG: one frame of each motion cue, and of two shots without, and what part of a
    column and of a row of it show in two seconds, time to the right."""
    cells = [_motion_cell(genre, genre, number) for number, genre in enumerate(GENRES)]
    cells += [_motion_cell("neutral", "", number) for number in (10, 11)]
    return _to_jpeg(_grid(cells, columns=2))


def _picture_cell(label: str, cue: str, number: int) -> Image:
    """Two frames of two shots; for a temporal cue, one frame of each of four consecutive shots."""
    if cue in TEMPORAL_CUES:
        cues = ["", "", cue, cue]
        shots = [
            next(shot_frames(f"{KEY} {cue}", *shot))
            for shot in zip(range(4), [24] * 4, cues, scene_numbers(cues), strict=True)
        ]
        chosen, label = shots, f"{label} (only over time)"
    else:
        pairs = [list(shot_frames(KEY, n, 24, cue, n)) for n in (number, number + 100)]
        chosen = [shot[index] for shot in pairs for index in (3, 18)]
    small = [cv2.resize(frame, THUMBNAIL, interpolation=cv2.INTER_AREA) for frame in chosen]
    return _label(np.hstack(small), label)


def _motion_cell(label: str, cue: str, number: int) -> Image:
    """Both cross away from the middle, where a camera that rolls or comes near changes nothing."""
    count = 2 * FRAME_RATE
    moved = moments(stream(KEY, "motion", number), count, cue)
    frames = np.stack([*shot_frames(KEY, SCENE, count, "", SCENE, moved)])
    x, y = frames.shape[2] // 4, frames.shape[1] // 4
    column = frames[:, y - SLIT // 2 : y + SLIT // 2, x].transpose(1, 0, 2)
    row = frames[:, y, x - SLIT // 2 : x + SLIT // 2].transpose(1, 0, 2)
    over_time = [cv2.resize(slit, OVER_TIME) for slit in (column, row)]
    first = cv2.resize(frames[0], THUMBNAIL, interpolation=cv2.INTER_AREA)
    return _label(np.hstack([first, *over_time]), label)


def _sound_cell(label: str, cue: str, number: int) -> Image:
    signal = sound_event(KEY, number, int(SOUND_SECONDS * RATE), cue)
    width, height = TILE
    strip = 34
    power = np.abs(stft(signal, RATE, nperseg=2048, noverlap=1792)[2]) ** 2
    rows = np.geomspace(HIGHEST, LOWEST, height - strip) * 2048 / RATE
    decibels = 10 * np.log10(power[rows.astype(int)] + 1e-12)
    levels = np.clip(255 * (decibels - decibels.max() + SPAN) / SPAN, 0, 255).astype(np.uint8)
    picture = cv2.applyColorMap(cv2.resize(levels, (width, height - strip)), cv2.COLORMAP_MAGMA)
    return _label(np.vstack([picture[..., ::-1], _waveform(signal, (width, strip))]), label)


def _waveform(signal: Signal, size: tuple[int, int]) -> Image:
    image: Image = np.full((size[1], size[0], 3), PAPER, np.uint8)
    scaled = signal / np.abs(signal).max() * (size[1] / 2 - 1)
    for x, part in enumerate(np.array_split(scaled, size[0])):
        low, high = int(size[1] / 2 - part.max()), int(size[1] / 2 - part.min())
        cv2.line(image, (x, low), (x, high), (120, 190, 200), 1)
    return image


def _label(image: Image, text: str) -> Image:
    strip: Image = np.full((LABEL, image.shape[1], 3), PAPER, np.uint8)
    where = (4, LABEL - 6)
    cv2.putText(strip, text, where, cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
    return np.vstack([strip, image])


def _grid(cells: Sequence[Image], columns: int) -> Image:
    gap = 6
    framed = [
        cv2.copyMakeBorder(cell, gap, gap, gap, gap, cv2.BORDER_CONSTANT, value=PAPER)
        for cell in cells
    ]
    rows = [framed[start : start + columns] for start in range(0, len(framed), columns)]
    return np.vstack([np.hstack(row) for row in rows])


def _to_jpeg(image: Image) -> bytes:
    _, data = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    return data.tobytes()
