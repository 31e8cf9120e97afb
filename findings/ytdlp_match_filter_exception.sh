#!/usr/bin/env bash
# yt-dlp 2026.10.26 (the option match_filter of YoutubeDL)
# Expected: "raise DownloadCancelled(msg) in match_filter", as its documentation says, stops with
#   that message; a subclass of it with a reason of its own comes out with its reason.
# Happens: yt-dlp raises `type(error)()` in its place: the message is gone ("The download was
#   cancelled"), so are attributes. Where the subclass needs an argument, that call fails itself: a
#   TypeError about __init__ comes out instead.
# Hurts: programs that refuse what is too long, live or not allowed and act on the reason: they read
#   none, or take the TypeError for a fault of the network and try again.
# Way round: keep the reason elsewhere before raising.
# Source: seen by running it; yt_dlp/YoutubeDL.py, the end of _match_entry.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q yt-dlp==2026.10.26
cat > "$folder/show.py" <<'PYTHON'
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from yt_dlp import YoutubeDL
from yt_dlp.utils import DownloadCancelled
from yt_dlp.version import __version__


class Video(BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", "1000")
        self.end_headers()

    def do_GET(self):
        self.do_HEAD()
        self.wfile.write(bytes(1000))

    def log_message(self, *_):
        pass


class TooLong(DownloadCancelled):
    def __init__(self, reason):
        super().__init__(reason)


print("yt-dlp", __version__)
server = HTTPServer(("127.0.0.1", 0), Video)
threading.Thread(target=server.serve_forever, daemon=True).start()
came = []
for kind in (DownloadCancelled, TooLong):
    def refuse(info, *, incomplete=False):
        raise kind("too long: 700 s")

    options = {"match_filter": refuse, "quiet": True, "no_warnings": True, "proxy": ""}
    try:
        with YoutubeDL(options) as downloader:
            downloader.extract_info(f"http://127.0.0.1:{server.server_port}/a.mp4", download=False)
    except Exception as error:
        came.append((type(error).__name__, str(error)))
        print(f"raised {kind.__name__}('too long: 700 s'), came {came[-1][0]}({came[-1][1]!r})")
(plain, text), (reasoned, _) = came
sys.exit((plain, reasoned) != ("DownloadCancelled", "TypeError") or "700" in text)
PYTHON
"$folder/venv/bin/python" "$folder/show.py" || { echo "not as described"; exit 1; }
echo "as described"
