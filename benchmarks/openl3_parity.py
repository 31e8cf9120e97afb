"""The package openl3 and the family openl3 of this project on the same sounds and pictures.

The package needs TensorFlow and runs in an environment of its own; it brings its weights along.
Prints the largest difference of each step, and ends with status 1 where embeddings differ by more
than rounding does. Without files it makes sounds and pictures itself.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as the stages do
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

import numpy as np
import torch
from safetensors.torch import save_file

from benchmarks.openl3_material import Material, gather, made, middle
from stages.backbones.openl3 import Family
from stages.base.console import run_command
from stages.base.errors import BenchmarkError
from stages.embedding.base import create
from stages.embedding.openl3_mel import RATE, decibels
from stages.embedding.weights.published import read_published

HERE = Path(__file__).resolve().parent
HEARD = -45.0  # dB; what is softer may be the rounding noise of whoever computed it
ALLOWED = 0.01  # of the largest value of an embedding; rounding noise in silent bands costs 0.002
SET_UP = (
    "python3.11 -m venv .venv-openl3 && .venv-openl3/bin/pip install --require-hashes "
    "-r requirements/openl3.txt (it downloads the weights too)"
)
WHERE = (
    "import importlib.util as u; s = u.find_spec('openl3'); "
    "print(list(s.submodule_search_locations)[0] if s else '')"
)


@dataclass
class Row:
    """How far one array of ours is from the package's."""

    what: str
    ours: np.ndarray
    theirs: np.ndarray
    judged: bool = False

    @property
    def difference(self) -> float:
        if self.ours.shape != self.theirs.shape:
            return float("inf")
        return float(np.abs(self.ours - self.theirs).max(initial=0))

    @property
    def equal(self) -> bool:
        return self.difference <= ALLOWED * float(np.abs(self.theirs).max(initial=0))

    def __str__(self) -> str:
        if self.ours.shape != self.theirs.shape:
            return f"  {self.what:34} shape {self.ours.shape}, the package's {self.theirs.shape}"
        largest = np.abs(self.theirs).max(initial=0)
        line = f"  {self.what:34} {self.difference:9.2g} of {largest:<8.4g}"
        if self.ours.ndim == 2 and largest:  # embeddings
            line += f"  least cosine {cosine(self.ours, self.theirs):.6f}"
        return line


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.openl3_parity", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="clips (wav, flac, mp4…) and pictures")
    parser.add_argument("--environment", type=Path, default=Path(".venv-openl3"), help="openl3's")
    parser.add_argument("--content", choices=("env", "music"), default="music", help="trained on")
    parser.add_argument("--sound-weights", type=Path, help=".h5 (default: the package's own)")
    parser.add_argument("--picture-weights", type=Path, help=".h5 (default: the package's own)")
    parser.add_argument("--hop-seconds", type=float, default=1.0)
    parser.add_argument("--no-center", action="store_true", help="begin with the clip")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each clip, from its start")
    parser.add_argument("--frames", type=int, default=3, help="of each clip with a picture")
    arguments = parser.parse_args()
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # both sides compute on the processor
    status = 0

    def compare() -> None:
        nonlocal status
        status = run(arguments)

    run_command(compare)
    sys.exit(status)


def run(arguments: argparse.Namespace) -> int:
    """Compare and print; 1 where embeddings differ by more than rounding does, else 0."""
    python, package = locate(arguments.environment)
    files: list[Path] = arguments.files
    material = gather(files, arguments.seconds, arguments.frames) if files else made()
    weights = {}
    if material.sounds:
        own = package / f"openl3_audio_mel256_{arguments.content}.h5"
        weights["audio"] = there(arguments.sound_weights or own)
    if material.pictures:
        own = package / f"openl3_image_mel256_{arguments.content}.h5"
        weights["image"] = there(arguments.picture_weights or own)
    job = {
        "weights": {half: str(path.resolve()) for half, path in weights.items()},
        "hop_seconds": arguments.hop_seconds,
        "center": not arguments.no_center,
    }
    with tempfile.TemporaryDirectory() as name:
        theirs = ask(python, Path(name), job, material)
        print(f"{theirs['versions']}; torch {torch.__version__}")
        print(*(f"  {path}" for path in weights.values()), sep="\n")
        judged = [
            *compare_sounds(Path(name), job, material, theirs),
            *compare_pictures(Path(name), job, material, theirs),
        ]
    apart = [row.what for row in judged if not row.equal]
    print(
        f"different: {len(apart)} of {len(judged)} embeddings, {', '.join(sorted(set(apart)))}"
        if apart
        else f"equal: {len(judged)} of {len(judged)} embeddings, to {ALLOWED:.0%} of their largest"
    )
    return 1 if apart else 0


def there(weights: Path) -> Path:
    """The file, where it is one. Raises BenchmarkError where not."""
    if weights.is_file() and weights.stat().st_size:
        return weights
    raise BenchmarkError(
        "there are no weights of this name",
        where=str(weights),
        do="name a file with --sound-weights and --picture-weights, or install the package where "
        f"it can download them: {SET_UP}",
    )


def locate(environment: Path) -> tuple[Path, Path]:
    """The environment's Python and the package's folder. Raises BenchmarkError without them."""
    python = environment / "bin/python"
    if not python.exists():
        python = environment / "Scripts/python.exe"
    found = ""
    if python.exists():
        asked = subprocess.run([python, "-P", "-c", WHERE], capture_output=True, text=True)
        found = asked.stdout.strip()
    if not found:
        raise BenchmarkError("the package openl3 is not there", where=str(environment), do=SET_UP)
    return python.absolute(), Path(found)


