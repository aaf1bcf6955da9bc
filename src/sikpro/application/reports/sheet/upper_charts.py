"""The upper charts of the sheet: the months with what is ordinary or the course of a day, and the worst reasons."""

from math import ceil, log10

from sikpro.application.reports.explain import unfinished
from sikpro.application.reports.ordinary import LEAST
from sikpro.application.reports.sheet.canvas import BLUE, GREEN, GREY, INK, LINE, MUTED, PALE, RED, Canvas
from sikpro.application.reports.sheet.one_sheet import OneSheet
from sikpro.application.reports.wording import percent

CHART_HEIGHT = 190.0
REASONS = 5
"""How many reasons a sheet names."""

_BAND = "#dcecf7"
_TITLE = 12.5


def title(canvas: Canvas, x: float, top: float, text: str, room: float, about: str = "") -> None:
    """Draw a block's title with a remark beside it; the remark is made to fit."""
    wide = canvas.text(x, top + 11, text, size=_TITLE, bold=True, room=room)
    if about and room - wide - 8 > 60:
        canvas.text(x + wide + 8, top + 11, about, size=9.5, colour=MUTED, room=room - wide - 8)


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers from at most `low` to at least `high`, some four of them."""
    raw = max(high - low, 1) / 3
    power = 10 ** int(log10(raw)) if raw >= 1 else 1
    step = next(power * one for one in (1, 2, 5, 10) if power * one >= raw)
    first = int(low // step)
    return [step * number for number in range(first, max(ceil(high / step), first + 1) + 1)]


def draw_trend(canvas: Canvas, sheet: OneSheet, x: float, top: float, width: float) -> None:
    """Draw the received orders of the months, with the band of what is ordinary."""
    words, trend = sheet.words, sheet.beside.trend
    band, months = trend.band("received"), trend.months
    about = words("onesheet.band") if band else words("onesheet.no_band", least=LEAST)
    title(canvas, x, top, words("onesheet.trend"), width, about)
    if not months:
        canvas.text(x, top + 36, words("onesheet.no_orders"), size=10.5, colour=MUTED, room=width)
        return
    values = [month.received for month in months]
    reach = [*values, *((band.low, band.high) if band else ())]
    spread = max(reach) - min(reach)
    marks = ticks(max(min(reach) - spread * 0.08, 0), max(reach) or 1)
    left, right = x + 44, x + width - (76 if band else 14)
    upper, lower = top + 32.0, top + CHART_HEIGHT - 22
    scale = (lower - upper) / (marks[-1] - marks[0])

    def up(value: float) -> float:
        return lower - (value - marks[0]) * scale

    if band:
        canvas.rect(left, up(band.high), right - left, up(band.low) - up(band.high), _BAND)
    for mark in marks:
        canvas.line(left, up(mark), right, up(mark))
        canvas.text(left - 6, up(mark) + 3.5, words.number(mark), size=9.5, colour=MUTED, anchor="end", room=38)
    if band:
        canvas.line(left, up(band.mean), right, up(band.mean), BLUE, width=1.2, dash="5 3")
        _name_band(canvas, sheet, [(up(one), one) for one in (band.high, band.mean, band.low)], right + 6)
    step = (right - left - 16) / max(len(months) - 1, 1)
    points = [(left + 8 + n * step, up(value)) for n, value in enumerate(values)]
    outside = trend.outside("received")
    canvas.path(points, INK)
    for place, ((at, y), month) in enumerate(zip(points, months, strict=True)):
        last = place + 1 == len(months)
        edge = RED if last and outside else INK
        canvas.dot(at, y, 4.5 if last else 3.6, edge if last and month.over else "#ffffff", edge=edge)
        if last or (len(months) - 1 - place) % 2 == 0:
            name = words.short_month(month.first)
            canvas.text(at, lower + 15, name, size=9.5, bold=last, colour=INK if last else MUTED, anchor="middle")
    _name_last(canvas, sheet, points, (left, upper, lower), outside)


def _name_last(
    canvas: Canvas,
    sheet: OneSheet,
    points: list[tuple[float, float]],
    inside: tuple[float, float, float],
    outside: int,
) -> None:
    """Write the last month's number to the left of its point, away from the line that comes to it."""
    words, month = sheet.words, sheet.beside.trend.months[-1]
    text = words.number(month.received)
    if outside:
        text = words("onesheet.outside", count=text)
    elif not month.over:
        text = words("onesheet.so_far", count=text)
    left, upper, lower = inside
    (at, y), before = points[-1], points[-2] if len(points) > 1 else points[-1]
    y = y + 16 if before[1] <= y else y - 9
    y = min(max(y, upper + 8), lower - 4)
    wide = canvas.width(text, 10, bold=True)
    end = min(at + 6, left + max(wide, at - left + 6))
    canvas.rect(end - wide - 2, y - 9, wide + 4, 12, "#ffffff", round_by=2)
    canvas.text(end, y, text, size=10, bold=True, colour=RED if outside else INK, anchor="end")


def _name_band(canvas: Canvas, sheet: OneSheet, levels: list[tuple[float, float]], x: float) -> None:
    """Write the limits and the mean beside the chart, each at its height, or as near as they do not overlap."""
    names = [sheet.words(f"onesheet.band.{name}") for name in ("high", "mean", "low")]
    middle = levels[1][0]
    places = [min(levels[0][0], middle - 25), middle, max(levels[2][0], middle + 25)]
    for y, (_, value), name in zip(places, levels, names, strict=True):
        canvas.text(x, y - 1, name, size=9, colour=MUTED, room=70)
        canvas.text(x, y + 10, sheet.words.number(round(value)), size=9.5, room=70)


