"""Blank what a phone wrote beside a picture in a HEIC or AVIF file.

Such a file is a list of boxes (ISO/IEC 14496-12); its *items*, one of which is the picture, lie anywhere in it by their
offsets (ISO/IEC 23008-12). So nothing is taken out: what is not needed to show the picture becomes zeros in its place.
"""

import struct
from collections.abc import Iterator

_SHOWN_BOXES = frozenset({b"ftyp", b"meta", b"mdat"})
_SHOWN_ITEMS = frozenset({b"hvc1", b"hvc2", b"av01", b"av02", b"grid", b"iovl", b"iden"})
"""The kinds of items that are a picture, or say how pictures are put together."""

_MOST_ITEMS = 10_000


class NotWhole(Exception):
    """Raised for a file that is not built as its kind says."""


def blank_heif(content: bytes) -> bytes:
    """Return the file with zeros for every item and every box that is not needed. Raises `NotWhole`."""
    left = bytearray(content)
    found = False
    for kind, start, end in _boxes(content, 0, len(content)):
        if kind == b"meta":
            found = True
            for place, length in _hidden(content, start + 4, end):
                if place + length > len(content):
                    raise NotWhole
                left[place : place + length] = bytes(length)
        elif kind not in _SHOWN_BOXES:
            left[start:end] = bytes(end - start)
    if not found:
        raise NotWhole
    return bytes(left)


def _boxes(content: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Find the boxes in a part of the file: the kind, the place of the content, and its end."""
    while start < end:
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start + 8)
            head = 16
        stop = start + size if size else end
        if not start + head <= stop <= end:
            raise NotWhole
        yield kind, start + head, stop
        start = stop


def _hidden(content: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Find what is no picture: places and lengths in the file."""
    parts = {kind: (at, stop) for kind, at, stop in _boxes(content, start, end)}
    if not {b"iinf", b"iloc"} <= parts.keys():
        raise NotWhole
    shown = set()
    for item, place in _kinds(content, *parts[b"iinf"]):
        if content[place : place + 4] in _SHOWN_ITEMS:
            shown.add(item)
        else:
            yield place, 4
    data, _ = parts.get(b"idat", (0, 0))
    for item, method, place, length in _extents(content, parts[b"iloc"][0]):
        if item in shown:
            continue
        if method > 1 or not length:
            raise NotWhole
        yield (data if method else 0) + place, length


def _kinds(content: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the item information box: each item's number, and the place of its kind, which has 4 bytes."""
    first = start + (6 if content[start] == 0 else 8)
    for _, at, _ in _boxes(content, first, end):
        version = content[at]
        if version < 2:
            raise NotWhole
        wide = 2 if version == 2 else 4
        yield int.from_bytes(content[at + 4 : at + 4 + wide]), at + 6 + wide


def _extents(content: bytes, start: int) -> Iterator[tuple[int, int, int, int]]:
    """Read the item location box: item, method (0 in the file, 1 in `idat`), place and length of each part."""
    version, sizes, more = content[start], content[start + 4], content[start + 5]
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    wide = 4 if version == 2 else 2
    place = start + 6

    def number(size: int) -> int:
        nonlocal place
        if place + size > len(content):
            raise NotWhole
        place += size
        return int.from_bytes(content[place - size : place])

    items = number(wide)
    if items > _MOST_ITEMS:
        raise NotWhole
    for _ in range(items):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # the file: this one
        base = number(base_size)
        for _ in range(number(2)):
            number(index_size)
            at, length = number(offset_size), number(length_size)
            yield item, method, base + at, length
