"""Write a sample trailer as a real file: H.264 and stereo AAC in MP4."""

from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import PictureType

from stages.base.params import SampleParams
from stages.corpus.reader import Trailer
from stages.sample.events import Event, list_events
from stages.sample.nv12 import BLACK, HEIGHT, WIDTH
from stages.sample.picture import iterate_frames
from stages.sample.plan import FRAME_RATE, Plan, plan_trailer
from stages.sample.sound import synthesise
from stages.sample.synth import RATE

KEY_FRAME_EVERY = 36  # frames at most
VIDEO_OPTIONS = {
    "preset": "ultrafast",
    # but with what nearly every trailer on the web has, and this preset has not
    "x264-params": "cabac=1:no-deblock=0:bframes=3:b-adapt=0:scenecut=40",
    "crf": "27",
    "threads": "1",  # since x264's output depends on their number
}
# without what little else uses: noise in place of sound, intensity stereo, shaping within a block
AUDIO_OPTIONS = {"aac_coder": "fast", "aac_pns": "0", "aac_is": "0", "aac_tns": "0", "aac_ms": "1"}
AUDIO_BITS = 80_000  # per second
CHUNK = 1024 * 64  # samples handed to the encoder at a time


def render_trailer(trailer: Trailer, params: SampleParams, path: Path) -> list[Event]:
    """Render the trailer to `path` (.mp4) and return the log of its shots and sounds.

    The same row, seed and library versions give the same bytes.
    """
    plan = plan_trailer(trailer, params)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # for frames this small, threads cost more than they save
    try:
        write_movie(plan, path)
    finally:
        cv2.setNumThreads(threads)
    return list_events(trailer, plan)


def write_movie(plan: Plan, path: Path) -> None:
    """Encode the plan's pictures and sound."""
    with av.open(str(path), "w", format="mp4") as movie:
        video = movie.add_stream("libx264", rate=FRAME_RATE, options=VIDEO_OPTIONS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "nv12"
        video.gop_size = KEY_FRAME_EVERY
        audio = movie.add_stream("aac", rate=RATE, layout="stereo", options=AUDIO_OPTIONS)
        audio.bit_rate = AUDIO_BITS
        was_black = False
        for picture in iterate_frames(plan):
            frame = av.VideoFrame.from_ndarray(picture, format="nv12")
            is_black = picture is BLACK
            if is_black and not was_black:
                frame.pict_type = (
                    PictureType.I
                )  # predicted from a shot, black would keep traces of it
            was_black = is_black
            movie.mux(video.encode(frame))
        movie.mux(video.encode(None))
        sound = synthesise(plan)
        for start in range(0, sound.shape[1], CHUNK):
            chunk = np.ascontiguousarray(sound[:, start : start + CHUNK])
            block = av.AudioFrame.from_ndarray(chunk, format="fltp", layout="stereo")
            block.sample_rate, block.pts = RATE, start
            movie.mux(audio.encode(block))
        movie.mux(audio.encode(None))
