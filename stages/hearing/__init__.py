"""What a trailer's sound is made of over time: speech, music, and what is neither.

The video's whole sound (`words.sounds`, kept as FLAC) -> `voice` (when somebody speaks) and `music`
(how much like music each half second is) -> `heard`, kept by the sound's digest -> `shares` (of
speech, music, both and neither, in seconds).
"""