def draw_course(canvas: Canvas, sheet: OneSheet, x: float, top: float, width: float) -> None:
    """Draw a day's received and completed orders as they add up by the hour, with the ordinary day's band."""
    words = sheet.words
    received, completed = sheet.beside.courses
    bands = [received.band(hour) for hour in range(24)]
    title(canvas, x, top, words("onesheet.course"), width, words("onesheet.course_band") if bands[0] else "")
    high = max([received.hours[23], completed.hours[23], *(band.high for band in bands if band)])
    marks = ticks(0, high or 1)
    left, right, upper, lower = x + 36, x + width - 76, top + 32.0, top + CHART_HEIGHT - 22
    scale, step = (lower - upper) / marks[-1], (right - left) / 24

    def place(hour: int, value: float) -> tuple[float, float]:
        return left + (hour + 1) * step, lower - value * scale

    known = [(hour, band) for hour, band in enumerate(bands) if band]
    canvas.area(
        [
            *(place(hour, band.high) for hour, band in known),
            *(place(hour, band.low) for hour, band in reversed(known)),
        ],
        _BAND,
    )
    for mark in marks:
        y = lower - mark * scale
        canvas.line(left, y, right, y)
        canvas.text(left - 6, y + 3.5, words.number(mark), size=9.5, colour=MUTED, anchor="end", room=30)
    for hour in range(0, 25, 6):
        canvas.text(left + hour * step, lower + 15, f"{hour:02}", size=9.5, colour=MUTED, anchor="middle")
    names = list[tuple[float, str, str]]()
    for name, course, colour, dash in (
        ("received", received, BLUE, ""),
        ("completed", completed, GREEN, "5 2.5"),
    ):
        points = [(left, lower), *(place(hour, course.hours[hour]) for hour in range(min(course.over, 24)))]
        canvas.path(points, colour, width=2.2, dash=dash)
        names.append((points[-1][1], words("onesheet.short." + name), words.number(course.now)))
    names.sort()
    least = -1e9
    for y, label, value in names:
        at = max(y, least)
        canvas.text(right + 8, at, label, size=9.5, colour=MUTED, room=68)
        canvas.text(right + 8, at + 12, value, size=11, bold=True, room=68)
        least = at + 28


def draw_reasons(canvas: Canvas, sheet: OneSheet, x: float, top: float, width: float) -> None:
    """Draw the most frequent reasons of held-up and cancelled orders; each bar begins where the one above ends."""
    words, found = sheet.words, unfinished(sheet.recap)
    cancelled = {reason.status for reason in sheet.recap.cancel_reasons}
    every = sum(reason.count for reason in found)
    about = words("onesheet.reasons_of", count=words.number(every)) if every else ""
    title(canvas, x, top, words("onesheet.reasons"), width, about)
    if not found:
        canvas.text(x, top + 36, words("onesheet.no_reasons"), size=10.5, colour=MUTED, room=width)
        return
    left, right = x + 142, x + width - 84
    wide = right - left
    for share, anchor in ((0, "start"), (50, "middle"), (80, "middle"), (100, "end")):
        at = left + wide * share / 100
        colour, dash = (GREY, "4 3") if share == 80 else (LINE, "")
        canvas.line(at, top + 34, at, top + CHART_HEIGHT - 24, colour, dash=dash)
        if share < 100:  # the end needs no name, and has no room beside the line of 80 %
            canvas.text(
                at, top + 29, percent(share / 100, words), size=9, bold=share == 80, colour=MUTED, anchor=anchor
            )
    canvas.text(x + width, top + 29, words("onesheet.orders"), size=9, colour=MUTED, anchor="end")
    row = (CHART_HEIGHT - 24 - 38) / REASONS
    for place, reason in enumerate(found[:REASONS]):
        y = top + 38 + place * row
        lines = canvas.wrapped(words.text(reason.label), 134, 9.5, most=2)
        for number, line in enumerate(lines):
            at = y + row / 2 + 3.5 + (number - (len(lines) - 1) / 2) * 11
            canvas.text(left - 8, at, line, size=9.5, anchor="end", room=134)
        start = left + wide * (reason.cumulative - reason.share)
        canvas.rect(left, y + 4, wide, row - 8, PALE)
        colour = GREY if reason.status in cancelled else RED
        canvas.rect(start, y + 4, max(wide * reason.share, 1.5), row - 8, colour)
        cumulative = percent(reason.cumulative, words)
        canvas.text(right + 44, y + row / 2 + 3.5, cumulative, size=9.5, colour=MUTED, anchor="end")
        canvas.text(
            x + width,
            y + row / 2 + 3.5,
            words.number(reason.count),
            size=10.5,
            bold=True,
            anchor="end",
            data={"reason": reason.status},
        )
    at, y = x, top + CHART_HEIGHT - 4
    for colour, name in ((RED, "onesheet.held_up"), (GREY, "onesheet.cancelled")):
        canvas.rect(at, y - 8, 9, 9, colour, round_by=2)
        at += 14 + canvas.text(at + 13, y, words(name), size=9.5, colour=MUTED) + 14
    rest = len(found) - REASONS
    if rest > 0:
        text = words("onesheet.more_reasons", count=words.number(rest))
        canvas.text(x + width, y, text, size=9.5, colour=MUTED, anchor="end", room=x + width - at)
