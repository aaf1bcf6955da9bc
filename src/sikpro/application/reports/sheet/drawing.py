"""Draws a one-sheet: its blocks from top to bottom, each as high as it needs to be."""

from sikpro.application.ports.pictures import PictureMaker
from sikpro.application.reports.recap_query import Span
from sikpro.application.reports.sheet.canvas import Canvas
from sikpro.application.reports.sheet.heat_block import draw_heat, draw_hours
from sikpro.application.reports.sheet.lower_blocks import draw_comply, draw_targets
from sikpro.application.reports.sheet.one_sheet import OneSheet
from sikpro.application.reports.sheet.places import BOTTOM, COLUMN, LEFT, RIGHT, SECOND, TOP
from sikpro.application.reports.sheet.top_blocks import draw_footer, draw_head, draw_sentences, draw_tiles
from sikpro.application.reports.sheet.upper_charts import CHART_HEIGHT, draw_course, draw_reasons, draw_trend


def draw(sheet: OneSheet, pictures: PictureMaker) -> str:
    """Return the sheet as SVG of A4."""
    canvas, is_day = Canvas(pictures), sheet.recap.query.span is Span.DAY
    at = draw_head(canvas, sheet, TOP)
    at = draw_sentences(canvas, sheet, at + 14)
    at = draw_tiles(canvas, sheet, at + 12)
    at += 20
    (draw_course if is_day else draw_trend)(canvas, sheet, LEFT, at, COLUMN)
    draw_reasons(canvas, sheet, SECOND, at, COLUMN)
    at += CHART_HEIGHT + 16
    at = draw_hours(canvas, sheet, at) if is_day else draw_heat(canvas, sheet, at)
    at += 18
    footer = BOTTOM - 16
    if sheet.recap.targets:
        draw_comply(canvas, sheet, (LEFT,), at, COLUMN, footer - 14)
        draw_targets(canvas, sheet, SECOND, at, COLUMN, footer - 14)
    else:
        draw_comply(canvas, sheet, (LEFT, SECOND), at, COLUMN, footer - 14)
    draw_footer(canvas, sheet, footer, RIGHT)
    return canvas.svg(sheet.recap.query.title(sheet.words), sheet.words.language)
