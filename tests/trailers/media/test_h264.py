"""Which H.264 packets a decoder can start at, by hand-made units."""

import pytest

from stages.trailers.media.h264 import IDR, SEI, is_malformed, key_frame_kind, nal_length_size


def with_lengths(*units):
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


def with_codes(*units):
    return b"".join(b"\0\0\0\1" + unit for unit in units)


SPS, DELIMITER = bytes([0x67, 1, 2, 3]), bytes([0x09, 0xF0])
IDR_SLICE, SLICE = bytes([0x65, 0x88, 0x84]), bytes([0x61, 0x88, 0x84])
AT_ONCE = bytes([0x06, 6, 1, 0b1100_0100, 0x80])  # recovery point, ue(v) 0, then flags
LATER = bytes([0x06, 6, 1, 0b0100_0100, 0x80])  # ue(v) 1
OTHER_FIRST = bytes([0x06, 5, 2, 7, 7, 6, 1, 0b1100_0100, 0x80])  # user data, then the same
LONG_FIRST = bytes([0x06, 5, 0xFF, 1]) + bytes(256) + AT_ONCE[1:]


@pytest.mark.parametrize("joined", [with_lengths, with_codes])
@pytest.mark.parametrize(
    ("units", "kind"),
    [
        ((DELIMITER, SPS, IDR_SLICE), IDR),
        ((SPS, SLICE), 0),
        ((AT_ONCE, SLICE), SEI),
        ((LATER, SLICE), 0),
        ((OTHER_FIRST, SLICE), SEI),
        ((SLICE, AT_ONCE), 0),
        ((LATER, IDR_SLICE), IDR),
    ],
)
def test_starts(joined, units, kind):
    assert key_frame_kind(joined(*units), 4 if joined is with_lengths else 0) == kind


def test_long_messages():
    assert key_frame_kind(with_lengths(LONG_FIRST, SLICE), 4) == SEI


def test_damage():
    assert key_frame_kind(b"", 4) == key_frame_kind(b"", 0) == 0
    assert key_frame_kind(bytes([255, 255, 255, 255, 0x61]), 4) == 0
    assert key_frame_kind(with_lengths(bytes([6, 0xFF, 0xFF])), 4) == 0


def test_is_malformed():
    whole = with_lengths(DELIMITER, SPS, IDR_SLICE)
    assert not is_malformed(whole, 4)
    assert is_malformed(whole[:-1], 4) and is_malformed(whole + b"\0", 4)  # cut off, and too long
    assert is_malformed(bytes(len(whole)), 4)  # a hole
    assert is_malformed(whole[:4] + bytes([whole[4] | 0x80]) + whole[5:], 4)  # forbidden_zero_bit


def test_length_size():
    assert nal_length_size(bytes([1, 100, 0, 31, 0xFF, 0xE1, 0])) == 4
    hevc = bytes([1, 1, 0x60]) + bytes(18) + bytes([0xFF, 3, 0xA0])
    assert nal_length_size(hevc, 21) == 4
    assert nal_length_size(bytes([0, 0, 0, 1, 0x67, 0, 0])) == nal_length_size(None) == 0
