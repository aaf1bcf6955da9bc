"""The head of the sheet, its sentences, its tiles and its foot."""

from sikpro.application.reports.figures import BY_CODE
from sikpro.application.reports.recap_query import Span as Period
from sikpro.application.reports.sheet.canvas import BLUE, DEEP, GREEN, GREY, INK, LINE, MUTED, RED, Canvas, Span
from sikpro.application.reports.sheet.one_sheet import OneSheet
from sikpro.application.reports.sheet.places import COLUMN, LEFT, RIGHT, SECOND
from sikpro.application.reports.wording import before_text, filters_text, percent, versus

SENTENCES = 4
"""The most sentences of a sheet."""

_LINES = 5
"""The most lines of sentences in a column."""

_SIZE = 11.5


def draw_head(canvas: Canvas, sheet: OneSheet, top: float) -> float:
    """Draw title, filters, period and comparison; return where the head ends."""
    canvas.rect(LEFT, top, 32, 32, DEEP, round_by=7)
    pulse = ((6, 17), (11, 17), (14, 9), (18, 24), (21.5, 15), (23, 17), (26.5, 17))
    canvas.path([(LEFT + x, top + y) for x, y in pulse], "#ffffff", width=2.2)
    canvas.text(RIGHT, top + 18, "SIKPRO", size=12, bold=True, anchor="end")
    canvas.text(LEFT + 44, top + 17, sheet.recap.query.title(sheet.words), size=21, bold=True, room=620)
    at = top + 34
    for line in canvas.wrapped(_about(sheet), RIGHT - LEFT - 44, 10.5, most=3):
        canvas.text(LEFT + 44, at, line, size=10.5, colour=MUTED, room=RIGHT - LEFT - 44)
        at += 14
    canvas.line(LEFT, at - 3, RIGHT, at - 3, INK, width=1.8)
    return at - 3


def _about(sheet: OneSheet) -> str:
    words, found = sheet.words, sheet.recap
    parts = [filters_text(found, words)] if found.query.filters else []
    if found.own:
        parts.append(words("onesheet.own"))
    if found.query.span is not Period.DAY:
        parts.append(words("onesheet.days", days=words.number(found.query.days)))
    made = words.local(found.made_at)
    if found.closed:
        parts.append(words("recap.closed_on", date=words.short_date(words.local(found.closed.at).date())))
    elif found.query.first <= made.date() <= found.query.last:
        parts.append(words("onesheet.runs", date=words.short_date(made.date()), time=words.time(found.made_at)))
    if found.before:
        parts.append(words("onesheet.compared", before=before_text(found.before, words)))
    return " · ".join(parts)


def draw_sentences(canvas: Canvas, sheet: OneSheet, top: float) -> float:
    """Draw what the figures say, in two columns; return where the lower one ends."""
    words = sheet.words
    texts = [[Span(part.text(words), place == 0) for place, part in enumerate(one.parts)] for one in sheet.said]
    texts = texts[:SENTENCES] or [[Span(words("onesheet.no_orders" if _empty(sheet) else "onesheet.nothing_said"))]]
    ends, used = [top, top], [0, 0]
    for spans in texts:
        lines = canvas.lines(spans, COLUMN, _SIZE)
        column = 0 if used[0] <= used[1] else 1
        if used[column] + len(lines) > _LINES and used[column]:
            column = 1 - column
        if used[column] + len(lines) > _LINES and used[column]:
            continue  # it has no room whole, and a sentence is not cut
        canvas.running((LEFT, SECOND)[column], ends[column] + 12, lines, _SIZE, COLUMN)
        ends[column] += len(lines) * _SIZE * 1.38 + 5
        used[column] += len(lines)
    return max(ends) + 4


def _empty(sheet: OneSheet) -> bool:
    return not (sheet.recap.total or sheet.recap.completed or sheet.recap.cancelled)


def draw_tiles(canvas: Canvas, sheet: OneSheet, top: float) -> float:
    """Draw the headline figures, each with its comparison; return where the lowest ends."""
    found, words = sheet.recap, sheet.words
    code = "due_share" if found.due is not None else "tti_share"
    promise = found.due if found.due is not None else found.promise
    tiles = [
        ("received", words.number(found.total), "", BLUE),
        ("completed", words.number(found.completed), "", GREEN),
        ("cancelled", words.number(found.cancelled), "", GREY),
        ("open_now", words.number(found.open_now), words("onesheet.as_of", time=_made(sheet)), RED),
        (
            code,
            "–" if promise.share is None else percent(promise.share, words),
            words("onesheet.of", part=words.number(promise.within), all=words.number(promise.all)),
            DEEP,
        ),
    ]
    gap = 16.0
    wide = (RIGHT - LEFT - gap * (len(tiles) - 1)) / len(tiles)
    lowest = top
    for place, (figure, value, note, colour) in enumerate(tiles):
        x, at = LEFT + place * (wide + gap), top
        canvas.rect(x, at, wide, 3.5, colour)
        at += 31
        canvas.text(x, at, value, size=25, bold=True, room=wide, data={"figure": figure})
        at += 15
        for line in canvas.wrapped(BY_CODE[figure].name_in(found, words), wide, 10.5, bold=True, most=2):
            canvas.text(x, at, line, size=10.5, bold=True, room=wide)
            at += 13.5
        compared = versus(found, figure, words)
        for text in filter(None, (note, compared.text if compared else "")):
            for line in canvas.wrapped(text, wide, 9.5, most=3):
                canvas.text(x, at, line, size=9.5, colour=MUTED, room=wide)
                at += 12.5
        lowest = max(lowest, at)
    return lowest - 6


def draw_footer(canvas: Canvas, sheet: OneSheet, top: float, right: float) -> None:
    """Draw when, by whom and of which data the sheet was made."""
    words = sheet.words
    canvas.line(LEFT, top, right, top, LINE)
    page = words("onesheet.page")
    wide = canvas.text(right, top + 15, page, size=9.5, colour=MUTED, anchor="end")
    text = words("onesheet.made", when=_made(sheet), by=sheet.by)
    closed = sheet.recap.closed
    if closed:
        text = f"{text} · {words('onesheet.data_closed', date=words.long_date(words.local(closed.at).date()))}"
    else:
        text = f"{text} · {words('onesheet.data_until', when=_made(sheet))}"
    canvas.text(LEFT, top + 15, text, size=9.5, colour=MUTED, room=right - LEFT - wide - 20)


def _made(sheet: OneSheet) -> str:
    words, made_at = sheet.words, sheet.recap.made_at
    return words("onesheet.when", date=words.long_date(words.local(made_at).date()), time=words.time(made_at))
