"""Blank what a phone wrote beside a picture in a HEIC or AVIF file.

Such a file is a list of boxes (ISO/IEC 14496-12); its *items*, one of which is the picture, lie anywhere in it by their
offsets (ISO/IEC 23008-12). So nothing moves: what is needed to show the picture stays, all else becomes zeros. What is
a picture itself (also a small one, or one of depths) stays, and its colours, with any text in an ICC profile.
"""

import struct
from collections.abc import Iterator

_TOP = frozenset({b"ftyp", b"meta", b"mdat"})
_META = frozenset({b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat"})
_IPRP = frozenset({b"ipco", b"ipma"})
_PROPERTIES = frozenset(
    b"hvcC lhvC av1C ispe pixi colr irot imir clap pasp rloc auxC lsel a1op a1lx oinf tols clli mdcv cclv amve".split()
)
_SHOWN_ITEMS = frozenset({b"hvc1", b"hvc2", b"av01", b"av02", b"grid", b"iovl", b"iden"})
"""The kinds of items that are a picture, or say how pictures are put together."""

_MOST_BOXES = 30_000
_MOST_ITEMS = 10_000
_MOST_DATA = 100
_MOST_EXTENTS = 20_000
"""The most parts of all items together: a phone's photo has about 50."""

_Part = tuple[int, int]


class NotWhole(Exception):
    """Raised for a file that is not built as its kind says."""


def blank_heif(content: bytes) -> bytes:
    """Return the file with zeros for all that is not needed to show the picture. Raises `NotWhole`."""
    return _Blanked(content).whole()


class _Blanked:
    """A file as it leaves: zeros, but for what is kept."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._left = bytearray(len(content))
        self._read = 0

    def whole(self) -> bytes:
        top = self._boxes(0, len(self._content), _TOP)
        data = [(start, end) for kind, start, end in top if kind == b"mdat"]
        metas = [(start, end) for kind, start, end in top if kind == b"meta"]
        if len(metas) != 1 or len(data) > _MOST_DATA:
            raise NotWhole
        for kind, start, end in top:
            if kind == b"ftyp":
                self._keep(start, end)
        self._meta(*metas[0], data)
        return bytes(self._left)

    def _meta(self, start: int, end: int, data: list[_Part]) -> None:
        self._keep(start, start + 4)
        parts = {kind: (at, stop) for kind, at, stop in self._boxes(start + 4, end, _META)}
        if not parts.keys() >= _META - {b"iref", b"idat"}:
            raise NotWhole
        shown: set[int] = set()
        for kind, (at, stop) in parts.items():
            if kind == b"iinf":
                shown = self._items(at, stop)
            elif kind == b"iprp":
                self._properties(at, stop)
            elif kind == b"hdlr":
                self._keep(at, min(at + 12, stop))  # its name goes
            elif kind != b"idat":
                self._keep(at, stop)
        own = [parts[b"idat"]] if b"idat" in parts else []
        self._pictures(shown, parts[b"iloc"], data, own)

    def _items(self, start: int, end: int) -> set[int]:
        """Keep the item information, without names. Return the items that are shown; others lose their kind."""
        first = start + (6 if self._content[start] == 0 else 8)
        self._keep(start, min(first, end))
        shown = set()
        for _, at, stop in self._boxes(first, end, frozenset({b"infe"})):
            version = self._content[at]
            kind = at + (8 if version == 2 else 10)  # after the item's number and its protection's
            if version < 2 or kind + 4 > stop:
                raise NotWhole
            self._keep(at, kind)
            if self._content[kind : kind + 4] in _SHOWN_ITEMS:
                self._keep(kind, kind + 4)
                shown.add(int.from_bytes(self._content[at + 4 : kind - 2]))
        return shown

    def _properties(self, start: int, end: int) -> None:
        parts = self._boxes(start, end, _IPRP)
        if {kind for kind, _, _ in parts} != _IPRP:
            raise NotWhole
        for kind, at, stop in parts:
            kept = self._boxes(at, stop, _PROPERTIES) if kind == b"ipco" else [(kind, at, stop)]
            for _, first, last in kept:
                self._keep(first, last)

    def _pictures(self, shown: set[int], iloc: _Part, data: list[_Part], own: list[_Part]) -> None:
        """Keep the parts of the shown items: in the file's data or, with method 1, in the box of the items' own."""
        places = []
        for item, method, place, length in _extents(self._content, *iloc):
            if item not in shown:
                continue
            around = data if method == 0 else own if method == 1 else []
            start = place + own[0][0] if method and around else place
            if not length or not any(at <= start and start + length <= stop for at, stop in around):
                raise NotWhole
            places.append((start, start + length))
        done = 0
        for start, end in sorted(places):  # each byte once, however they overlap
            if end > done:
                self._keep(max(start, done), end)
                done = end

    def _keep(self, start: int, end: int) -> None:
        self._left[start:end] = self._content[start:end]

    def _boxes(self, start: int, end: int, wanted: frozenset[bytes]) -> list[tuple[bytes, int, int]]:
        """Keep the heads of boxes; return the wanted ones: kind, place of the content, end. Others are named `free`."""
        found = []
        while start < end:
            self._read += 1
            size, kind = struct.unpack_from(">I4s", self._content, start)
            head = 8
            if size == 1:
                (size,) = struct.unpack_from(">Q", self._content, start + 8)
                head = 16
            stop = start + size if size else end
            if not start + head <= stop <= end or self._read > _MOST_BOXES:
                raise NotWhole
            self._keep(start, start + head)
            if kind in wanted:
                found.append((kind, start + head, stop))
            else:
                self._left[start + 4 : start + 8] = b"free"
            start = stop
        return found


def _extents(content: bytes, start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Read the item location box: item, method (0 in the file, 1 in `idat`), place and length of each part."""
    version, sizes, more = content[start], content[start + 4], content[start + 5]
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    wide = 4 if version == 2 else 2
    place = start + 6

    def number(size: int) -> int:
        nonlocal place
        if place + size > end:
            raise NotWhole
        place += size
        return int.from_bytes(content[place - size : place])

    items, extents = number(wide), 0
    if items > _MOST_ITEMS:
        raise NotWhole
    for _ in range(items):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)  # the file: this one
        base = number(base_size)
        count = number(2)
        extents += count
        if extents > _MOST_EXTENTS:
            raise NotWhole
        for _ in range(count):
            number(index_size)
            at, length = number(offset_size), number(length_size)
            yield item, method, base + at, length
