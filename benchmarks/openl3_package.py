"""The side of the package openl3, run by the Python of its own environment (see openl3_parity.py).

    python -P openl3_package.py FOLDER

Reads job.json and inputs.npz of the folder, writes outputs.npz beside them. For each sound s0, s1…
(samples,) at 48 kHz: mel, its times, both embeddings. For each picture p0, p1… (h, w, 3) uint8: its
pixels as the network gets them, both embeddings.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

# plain arithmetic on the processor, the same as the other side's; before TensorFlow is imported
os.environ.update(TF_ENABLE_ONEDNN_OPTS="0", CUDA_VISIBLE_DEVICES="", TF_CPP_MIN_LOG_LEVEL="3")

import numpy as np
import openl3
import tensorflow as tf
from openl3 import core, models

RATE = 48_000
BATCH = 4


def main() -> None:
    folder = Path(sys.argv[1])
    job = json.loads((folder / "job.json").read_text())
    with np.load(folder / "inputs.npz") as arrays:
        given = dict(arrays)
    sounds = {name: values for name, values in given.items() if name.startswith("s")}
    pictures = {name: values for name, values in given.items() if name.startswith("p")}
    found: dict[str, Any] = {}
    if sounds:
        found |= listen(sounds, job["weights"]["audio"], job["hop_seconds"], job["center"])
    if pictures:
        found |= look(pictures, job["weights"]["image"])
    found["versions"] = np.array(f"openl3 {openl3.__version__}, TensorFlow {tf.__version__}")
    np.savez(folder / "outputs.npz", **found)


def listen(
    sounds: dict[str, np.ndarray], weights: str, hop: float, center: bool
) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    seconds = 0.0
    for size in (512, 6144):
        model = models.load_audio_embedding_model_from_path(weights, "mel256", size)
        mel_layer = next(layer for layer in model.layers if "spectrogram" in layer.name)
        mel = tf.keras.Model(model.inputs, mel_layer.output)
        options = {"center": center, "hop_size": hop}
        for name, samples in sounds.items():
            begin = time.perf_counter()
            embedding, times = openl3.get_audio_embedding(
                samples, RATE, model=model, batch_size=BATCH, verbose=False, **options
            )
            seconds += time.perf_counter() - begin
            found |= {f"{name}_{size}": embedding, f"{name}_times": times}
            if size == 512:
                windows = core.preprocess_audio(samples, RATE, **options)
                levels = mel.predict(windows, batch_size=BATCH, verbose=False)
                found[f"{name}_mel"] = levels[..., 0]
    return found | {"sound_seconds": np.array(seconds)}


def look(pictures: dict[str, np.ndarray], weights: str) -> dict[str, np.ndarray]:
    """Each picture by itself: the package may divide by the largest value of all it is given."""
    found: dict[str, np.ndarray] = {}
    seconds = 0.0
    for size in (512, 8192):
        model = models.load_image_embedding_model_from_path(weights, size)
        for name, picture in pictures.items():
            begin = time.perf_counter()
            found[f"{name}_{size}"] = openl3.get_image_embedding(
                picture, model=model, verbose=False
            )
            seconds += time.perf_counter() - begin
            found[f"{name}_pixels"] = core._preprocess_image_batch(picture)
    return found | {"picture_seconds": np.array(seconds)}


if __name__ == "__main__":
    main()
