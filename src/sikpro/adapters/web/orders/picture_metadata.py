"""Take what a camera wrote beside a picture (place, device, time, small copies) out of its file.

Only what is needed to show the picture stays: its data, its colours (with any text in an ICC profile), and which side
is up. The picture itself is not decoded: decoders are C code, and a hostile photo must not meet one in this process
(ADR 0014). All other threads wait for this work, so it must grow with the file's size and no faster.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from sikpro.adapters.web.orders.heif_metadata import NotWhole, blank_heif

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker in the data of a JPEG: stuffed bytes and restarts are none (ITU-T T.81, B.1.1)."""
_NEXT_MARKER = re.compile(rb"\xff++([^\x00\xd0-\xd7])")
"""The marker that stands here, with what fills up before it. It is no pattern to search with: that takes forever."""

_MOST_PARTS = 100_000
"""The most segments, chunks or blocks: a film of 10 MB has fewer."""

_SCAN, _END = 0xDA, 0xD9
_KEPT_JPEG = frozenset(range(0xC0, 0xE0)) - {0xC8, *range(0xD0, 0xDA)}
"""What decodes the data: frames, tables, scans (ITU-T T.81, table B.1)."""
_FRAMES = _KEPT_JPEG - {0xC4, 0xCC, *range(0xDA, 0xE0)}
_KEPT_PNG = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split())
_KEPT_WEBP = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
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
    head, kept = bytearray(b"\xff\xd8"), bytearray()
    orientation, framed = 0, False
    place = 2
    for _ in range(_MOST_PARTS):
        found = _NEXT_MARKER.match(content, place)
        if found is None:
            raise NotWhole
        marker, start = found[1][0], found.end()
        if marker == _END:
            return bytes(head + _turned(orientation) + kept + b"\xff\xd9")
        (length,) = struct.unpack_from(">H", content, start)
        segment = content[start + 2 : start + length]
        if length < 2 or len(segment) != length - 2:
            raise NotWhole
        place = start + length
        if marker == 0xE1 and segment.startswith(b"Exif\x00\x00"):
            orientation = orientation or _orientation(segment[6:])
        elif marker == 0xE0 and segment.startswith(b"JFIF\x00") and len(segment) >= 14:
            head += _segment(marker, segment[:12] + b"\x00\x00")  # no small picture
        elif marker == 0xEE and segment.startswith(b"Adobe"):
            kept += _segment(marker, segment[:12])
        elif marker in _KEPT_JPEG or (marker == 0xE2 and segment.startswith(b"ICC_PROFILE\x00")):
            kept += _segment(marker, segment)
        framed = framed or marker in _FRAMES
        if marker == _SCAN:
            if not framed:
                raise NotWhole  # no picture yet: this may be anything
            following = _MARKER.search(content, place)
            end = following.start() if following else len(content)
            kept += content[place:end]
            if following is None:  # cut off: what there is can be shown
                return bytes(head + _turned(orientation) + kept)
            place = end
    raise NotWhole


def _turned(orientation: int) -> bytes:
    return _segment(0xE1, b"Exif\x00\x00" + _tiff(orientation)) if orientation else b""


def _segment(marker: int, data: bytes) -> bytes:
    return b"\xff" + struct.pack(">BH", marker, len(data) + 2) + data


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
    kept = bytearray(content[:8])
    place = 8
    for _ in range(_MOST_PARTS):
        length, name = struct.unpack_from(">I4s", content, place)
        end = place + 12 + length
        if end > len(content):
            raise NotWhole
        if name == b"eXIf" and (orientation := _orientation(content[place + 8 : end - 4])):
            data = b"eXIf" + _tiff(orientation)
            kept += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
        elif name in _KEPT_PNG:
            kept += content[place:end]
        if name == b"IEND":
            return bytes(kept)
        place = end
    raise NotWhole


def _webp(content: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", content, 4)
    kept = bytearray(b"WEBP")
    for name, data in _riff(content[12 : 8 + size]):
        if name == b"VP8X":
            kept += _chunk(name, bytes((data[0] & ~0b1100,)) + data[1:10])  # no Exif, no XMP
        elif name == b"ANIM":
            kept += _chunk(name, data[:6])
        elif name == b"ANMF":
            frame = b"".join(_chunk(*part) for part in _riff(data[16:]) if part[0] in _KEPT_WEBP)
            kept += _chunk(name, data[:16] + frame)
        elif name in _KEPT_WEBP:
            kept += _chunk(name, data)
    if len(kept) == 4:
        raise NotWhole
    return b"RIFF" + struct.pack("<I", len(kept)) + kept


def _riff(chunks: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    for _ in range(_MOST_PARTS):
        if place + 8 > len(chunks):
            return
        name, length = struct.unpack_from("<4sI", chunks, place)
        if place + 8 + length > len(chunks):
            raise NotWhole
        yield name, chunks[place + 8 : place + 8 + length]
        place += 8 + length + length % 2
    raise NotWhole


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)


def _gif(content: bytes) -> bytes:
    place = 13 + _colours(content[10])
    kept = bytearray(content[:place])
    for _ in range(_MOST_PARTS):
        start, kind = place, content[place]
        if kind == 0x3B:
            return bytes(kept + b";")
        if kind == 0x21:
            label, place = content[place + 1], _blocks(content, place + 2)
            looped = label == 0xFF and content[start + 3 : start + 14] == b"NETSCAPE2.0"
            if place - start == {0xF9: 8, 0xFF: 19 if looped else -1}.get(label):
                kept += content[start:place]
        elif kind == 0x2C:
            data = place + 10 + _colours(content[place + 9])
            if not 1 <= content[data] <= 11:  # the bits of a colour
                raise NotWhole
            place = _blocks(content, data + 1)
            kept += content[start:place]
        else:
            raise NotWhole
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
