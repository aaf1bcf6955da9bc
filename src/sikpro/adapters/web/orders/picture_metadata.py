"""Take what a camera wrote beside a picture (place, device, time, small copies) out of its file.

Only what is needed to show the picture stays: its data, its colours, and which side is up. The picture itself is not
decoded: decoders are C code, and a hostile photo must not meet one in this process (ADR 0014).
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from sikpro.adapters.web.orders.heif_metadata import NotWhole, blank_heif

_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""A marker in the data of a JPEG: stuffed bytes and restarts are none (ITU-T T.81, B.1.1)."""

_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_KEPT_PNG = frozenset(
    {b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT"}
)
_ORIENTATION = 0x0112


def without_metadata(content: bytes, media_type: str) -> bytes | None:
    """Return the picture's file without metadata, None where it cannot be taken apart.

    Kinds: JPEG, PNG, WebP, GIF, HEIC, AVIF. What stands behind the picture's end goes too.
    """
    clean = _KINDS.get(media_type)
    if clean is None:
        return None
    try:
        return clean(content)
    except (NotWhole, IndexError, struct.error):
        return None


def _jpeg(content: bytes) -> bytes:
    head: list[bytes] = []
    orientation = 0
    kept: list[bytes] = []
    place = 2
    while True:
        found = _MARKER.match(content, place)
        if found is None:
            raise NotWhole
        marker, start = found[1][0], found.end()
        if marker == _END:
            kept.append(b"\xff\xd9")
            break
        (length,) = struct.unpack_from(">H", content, start)
        segment = content[start + 2 : start + length]
        if length < 2 or len(segment) != length - 2:
            raise NotWhole
        place = start + length
        if marker == 0xE1 and segment.startswith(b"Exif\x00\x00"):
            orientation = orientation or _orientation(segment[6:])
        elif _is_shown(marker, segment):
            whole = bytes((0xFF, marker)) + content[start:place]
            (head if marker == 0xE0 else kept).append(whole)
        if marker == _SCAN:
            following = _MARKER.search(content, place)
            end = following.start() if following else len(content)
            kept.append(content[place:end])
            if following is None:
                break  # cut off: what there is can be shown
            place = end
    if orientation:
        exif = b"Exif\x00\x00" + _tiff(orientation)
        head.append(b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    return b"".join([b"\xff\xd8", *head, *kept])


def _is_shown(marker: int, segment: bytes) -> bool:
    if marker == 0xE0:
        return segment.startswith(b"JFIF\x00")
    if marker == 0xE2:
        return segment.startswith(b"ICC_PROFILE\x00")
    if marker == 0xEE:
        return segment.startswith(b"Adobe")
    return marker != _COMMENT and not 0xE1 <= marker <= 0xEF


def _orientation(tiff: bytes) -> int:
    """Return the number of the orientation in Exif data, 0 for none (CIPA DC-008, 4.6.4)."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return 0
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(min(count, 200)):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == _ORIENTATION:
                return value if 1 < value <= 8 else 0
    except struct.error:
        return 0
    return 0


def _tiff(orientation: int) -> bytes:
    return b"MM\x00*\x00\x00\x00\x08\x00\x01" + struct.pack(">HHIHHI", _ORIENTATION, 3, 1, orientation, 0, 0)


def _png(content: bytes) -> bytes:
    kept = [content[:8]]
    place = 8
    while True:
        length, name = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            raise NotWhole
        if name == b"eXIf" and (orientation := _orientation(content[place + 8 : end - 4])):
            data = b"eXIf" + _tiff(orientation)
            kept.append(struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data)))
        elif name in _KEPT_PNG or name[:1].isupper():
            kept.append(content[place:end])
        if name == b"IEND":
            return b"".join(kept)
        place = end


def _webp(content: bytes) -> bytes:
    kept: list[bytes] = []
    for name, data in _riff(content):
        if name == b"VP8X":
            kept.append(_chunk(name, bytes((data[0] & ~0b1100,)) + data[1:]))  # no Exif, no XMP
        elif name in {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}:
            kept.append(_chunk(name, data))
    if not kept:
        raise NotWhole
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", content, 4)
    place, end = 12, min(8 + size, len(content))
    while place + 8 <= end:
        name, length = struct.unpack_from("<4sI", content, place)
        if place + 8 + length > end:
            raise NotWhole
        yield name, content[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)


def _gif(content: bytes) -> bytes:
    place = 13 + _colours(content[10])
    kept = [content[:place]]
    while True:
        start, kind = place, content[place]
        if kind == 0x3B:
            return b"".join([*kept, b";"])
        if kind == 0x21:
            label, place = content[place + 1], _blocks(content, place + 2)
            looped = content[start + 3 : start + 14] == b"NETSCAPE2.0"
            if label == 0xF9 or (label == 0xFF and looped):
                kept.append(content[start:place])
        elif kind == 0x2C:
            place = _blocks(content, place + 11 + _colours(content[place + 9]))
            kept.append(content[start:place])
        else:
            raise NotWhole


def _colours(packed: int) -> int:
    """Return the length of a colour table."""
    return 3 << ((packed & 7) + 1) if packed & 0x80 else 0


def _blocks(content: bytes, place: int) -> int:
    while content[place]:
        place += 1 + content[place]
    return place + 1


_KINDS: dict[str, Callable[[bytes], bytes]] = {
    "image/jpeg": _jpeg,
    "image/png": _png,
    "image/webp": _webp,
    "image/gif": _gif,
    "image/heic": blank_heif,
    "image/avif": blank_heif,
}
