"""Whether an H.264 key frame is one: containers also mark plain I pictures, which are not.

Only an IDR picture, or one with a recovery point of zero frames, lets a decoder start there and
give the very pictures that a decode from the beginning gives (ITU-T H.264, 7.4.1.2.4 and D.2.8).
"""

from collections.abc import Iterator

SLICE, IDR, SEI = 1, 5, 6
RECOVERY_POINT = 6  # SEI payload type


def length_bytes(extradata: bytes | None, place: int = 4) -> int:
    """Size of the length before each unit as the track's header says; 0 for start codes.

    place: of the byte that says it, 4 in H.264's header, 21 in HEVC's (ISO 14496-15).
    """
    told = extradata and len(extradata) > place + 2 and extradata[0] == 1
    return (extradata[place] & 3) + 1 if extradata and told else 0


def torn(packet: bytes, length_size: int) -> bool:
    """Whether a packet is damaged so that its units cannot be told apart; HEVC's are alike.

    The lengths before the units add up to the packet, and the first bit of every unit is 0.
    """
    position, end = 0, len(packet)
    while position + length_size < end:
        start = position + length_size
        size = int.from_bytes(packet[position:start], "big")
        if not size or packet[start] & 0x80:
            return True
        position = start + size
    return position != end


def start_kind(packet: bytes, length_size: int) -> int:
    """IDR or SEI if a decoder can start at this packet, by which of the two, else 0.

    length_size: as `length_bytes` gives it.
    """
    for unit in _units(packet, length_size):
        kind = unit[0] & 31
        if kind == SLICE:
            return 0
        if kind == IDR or (kind == SEI and _recovers_at_once(unit[1:])):
            return kind
    return 0


def _units(packet: bytes, length_size: int) -> Iterator[bytes]:
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


def _recovers_at_once(messages: bytes) -> bool:
    """Look for a recovery point after 0 frames in SEI messages: a ue(v) whose first bit is 1."""
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