def ask(python: Path, folder: Path, job: dict[str, Any], material: Material) -> dict[str, Any]:
    """What the package answers, see openl3_package.py."""
    (folder / "job.json").write_text(json.dumps(job))
    sounds = {f"s{i}": values for i, values in enumerate(material.sounds.values())}
    shown = {f"p{i}": values for i, values in enumerate(material.pictures.values())}
    middles = {f"{name}middle": middle(values) for name, values in shown.items()}
    # below 224 the package refuses a picture
    large = {name: values for name, values in shown.items() if min(values.shape[:2]) >= 224}
    inputs: dict[str, Any] = sounds | large | middles
    np.savez(folder / "inputs.npz", **inputs)
    command: list[str | Path] = [python, "-P", HERE / "openl3_package.py", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BenchmarkError(
            "the package openl3 failed", where=str(python), found=done.stderr.strip()[-1000:]
        )
    with np.load(folder / "outputs.npz") as arrays:
        return dict(arrays)


def port(folder: Path, job: dict[str, Any], model: str, **options: Any) -> Any:
    """Our backbone with the package's weights, by the way that the weights stage takes."""
    path = folder / f"{model}.safetensors"
    if not path.exists():
        source = Path(job["weights"][model.split("_")[0]])
        save_file(Family(model).convert(read_published(source, source.name)), path)
    return create("openl3", path, model, options)


def compare_sounds(
    folder: Path, job: dict[str, Any], material: Material, theirs: dict[str, Any]
) -> list[Row]:
    if not material.sounds:
        return []
    options = {"hop_seconds": job["hop_seconds"], "center": job["center"]}
    small = port(folder, job, "audio_music_512", **options)
    large = port(folder, job, "audio_music_6144", **options)
    legacy = port(folder, job, "audio_music_512", front_end="legacy", **options)
    judged, seconds = [], 0.0
    for i, (name, samples) in enumerate(material.sounds.items()):
        answer = {key: theirs[f"s{i}_{key}"] for key in ("mel", "times", "512", "6144")}
        items = small.prepare(samples, RATE)
        mel = decibels(torch.from_numpy(np.ascontiguousarray(items)), "current").numpy()
        # the package tells a window's middle where it centres it, else its start
        told = small.window_seconds / 2 if job["center"] else 0.0
        times = told - small.lead_seconds + np.arange(len(items)) * small.hop_seconds
        begin = time.perf_counter()
        found = small(samples, RATE), large(samples, RATE)
        seconds += time.perf_counter() - begin
        heard = answer["mel"] > HEARD if mel.shape == answer["mel"].shape else ...
        rows = [
            Row("times, s", times, answer["times"]),
            Row(f"mel above {HEARD:.0f} dB", mel[heard], answer["mel"][heard]),
            Row("mel, dB", mel, answer["mel"]),
            Row("sound, 512", found[0], answer["512"], judged=True),
            Row("sound, 6144", found[1], answer["6144"], judged=True),
            Row("sound, 512, front_end: legacy", legacy(samples, RATE), answer["512"]),
        ]
        judged += show(f"{name}: {len(items)} windows", rows)
    print(f"sounds: {seconds:.1f} s here, {theirs['sound_seconds']:.1f} s in the package")
    return judged


def compare_pictures(
    folder: Path, job: dict[str, Any], material: Material, theirs: dict[str, Any]
) -> list[Row]:
    if not material.pictures:
        return []
    sizes = (512, 8192)
    models = {
        (size, pixels): port(folder, job, f"image_music_{size}", pixels=pixels)
        for size in sizes
        for pixels in ("package", "signed")
    }
    judged, seconds = [], 0.0
    for i, (name, picture) in enumerate(material.pictures.items()):
        rows = []
        for pixels, key in (("package", f"p{i}"), ("signed", f"p{i}middle")):
            if f"{key}_512" not in theirs:
                continue
            given = picture if pixels == "package" else middle(picture)
            items = models[512, pixels].prepare([given], 0)
            rows.append(Row(f"pixels: {pixels}", items, theirs[f"{key}_pixels"]))
            for size in sizes:
                begin = time.perf_counter()
                found = models[size, pixels]([given])
                seconds += time.perf_counter() - begin
                expected = np.atleast_2d(theirs[f"{key}_{size}"])
                rows.append(Row(f"picture, {size}, pixels: {pixels}", found, expected, judged=True))
        judged += show(f"{name}: {picture.shape[1]} × {picture.shape[0]}", rows)
    print(f"pictures: {seconds:.1f} s here, {theirs['picture_seconds']:.1f} s in the package")
    return judged


def show(title: str, rows: list[Row]) -> list[Row]:
    print(title, *rows, sep="\n", flush=True)
    return [row for row in rows if row.judged]


def cosine(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Least cosine between rows of the two."""
    ours, theirs = (a.reshape(len(a), -1).astype(float) for a in (ours, theirs))
    norms = np.linalg.norm(ours, axis=1) * np.linalg.norm(theirs, axis=1)
    return float(((ours * theirs).sum(axis=1) / np.maximum(norms, 1e-30)).min())


if __name__ == "__main__":
    main()
