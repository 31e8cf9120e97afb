#!/usr/bin/env bash
# decord2 3.4.0 (VideoReader), on a file that imageio-ffmpeg 0.8.1's FFmpeg cut
# Expected: `reader[i]`, `get_batch([i, ...])` and, by its docstring with a guarantee,
#   `seek_accurate(i)` find picture i, in whatever order one asks. Only of len() do the docstrings
#   say that it may be wrong.
# Happens: `ffmpeg -ss 1.5 -i film.mp4 -c copy cut.mp4` copies from the key frame before 1.5 s and
#   hides the pictures up to 1.5 s by an edit list. decord2 numbers the hidden ones but skips them
#   when it reads from the start: time stamps begin at -0.52 s, and picture 30 is one picture when all
#   are read in order, another, 13 earlier, when it is sought, as get_batch does with a step.
#   All are pictures of the film; no warning. PyAV decodes 62 pictures, the right ones.
# Hurts: clips cut without encoding (download sections, trailers cut from films): frames at equal
#   distances are not those, move against the sound, and differ between two loaders of one clip.
# Way round: encode what is cut, or read with PyAV; with decord2 read in order from the start and
#   stop after as many as PyAV decodes.
# Source: seen by running it; a like report on decord: https://github.com/dmlc/decord/issues/54
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q decord2==3.4.0 av==18.1.0 imageio-ffmpeg==0.8.1 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
from importlib.metadata import version

import av
import decord
import imageio_ffmpeg
import numpy as np

BITS = 2 ** np.arange(7)  # each picture shows its number: seven blocks, white for a one


def number(picture):
    return int(BITS[picture[32, 8 : 16 * 7 : 16].mean(axis=-1) > 127].sum())


with av.open("film.mp4", "w") as file:
    options = {"g": "25", "bf": "2", "sc_threshold": "0"}
    stream = file.add_stream("libx264", rate=25, options=options)
    stream.width, stream.height, stream.pix_fmt = 112, 64, "yuv420p"
    for i in range(100):
        row = np.repeat((i & BITS > 0) * np.uint8(255), 16)
        picture = np.broadcast_to(row[None, :, None], (64, 112, 3)).astype(np.uint8)
        file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    file.mux(stream.encode())
cut = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-ss", "1.5", "-i", "film.mp4"]
subprocess.run([*cut, "-c", "copy", "cut.mp4"], check=True)

print("decord2", version("decord2"))
found = {}
for path in ("film.mp4", "cut.mp4"):
    with av.open(path) as file:
        true = [number(frame.to_ndarray(format="rgb24")) for frame in file.decode(video=0)]
    reader = decord.VideoReader(path)
    in_order = [number(reader[i].asnumpy()) for i in range(len(true))]
    some = list(range(0, len(true), 10))
    sought = []
    for i in some:
        reader = decord.VideoReader(path)
        reader.seek_accurate(i)
        sought.append(number(reader.next().asnumpy()))
    batch = [number(picture) for picture in decord.VideoReader(path).get_batch(some).asnumpy()]
    begins = float(reader.get_frame_timestamp(0)[0])
    print(f"{path}: {len(true)} pictures, len(reader) {len(reader)}, begins at {begins:.2f} s")
    print("  asked for             ", some)
    print("  PyAV                  ", [true[i] for i in some])
    print("  decord2, in order     ", [in_order[i] for i in some])
    print("  decord2, get_batch    ", batch)
    print("  decord2, seek_accurate", sought)
    early = sorted({true[i] - got for i, got in zip(some, batch, strict=True)})
    found[path] = len(reader) - len(true), in_order == true, batch == sought, early
    print("  hidden, right in order, get_batch as seek_accurate, early by:", *found[path])
sys.exit(found != {"film.mp4": (0, True, True, [0]), "cut.mp4": (13, True, True, [0, 13])})
PYTHON
echo "as described"
