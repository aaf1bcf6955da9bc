"""Check the parts of an Excel file while they stream: parts that could expand too far are refused unread."""

import io
import zipfile
from copy import copy
from typing import IO
from xml.parsers.expat import ExpatError, ParserCreate  # nosec B406  # every DOCTYPE is refused: no entity expands

from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter

from sikpro.application.ports.tables import LONGEST_CELL, TableLimits
from sikpro.domain.errors import InvalidValue

MOST_PARTS = 500
_CHUNK = 1_000_000
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
"""Excel's own limits."""

IN_CELL = frozenset({"file.cell_too_long", "file.far_cell"})
"""The problems with a cell as `typed`."""

_ENCODINGS = {"UTF-8", "UTF-16"}
_BLANKS = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"
_NO_ROWS = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'


class CheckedPackage(zipfile.ZipFile):
    """The ZIP of an Excel file; every part is checked, with any name.

    `problems` has the problems of single sheets by part, with the cell as `typed`; such a sheet opens as an empty one.
    A part that is not XML, or whose XML could expand, does not open at all: an unread logo does no harm.
    """

    def __init__(self, content: bytes, limits: TableLimits) -> None:
        """Check all parts without keeping any of them whole in memory. Raises `InvalidValue`, `BadZipFile`."""
        super().__init__(io.BytesIO(content))
        self.problems: dict[str, InvalidValue] = {}
        self._refused: dict[str, InvalidValue] = {}
        parts = self.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
            raise InvalidValue("file.bomb", "")
        if len({part.filename.casefold() for part in parts}) < len(parts):
            raise InvalidValue("file.unreadable", "")
        for part in parts:
            self._look_at(part, limits)

    def open(
        self, name: str | zipfile.ZipInfo, mode: str = "r", pwd: bytes | None = None, *, force_zip64: bool = False
    ) -> IO[bytes]:
        """Return a part to read. Raises `InvalidValue`, or `KeyError` if there is no such part."""
        file = self.getinfo(name).filename if isinstance(name, str) else name.filename
        if file in self.problems:
            return io.BytesIO(_NO_ROWS)
        if file in self._refused:
            raise self._refused[file]
        return super().open(name)

    def _look_at(self, part: zipfile.ZipInfo, limits: TableLimits) -> None:
        if part.filename.lower().endswith("vbaproject.bin"):
            raise InvalidValue("file.macros", "")
        if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise InvalidValue("file.unreadable", "")
        # Read one byte more than announced: if it comes, the announced size was false.
        wanted = copy(part)
        wanted.file_size += 1
        length = 0
        scan: _Scan | None = None
        with super().open(wanted) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                if not length and chunk.lstrip(_BLANKS).startswith(b"<"):
                    scan = _Scan(limits)
                length += len(chunk)
                if length > part.file_size:
                    raise InvalidValue("file.bomb", "")
                if scan:
                    scan.feed(chunk)
        if scan is None or not scan.is_whole():
            refused = scan.refused if scan else None
            self._refused[part.filename] = refused or InvalidValue("file.unreadable", "")
        elif scan.problem:
            self.problems[part.filename] = scan.problem


class _MayNotBeRead(Exception):
    """Raised for XML of a kind that is never read; `reason` says why."""

    def __init__(self, reason: InvalidValue) -> None:
        super().__init__(reason)
        self.reason = reason


class _Scan:
    """The check of one XML part, a sheet or another: the length of its texts and the position of its cells.

    `problem` is the first cell that is too long or too far away. `refused` is the reason why the part may not be read
    at all; the check stops there.
    """

    def __init__(self, limits: TableLimits) -> None:
        self.problem: InvalidValue | None = None
        self.refused: InvalidValue | None = None
        self._limits = limits
        self._row = self._column = 0
        self._last_row = self._last_column = 0  # the last ones with content
        self._length: int | None = None  # of the open cell or shared string, None outside of both
        self._filled = False
        self._broken = False
        self._parser = parser = ParserCreate(namespace_separator=" ")
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._has_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Check the next piece. Raises `InvalidValue` for a problem of the whole file."""
        if self.problem or self.refused or self._broken:
            return
        try:
            self._parser.Parse(chunk, final)
        except ExpatError:
            self._broken = True
        except _MayNotBeRead as error:
            self.refused = error.reason

    def is_whole(self) -> bool:
        """Return whether the checked part was all XML."""
        self.feed(b"", final=True)
        return not self._broken and self.refused is None

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.upper() not in _ENCODINGS:
            raise _MayNotBeRead(InvalidValue("file.encoding", encoding))

    def _has_doctype(self, *_: object) -> None:
        raise _MayNotBeRead(InvalidValue("file.doctype", ""))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(" ")[2]:
            case "c":
                self._length, self._filled = 0, False
                if place := attributes.get("r"):
                    self._row, self._column = self._place(place)
                else:
                    self._column += 1
                self._must_exist(self._row, self._column)
            case "row":
                number = attributes.get("r", str(self._row + 1))
                self._row = int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 0
                self._column = self._last_column = 0
                self._must_exist(self._row, 1)
            case "si":
                self._length, self._row = 0, 0
            case "Relationship" if attributes.get("Type", "").endswith("/vbaProject"):
                raise InvalidValue("file.macros", "")

    def _text(self, text: str) -> None:
        if self._length is None or self.problem:
            return
        self._length += len(text)
        self._filled = self._filled or not text.isspace()
        if self._length > LONGEST_CELL:
            if not self._row:  # a shared string does not belong to one cell
                raise InvalidValue("file.text_too_long", str(LONGEST_CELL))
            self.problem = InvalidValue("file.cell_too_long", self._cell())

    def _end(self, name: str) -> None:
        match name.rpartition(" ")[2]:
            case "c":
                if self._filled and not self.problem:
                    self._must_be_near()
                self._length = None
            case "si":
                self._length = None

    def _must_be_near(self) -> None:
        """Check that a cell with content is within the limits; empty ones may be anywhere, and often are."""
        limits = self._limits
        if self._row > limits.rows + 1:
            apart = self._row - self._last_row > 1
            self.problem = InvalidValue("file.too_long", str(limits.rows))
        elif self._column > limits.columns:
            apart = self._column - self._last_column > 1
            self.problem = InvalidValue("file.too_wide", str(limits.columns))
        else:
            self._last_row, self._last_column = self._row, self._column
            return
        if apart:
            self.problem = InvalidValue("file.far_cell", self._cell())

    def _cell(self) -> str:
        return f"{get_column_letter(self._column)}{self._row}"

    def _place(self, text: str) -> tuple[int, int]:
        try:
            row, column = coordinate_to_tuple(text[:16])
        except (ValueError, IndexError) as error:
            raise InvalidValue("file.unreadable", "") from error
        return row, column

    def _must_exist(self, row: int, column: int) -> None:
        if not (0 < row <= _LAST_ROW and 0 < column <= _LAST_COLUMN):
            raise InvalidValue("file.unreadable", "")
