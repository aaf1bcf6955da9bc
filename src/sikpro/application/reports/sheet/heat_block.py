"""The heat map of the sheet with the notes of its days; for a day, the orders of its hours."""

from datetime import date, timedelta

from sikpro.application.ports.facts import Dimension
from sikpro.application.reports.heat import Column, HeatMap
from sikpro.application.reports.sheet.canvas import BLUE, GREEN, INK, LINE, MUTED, Canvas
from sikpro.application.reports.sheet.one_sheet import OneSheet
from sikpro.application.reports.sheet.places import LEFT, RIGHT
from sikpro.application.reports.sheet.upper_charts import title

LEVELS = ("#f0f3f6", "#cfdeee", "#9dbddd", "#6495c6", "#2f6aa8", "#0b3f75")
"""The colours of the map from none to most, darker each: they keep their order in grey."""

NOTES = 6
"""The most notes with their text; the others are counted."""

_LABELS, _SUMS = 46.0, 96.0


def draw_heat(canvas: Canvas, sheet: OneSheet, top: float) -> float:
    """Draw received orders by day and hour, and the notes below; return where they end."""
    heat, words = sheet.heat, sheet.words
    assert heat is not None
    title(canvas, LEFT, top, words("onesheet.heat"), 420)
    _legend(canvas, sheet, heat, top + 11)
    columns = len(heat.columns)
    wide = min((RIGHT - LEFT - _LABELS - _SUMS) / columns, 78)
    left, upper = LEFT + _LABELS, top + 58.0
    row = 12.0 if len(heat.slots) <= 18 else 8.6
    lower = upper + row * len(heat.slots)
    bottom = _columns(canvas, sheet, heat, (left, upper, lower), (wide, row))
    most = max(heat.by_slot) or 1
    bar = left + wide * columns + 8
    room = RIGHT - bar - 6 - max(canvas.width(words.number(total), 9) for total in heat.by_slot)
    for place, (slot, total) in enumerate(zip(heat.slots, heat.by_slot, strict=True)):
        y = upper + place * row
        canvas.text(left - 6, y + row / 2 + 3, slot.name, size=min(9, row), colour=MUTED, anchor="end")
        canvas.rect(bar, y + 2, room * total / most, row - 4, BLUE, round_by=1.5)
        canvas.text(bar + room * total / most + 5, y + row / 2 + 3, words.number(total), size=min(9, row))
    canvas.text(bar, bottom, words.number(heat.total), size=11, bold=True, data={"figure": "heat"})
    return _notes(canvas, sheet, bottom + 8)


def _legend(canvas: Canvas, sheet: OneSheet, heat: HeatMap, y: float) -> None:
    number = sheet.words.number
    names = ["0"]
    for first, last in heat.steps:
        some = number(first) if first == last else f"{number(first)}–{number(last or 0)}"
        names.append(f"≥ {number(first)}" if last is None else some)
    at = float(RIGHT)
    for colour, name in reversed(list(zip(LEVELS, names, strict=True))):
        at -= canvas.text(at, y, name, size=9, colour=MUTED, anchor="end") + 5
        canvas.rect(at - 12, y - 9, 12, 11, colour, round_by=2, edge=LINE if colour == LEVELS[0] else "")
        at -= 24


def _columns(
    canvas: Canvas,
    sheet: OneSheet,
    heat: HeatMap,
    place: tuple[float, float, float],
    cell: tuple[float, float],
) -> float:
    """Draw the columns with their heads, cells, sums and marks of notes; return the foot of the sums."""
    (left, upper, lower), (wide, row), words = place, cell, sheet.words
    pins = pinned(sheet)
    most, tall = max(heat.by_column) or 1, 22.0
    widest = max(canvas.width(_day(sheet, column), 8.5, bold=True) for column in heat.columns)
    for number, (column, cells) in enumerate(zip(heat.columns, heat.cells, strict=True)):
        x, middle = left + number * wide, left + (number + 0.5) * wide
        days = sheet.beside.work_days
        off = column.day not in days if column.day else column.weekday not in days.weekdays
        day = _day(sheet, column)
        shown = day if widest <= wide - 2 else day[:1]
        canvas.text(middle, upper - 17, shown, size=8.5, colour=INK if off else MUTED, bold=off, anchor="middle")
        if column.day:
            size = 9 if wide > 14 else 7
            canvas.text(middle, upper - 6, str(column.day.day), size=size, bold=off, anchor="middle")
        for slot, count in enumerate(cells):
            fill = LEVELS[heat.level(count)]
            canvas.rect(x + 0.7, upper + slot * row + 0.7, wide - 1.4, row - 1.4, fill, round_by=1.5)
        total = sum(cells)
        canvas.rect(x + 1.5, lower + 4 + tall * (1 - total / most), wide - 3, tall * total / most, BLUE)
        size = 9 if wide > 17 else 7
        canvas.text(middle, lower + tall + 15, words.number(total), size=size, anchor="middle", room=wide)
        note = pins.get(column.day) if column.day else None
        if note:
            canvas.rect(x, upper - 0.5, wide, lower - upper + 1, "none", round_by=2.5, edge=INK)
            canvas.dot(middle, upper - 34, 8, INK)
            canvas.text(middle, upper - 30.7, str(note), size=9, bold=True, colour="#ffffff", anchor="middle")
    canvas.text(
        left - 6, lower + tall + 15, words("onesheet.sum"), size=9, colour=MUTED, anchor="end", room=_LABELS - 6
    )
    return lower + tall + 15


