import io

import av
import numpy as np
import pytest

from stages.base.flac import decode_flac
from stages.trailers.media.sound import encode_flac


@pytest.mark.parametrize("samples", [1, 4607, 100_000])
def test_every_sample_comes_back(samples):
    whole = np.random.default_rng(0).integers(-32768, 32768, samples)
    sound = (whole / 32768).astype(np.float32)
    found, rate = decode_flac(encode_flac(sound, 48_000))
    assert (found == sound).all()
    assert found.dtype == np.float32
    assert rate == 48_000


def test_it_is_what_a_demuxer_and_decoder_give():
    tone = (0.3 * np.sin(np.arange(60_000) / 9)).astype(np.float32)
    data = encode_flac(tone, 44_100)
    with av.open(io.BytesIO(data), "r") as container:
        blocks = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    found, rate = decode_flac(data)
    assert (found * 32768 == np.concatenate(blocks)).all()
    assert rate == 44_100


def test_what_is_no_flac_is_refused():
    with pytest.raises(av.error.FFmpegError):
        decode_flac(b"RIFF" + bytes(1000))
