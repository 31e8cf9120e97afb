"""What a trailer says: its speech as segments of text, and the lines on its frames.

Speech: the video's whole sound (`trailers.media`, kept as FLAC) -> `whisper` (voice activity, then
Whisper) -> segments, kept by the sound's digest -> `invented` says which are none -> a pack.
Cards: the extracted frames -> `alike` skips what was read -> `ocr` -> lines, kept by the frames'
digest -> a pack.
Both: `texts` -> the pack of words that backbones read.
"""
