#!/usr/bin/env bash
# OpenCV 5.0.0.93 (headless), decord2 3.4.0, PyAV 18.1.0; FFmpeg is that of imageio-ffmpeg 0.8.1
# Expected: readers that turn pictures by the file's display matrix mirror a video whose matrix is a
#   mirror, as FFmpeg's own tool does, or leave it as it is. OpenCV's documentation says of
#   CAP_PROP_ORIENTATION_AUTO that frames are turned as the file's metadata ask.
# Happens: FFmpeg's av_display_rotation_get gives one angle for a matrix, and for a mirror left to
#   right (-1 0 0 1) that is a half turn. OpenCV and decord2 make that half turn: left and right are
#   right, but the picture stands on its head. PyAV's VideoFrame.rotation says -180 and nothing of a
#   mirror. A true half turn is read the same way, so the angle does not tell them apart.
# Hurts: whoever embeds videos whose file asks for a mirror, as `ffmpeg -display_hflip` writes it:
#   sky below, faces upside down, no warning; and whoever turns PyAV's frames by `rotation`.
# Way round: read the nine numbers of the matrix (PyAV: frame.side_data, DISPLAYMATRIX) and mirror
#   where a*d - b*c is negative; OpenCV: CAP_PROP_ORIENTATION_AUTO 0 before reading.
# Source: seen by running it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q opencv-python-headless==5.0.0.93 decord2==3.4.0 av==18.1.0 \
    imageio-ffmpeg==0.8.1 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
from importlib.metadata import version

import av
import cv2
import decord
import imageio_ffmpeg
import numpy as np

picture = np.zeros((64, 96, 3), np.uint8)  # grey and white above, black below
picture[:32, :48], picture[:32, 48:] = 128, 255


def quarters(shown):
    """Top left, top right, bottom left, bottom right in words."""
    names = {0: "black", 1: "grey", 2: "white"}
    places = shown[16::32, 24::48].mean(axis=-1).ravel()
    return " ".join(names[int(np.digitize(place, (64, 192)))] for place in places)


with av.open("film.mp4", "w") as file:
    stream = file.add_stream("libx264", rate=25)
    stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
    for _ in range(10):
        file.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
    file.mux(stream.encode())
ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"]
for name, option in (("mirrored", ["-display_hflip"]), ("turned", ["-display_rotation", "180"])):
    subprocess.run([*ffmpeg, *option, "-i", "film.mp4", "-c", "copy", f"{name}.mp4"], check=True)

print(*(f"{name} {version(name)}" for name in ("opencv-python-headless", "decord2", "av")))
found = {}
for path in ("film.mp4", "mirrored.mp4", "turned.mp4"):
    raw = [*ffmpeg, "-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    raw = subprocess.run(raw, check=True, capture_output=True).stdout
    with av.open(path) as file:
        rotation = next(file.decode(video=0)).rotation
    found[path] = {
        "FFmpeg": quarters(np.frombuffer(raw, np.uint8).reshape(64, 96, 3)),
        "OpenCV": quarters(cv2.VideoCapture(path).read()[1]),
        "decord2": quarters(decord.VideoReader(path)[0].asnumpy()),
        "PyAV's rotation": abs(rotation),
    }
    print(path, *(f"  {reader}: {shown}" for reader, shown in found[path].items()), sep="\n")
upright, turned = "grey white black black", "black black white grey"
expected = {
    "film.mp4": [upright, upright, upright, 0],
    "mirrored.mp4": ["white grey black black", turned, turned, 180],
    "turned.mp4": [turned, turned, turned, 180],
}
sys.exit({path: list(shown.values()) for path, shown in found.items()} != expected)
PYTHON
echo "as described"
