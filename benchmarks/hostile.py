"""Files and pages that ask for more than any trailer has, and a server for them on the loopback.

Each is harmless to read as we do: what it claims is refused, or given up, before it is made.
"""

import gzip
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np

Answer = Callable[[BaseHTTPRequestHandler], None]
SAMPLES = 400_000_000  # claimed by a table of a few bytes
WORDS = b"<p>one word after another</p>" * 5000
PACKED = gzip.compress(b"<html>" * 2_000_000)  # 12 MB in 12 KB
MEMBERS = 90  # of them, one after the other: a gigabyte
DRIP_SECONDS = 0.2


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of MP4."""
    held = b"".join(content)
    return struct.pack(">I4s", 8 + len(held), kind) + held


def full_box(kind: bytes, *numbers: int) -> bytes:
    """A box of MP4 with version and flags 0, and 32-bit numbers."""
    return box(kind, struct.pack(f">{1 + len(numbers)}I", 0, *numbers))


def long_table() -> bytes:
    """An MP4 whose table claims SAMPLES samples of one size."""
    table = box(b"stbl", full_box(b"stsz", 700, SAMPLES))
    handler = full_box(b"hdlr", 0, int.from_bytes(b"vide"), 0, 0, 0)
    track = box(b"trak", box(b"mdia", handler, box(b"minf", table)))
    return box(b"ftyp", b"isom") + box(b"moov", track) + box(b"mdat", bytes(1000))


def long_run() -> bytes:
    """An MP4 whose fragment claims SAMPLES samples that take all from its defaults."""
    run = box(b"moof", box(b"traf", full_box(b"tfhd", 1), full_box(b"trun", SAMPLES)))
    return box(b"ftyp", b"isom") + run + box(b"mdat", bytes(1000))


def wave(rate: int, channels: int) -> bytes:
    """WAV of a little silence whose header says this."""
    data = bytes(channels * 2 * 1000)
    form = struct.pack("<HHIIHH", 1, channels, rate, rate * channels * 2, channels * 2, 16)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def large_picture(path: Path, width: int = 12_000, height: int = 3_200) -> bytes:
    """QuickTime of two empty pictures of more than 8K."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("png", rate=24, options={"compression_level": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "gray"
        frame = av.VideoFrame.from_ndarray(np.zeros((height, width), np.uint8), format="gray")
        for number in range(2):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path.read_bytes()


def hostile_answers(folder: Path) -> dict[str, Answer]:
    """What is served under each path."""
    return {
        "/table.mp4": sent(long_table()),
        "/run.mp4": sent(long_run()),
        "/rate.wav": sent(wave(3_000_000, 2)),
        "/channels.wav": sent(wave(48_000, 64)),
        "/picture.mov": sent(large_picture(folder / "picture.mov")),
        "/packed": lambda handler: _send(handler, [PACKED] * MEMBERS, Content_Encoding="gzip"),
        "/endless": lambda handler: _send(handler, _for_ever(WORDS)),
        "/endless.m3u8": lambda handler: _send(
            handler, _for_ever(b"#EXTM3U\n# words\n" * 5000), "application/vnd.apple.mpegurl"
        ),
        "/redirect": lambda handler: _send(
            handler, _for_ever(WORDS), status=302, Location="/endless"
        ),
        "/drip": lambda handler: _send(handler, _drops()),
    }


def sent(data: bytes) -> Answer:
    """A file, as an ordinary site sends it."""
    return lambda handler: _send(handler, [data], "video/mp4", Content_Length=str(len(data)))


@contextmanager
def served(answers: Mapping[str, Answer]) -> Iterator[str]:
    """A site on the loopback; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):  # who asked has hung up
                answers[self.path](self)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def _send(
    handler: BaseHTTPRequestHandler,
    blocks: Any,
    kind: str = "text/html",
    status: int = 200,
    **headers: str,
) -> None:
    handler.send_response(status)
    for name, value in {"Content_Type": kind, **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    for block in blocks:
        handler.wfile.write(block)


def _for_ever(block: bytes) -> Iterator[bytes]:
    while True:
        yield block


def _drops() -> Iterator[bytes]:
    wait = threading.Event()
    while not wait.wait(DRIP_SECONDS):
        yield b"."