def pinned(sheet: OneSheet) -> dict[date, int]:
    """Return the number of the first note of each day that has notes, as on the page."""
    found: dict[date, int] = {}
    for number, note in enumerate(sheet.beside.notes, start=1):
        found.setdefault(note.day, number)
    return found


def _day(sheet: OneSheet, column: Column) -> str:
    return sheet.words.weekday(column.day or date(2024, 1, 1) + timedelta(days=column.weekday))  # a Monday


def _weekday(column: Column) -> int:
    return column.day.weekday() if column.day else column.weekday


def _notes(canvas: Canvas, sheet: OneSheet, top: float) -> float:
    """Write the notes in two lines each at most; what has no room is counted. Return where they end."""
    words, at = sheet.words, top
    notes = sheet.beside.notes
    for number, note in enumerate(notes[:NOTES], start=1):
        at += 13
        head = f"{number} · {words.short_date(note.day)}"
        place = note.sto or note.site_operation
        head += f" · {place}: " if place else ": "
        wide = canvas.text(LEFT, at, head, size=9.5, bold=True) + canvas.width(" ", 9.5)
        for line_number, line in enumerate(canvas.wrapped(note.text, RIGHT - LEFT - wide, 9.5, most=2)):
            at += 12 if line_number else 0
            canvas.text(LEFT + wide, at, line, size=9.5, room=RIGHT - LEFT - wide)
    if len(notes) > NOTES:
        at += 13
        canvas.text(
            LEFT, at, words("onesheet.more_notes", count=words.number(len(notes) - NOTES)), size=9.5, colour=MUTED
        )
    return at


def draw_hours(canvas: Canvas, sheet: OneSheet, top: float) -> float:
    """Draw the received and completed orders of a day's hours, and its notes; return where they end."""
    words = sheet.words
    title(canvas, LEFT, top, words("onesheet.hours"), 420)
    table = sheet.recap.table(Dimension.HOUR)
    rows = {row.value: (row.total, row.completed) for row in table.rows} if table else {}
    counts = [rows.get(f"{hour:02}", (0, 0)) for hour in range(24)]
    at = float(RIGHT)
    for colour, name in ((GREEN, "onesheet.short.completed"), (BLUE, "onesheet.short.received")):
        at -= canvas.text(at, top + 11, words(name), size=9.5, colour=MUTED, anchor="end") + 5
        canvas.rect(at - 10, top + 2, 10, 10, colour, round_by=2)
        at -= 26
    left, upper, lower = LEFT + 4.0, top + 42.0, top + 190.0
    step, most = (RIGHT - left) / 24, max(max(pair) for pair in counts) or 1
    for hour, pair in enumerate(counts):
        x, wide = left + hour * step, (step - 6) / 2
        for place, (count, colour) in enumerate(zip(pair, (BLUE, GREEN), strict=True)):
            tall = (lower - upper) * count / most
            canvas.rect(x + place * wide, lower - tall, wide - 1, tall, colour)
            if count:
                middle = x + place * wide + wide / 2
                canvas.text(middle, lower - tall - 3, words.number(count), size=7.5, anchor="middle", room=wide + 3)
        canvas.text(x + wide, lower + 13, f"{hour:02}", size=9, colour=MUTED, anchor="middle")
    canvas.line(left, lower, RIGHT, lower, MUTED)
    return _notes(canvas, sheet, lower + 16)
