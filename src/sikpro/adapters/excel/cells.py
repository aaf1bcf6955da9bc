"""Write a sheet's rows as XML directly to a file: openpyxl's cells take several times as long."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from html import escape
from typing import IO, Any

from attrs import define, field, frozen
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from sikpro.application.ports.workbooks import FORMULA_STARTS, Cell, Share

LONGEST_TEXT = 32_767
"""The most UTF-16 units of a cell (Excel's limit); longer text is cut and ends in an ellipsis."""

# XML cannot contain these either.
_NOT_XML = re.compile("[\ufffe\uffff]")

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Text that Excel would read as the code of a character (ECMA-376, 22.4.2.4)."""

_ODD = "&<>_\x00-\x1f\ud800-\udfff\ufffe\uffff"
_PLAIN = re.compile(rf"[^\s{_ODD}{re.escape(FORMULA_STARTS)}](?:[^{_ODD}]*[^\s{_ODD}])?")
"""Text that needs no escaping; other text takes the slow path."""

_FONT = "Calibri"
_WHOLE = "#,##0"
_HEAD_HEIGHT = 30
_SURELY_SHORT = LONGEST_TEXT // 2
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  # Excel times have no time zone
_EPOCH_DAY = _EPOCH.toordinal()
_DAY = timedelta(days=1)


@frozen
class Styles:
    """The numbers of a workbook's cell styles."""

    head: int
    title: int
    total: int
    guarded: int
    """Style of text that looks like a formula: it stays text also after an edit."""
    time: int
    day: int
    duration: int
    share: int
    whole: int
    fraction: int

    @classmethod
    def of(cls, workbook: Workbook, page: WriteOnlyWorksheet) -> "Styles":
        """Register the styles."""

        def style(**looks: object) -> int:
            cell = WriteOnlyCell(page, "")
            for name, look in looks.items():
                setattr(cell, name, look)
            number: int = cell.style_id
            return number

        return cls(
            head=style(
                font=Font(name=_FONT, bold=True, color="FFFFFF"),
                fill=PatternFill("solid", fgColor="1F3A5F"),
                alignment=Alignment(vertical="center", wrap_text=True),
            ),
            title=style(font=Font(name=_FONT, bold=True, size=14, color="1F3A5F")),
            total=style(font=Font(name=_FONT, bold=True), border=Border(top=Side("thin")), number_format=_WHOLE),
            guarded=style(quotePrefix=True),
            time=style(number_format="yyyy-mm-dd hh:mm"),
            day=style(number_format="yyyy-mm-dd"),
            duration=style(number_format="[h]:mm"),
            share=style(number_format="0.0%"),
            whole=style(number_format=_WHOLE),
            fraction=style(number_format="0.0"),
        )


COLUMNS = tuple(get_column_letter(place) for place in range(1, 703))
"""The letters of all possible columns."""


@define
class RowWriter:
    """Writes rows one after the other; `row` is the number of the last one."""

    file: IO[bytes]
    styles: Styles
    row: int = 0
    _looks: dict[type, Callable[[Any], str]] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make the functions that write each kind of value in its style."""
        styles = self.styles

        def number(style: int) -> Callable[[float], str]:
            return lambda value: f'" s="{style}"><v>{value!r}</v></c>'

        time, day, duration, share = map(number, (styles.time, styles.day, styles.duration, styles.share))
        self._looks = {
            str: self._text,
            int: number(styles.whole),
            float: number(styles.fraction),
            Share: lambda value: share(float(value)),
            datetime: lambda value: time((value - _EPOCH) / _DAY),
            date: lambda value: day(value.toordinal() - _EPOCH_DAY),
            timedelta: lambda value: duration(value / _DAY),
        }

    def write(self, cells: Sequence[Cell], style: int | None = None, height: str = "") -> None:
        """Write the next row; a given style is used for all texts and numbers."""
        self.row = number = self.row + 1
        looks = self._looks if style is None else self._looks | self._styled(style)
        found = [
            f'<c r="{column}{number}{looks[type(value)](value)}'
            for column, value in zip(COLUMNS, cells, strict=False)
            if value is not None and value != ""
        ]
        self.file.write(f'<row r="{number}"{height}>{"".join(found)}</row>'.encode())

    def write_head(self, cells: Sequence[Cell]) -> None:
        """Write the header, two lines high, because headings are longer than the cells below."""
        self.write(cells, self.styles.head, f' ht="{_HEAD_HEIGHT}" customHeight="1"')

    def _styled(self, style: int) -> dict[type, Callable[[Any], str]]:
        return {
            str: lambda value: f'" s="{style}" t="inlineStr"><is><t xml:space="preserve">{_clean(value)}</t></is></c>',
            int: lambda value: f'" s="{style}"><v>{value}</v></c>',
        }

    def _text(self, text: str) -> str:
        """Return the cell of a text with any beginning: it is never a formula, also not after edits."""
        if len(text) < _SURELY_SHORT and _PLAIN.fullmatch(text):
            return f'" t="inlineStr"><is><t>{text}</t></is></c>'
        clean = _clean(text)
        style = f' s="{self.styles.guarded}"' if clean[:1] in FORMULA_STARTS else ""
        return f'"{style} t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>'


def _clean(text: str) -> str:
    """Return the text without characters that XML or Excel cannot hold, cut at `LONGEST_TEXT`, escaped."""
    text = _NOT_XML.sub("", ILLEGAL_CHARACTERS_RE.sub("", text)).encode("utf-8", "replace").decode("utf-8")
    text = _ESCAPE.sub("_x005F_", text)
    units = text.encode("utf-16-le")
    if len(units) > 2 * LONGEST_TEXT:
        text = units[: 2 * (LONGEST_TEXT - 1)].decode("utf-16-le", "ignore") + "…"
    return escape(text, quote=False).replace("\r", "&#13;")
