"""Whether an H.264 packet is a true key frame: containers also mark I-frames that are not.

Only an IDR frame, or one with a recovery point of zero frames, lets a decoder start there and give
the same frames as a decode from the beginning (ITU-T H.264, 7.4.1.2.4 and D.2.8).
"""

from collections.abc import Iterator

SLICE, IDR, SEI = 1, 5, 6
RECOVERY_POINT = 6  # SEI payload type


def nal_length_size(extradata: bytes | None, offset: int = 4) -> int:
    """Bytes of the length before each NAL unit, by the stream's header; 0 for start codes.

    offset: of the byte that states it, 4 in H.264's header, 21 in HEVC's (ISO 14496-15).
    """
    has_size = extradata and len(extradata) > offset + 2 and extradata[0] == 1
    return (extradata[offset] & 3) + 1 if extradata and has_size else 0


def is_malformed(packet: bytes, length_size: int) -> bool:
    """Whether the NAL units of a packet, H.264 or HEVC, cannot be told apart.

    In a valid one their lengths add up to the packet, and the first bit of every unit is 0.
    """
    position, end = 0, len(packet)
    while position + length_size < end:
        start = position + length_size
        size = int.from_bytes(packet[position:start], "big")
        if not size or packet[start] & 0x80:
            return True
        position = start + size
    return position != end


def key_frame_kind(packet: bytes, length_size: int) -> int:
    """What makes this packet a key frame: IDR, SEI (a recovery point) or 0 if it is none.

    length_size: from `nal_length_size`.
    """
    for unit in _nal_units(packet, length_size):
        kind = unit[0] & 31
        if kind == SLICE:
            return 0
        if kind == IDR or (kind == SEI and _has_immediate_recovery_point(unit[1:])):
            return kind
    return 0


def _nal_units(packet: bytes, length_size: int) -> Iterator[bytes]:
    if not length_size:
        yield from (unit for unit in packet.split(b"\0\0\1")[1:] if unit)
        return
    position = 0
    while position + length_size < len(packet):
        size = int.from_bytes(packet[position : position + length_size], "big")
        position += length_size
        if unit := packet[position : position + size]:
            yield unit
        position += size


def _has_immediate_recovery_point(messages: bytes) -> bool:
    """Whether SEI messages hold a recovery point after 0 frames: a ue(v) whose first bit is 1."""
    position = 0
    while position + 2 < len(messages):
        values = []
        for _ in ("type", "size"):
            value = 0
            while position < len(messages) and messages[position] == 0xFF:
                value, position = value + 255, position + 1
            if position >= len(messages):
                return False
            values.append(value + messages[position])
            position += 1
        if values[0] == RECOVERY_POINT and position < len(messages):
            return bool(messages[position] & 0x80)
        position += values[1]
    return False
