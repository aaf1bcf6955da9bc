"""Excel charts over the columns of tables, so that they follow changes of cells."""

from collections.abc import Mapping, Sequence

from attrs import frozen
from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from sikpro.application.ports.workbooks import Chart, ChartKind

_COLOURS = ("2F6DB5", "3F9A6B", "C98A1B", "B5473C", "7A5FA8", "6B7785")
_WIDTH, _HEIGHT = 20.0, 8.4


@frozen
class Placed:
    """The place of a table's rows: its sheet, its header and the header's row, and the number of rows."""

    page: WriteOnlyWorksheet
    header: Sequence[str]
    head_row: int
    rows: int

    def column(self, heading: str, *, with_heading: bool = False) -> Reference:
        """Return the cells of a column."""
        place = self.header.index(heading) + 1
        first = self.head_row + (0 if with_heading else 1)
        return Reference(self.page, min_col=place, min_row=first, max_row=self.head_row + max(self.rows, 1))


def add_chart(page: WriteOnlyWorksheet, chart: Chart, tables: Mapping[str, Placed]) -> None:
    """Put a chart on a sheet."""
    placed = tables[chart.table]
    pareto = chart.kind is ChartKind.PARETO
    bars = _bars(chart, placed, chart.values[:-1] if pareto else chart.values)
    if pareto:
        bars += _share(chart, placed)
    bars.width, bars.height = _WIDTH, _HEIGHT
    page.add_chart(bars, chart.at)


def _bars(chart: Chart, placed: Placed, values: Sequence[str]) -> BarChart:
    bars = BarChart()
    bars.type, bars.title, bars.style = "col", _title(chart.title), 2
    bars.gapWidth = 40
    for heading, colour in zip(values, _COLOURS, strict=False):
        series = Series(placed.column(heading), title=heading)
        series.graphicalProperties.solidFill = colour
        series.graphicalProperties.line.noFill = True
        bars.series.append(series)
    bars.set_categories(placed.column(chart.labels))
    bars.y_axis.number_format = "0"
    bars.y_axis.scaling.min = 0
    bars.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="DDE3EA", w=6350))
    bars.y_axis.title = bars.x_axis.title = None
    # openpyxl does not set whether the axes exist, and then Excel hides them.
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.legend.position = "b"
    return bars


def _share(chart: Chart, placed: Placed) -> LineChart:
    line = LineChart()
    heading = chart.values[-1]
    series = Series(placed.column(heading), title=heading)
    series.graphicalProperties.line.solidFill = _COLOURS[3]
    series.graphicalProperties.line.width = 22_000
    series.marker.symbol = "circle"
    series.smooth = False
    line.series.append(series)
    line.y_axis.axId = 200
    line.y_axis.number_format = "0%"
    line.y_axis.scaling.min, line.y_axis.scaling.max = 0, 1
    line.y_axis.crosses = "max"
    line.y_axis.majorGridlines = None
    line.y_axis.delete = False
    return line


def _title(text: str) -> Title:
    looks = CharacterProperties(sz=1200, b=True, solidFill="1F3A5F")
    run = RegularTextRun(rPr=looks, t=text)
    title = Title(overlay=False)
    title.tx = Text(rich=RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=looks), r=[run])]))
    return title
