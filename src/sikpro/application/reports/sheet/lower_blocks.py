"""The lower blocks of the sheet: the share in time of each STO, the lowest first, and the targets."""

from collections.abc import Sequence

from attrs import frozen

from sikpro.application.ports.facts import Dimension
from sikpro.application.reports.explain import below_chance
from sikpro.application.reports.recap_data import AgainstTarget, Promise, RecapRow
from sikpro.application.reports.sheet.canvas import GREEN, INK, MUTED, PALE, RED, Canvas
from sikpro.application.reports.sheet.one_sheet import OneSheet
from sikpro.application.reports.sheet.upper_charts import title
from sikpro.application.reports.wording import percent

_ROW, _WIDEST_ROW, _TALL = 15.5, 21.0, 30.0


@frozen
class _Complied:
    row: RecapRow
    due: Promise
    share: float


def complied(sheet: OneSheet) -> Sequence[_Complied]:
    """Return the STOs whose orders fell due, the lowest share in time first; of equal ones the larger."""
    table = sheet.recap.table(Dimension.STO)
    found = [
        _Complied(row, row.due, row.due.share)
        for row in (table.rows if table else ())
        if row.due is not None and row.due.share is not None
    ]
    return sorted(found, key=lambda one: (one.share, -one.due.all, one.row.value))


def draw_comply(
    canvas: Canvas, sheet: OneSheet, lefts: Sequence[float], top: float, width: float, bottom: float
) -> None:
    """Draw the share in time of each STO in one column or two; those without room are counted."""
    words, found = sheet.words, complied(sheet)
    title(canvas, lefts[0], top, words("onesheet.comply"), width, words("onesheet.lowest"))
    if not found:
        old = sheet.recap.due is None
        for number, line in enumerate(
            canvas.wrapped(words("onesheet.comply_old" if old else "onesheet.nothing_due"), width, 10.5, most=3)
        ):
            canvas.text(lefts[0], top + 34 + number * 14, line, size=10.5, colour=MUTED, room=width)
        return
    first = top + 34
    each = int((bottom - first) // _ROW)
    most = each * len(lefts)
    if len(found) > most:
        most -= 1  # the last line says how many more there are
    shown = found[:most]
    low = min(one.share for one in shown)
    start = max(int(low * 10 - 0.5), 0) / 10 if low < 1 else 0.9
    row = max(min((bottom - first) / min(len(found), each), _WIDEST_ROW), _ROW)
    per_column = each if len(shown) > each else len(shown)
    for column, left in enumerate(lefts):
        rows = shown[column * per_column : (column + 1) * per_column]
        if rows:
            _complied_rows(canvas, sheet, rows, (left, first, width, row), start)
    if len(found) > most:
        text = words("onesheet.more_stos", count=words.number(len(found) - most))
        canvas.text(lefts[-1], first + each * _ROW - 4, text, size=9.5, colour=MUTED, room=width)


def _complied_rows(
    canvas: Canvas, sheet: OneSheet, rows: Sequence[_Complied], place: tuple[float, float, float, float], start: float
) -> None:
    words, (left, first, width, row) = sheet.words, place
    axis, end = left + 148, left + width - 118
    every = sheet.recap.due.share if sheet.recap.due else None

    def across(share: float) -> float:
        return axis + (end - axis) * (share - start) / (1 - start)

    for share, anchor in ((start, "middle"), (1.0, "middle")):
        canvas.line(across(share), first - 4, across(share), first + len(rows) * row - 2)
        canvas.text(across(share), first - 8, percent(share, words), size=8.5, colour=MUTED, anchor=anchor)
    if every is not None and every >= start:
        canvas.line(across(every), first - 4, across(every), first + len(rows) * row - 2, MUTED, dash="4 3")
    canvas.text(left + width, first - 8, words("onesheet.in_time"), size=8.5, colour=MUTED, anchor="end", room=112)
    for number, one in enumerate(rows):
        y = first + (number + 0.5) * row
        bad = below_chance(sheet.recap.due, one.due)
        colour = RED if bad else INK
        code, _, name = one.row.label.partition(" · ")
        label = f"{name} {code}" if name else one.row.label or words("recap.unknown")
        canvas.text(left, y + 3.5, _short(canvas, name, code, label), size=9.5, bold=bad, colour=colour, room=140)
        canvas.line(across(1.0), y, across(one.share), y, colour, width=1.6)
        canvas.dot(across(one.share), y, 3.6, colour)
        canvas.text(
            left + width - 62,
            y + 3.5,
            percent(one.share, words),
            size=9.5,
            bold=True,
            colour=colour,
            anchor="end",
            data={"sto": one.row.value},
        )
        text = words("onesheet.of", part=words.number(one.due.within), all=words.number(one.due.all))
        canvas.text(left + width, y + 3.5, text, size=9, colour=MUTED, anchor="end", room=58)


def _short(canvas: Canvas, name: str, code: str, label: str) -> str:
    """Return name and code if both fit, else the name's words that fit and the code."""
    if not name or canvas.width(label, 9.5, bold=True) <= 140:
        return label
    return f"{canvas.fitted(name, 140 - canvas.width(f' {code}', 9.5, bold=True), 9.5, bold=True)[0]} {code}"


def draw_targets(canvas: Canvas, sheet: OneSheet, x: float, top: float, width: float, bottom: float) -> None:
    """Draw the target of all together and of each STO, the furthest behind first; those without room are counted."""
    words = sheet.words
    title(canvas, x, top, words("onesheet.targets"), width, words("onesheet.targets_of"))
    every = [target for target in sheet.recap.targets if not target.sto]
    each = sorted((one for one in sheet.recap.targets if one.sto), key=lambda one: (-one.left, one.sto))
    targets, at = [*every, *each], top + 22.0
    most = int((bottom - at) // _TALL)
    if len(targets) > most:
        most -= 1
    for target in targets[:most]:
        _target(canvas, sheet, target, (x, at, width))
        at += _TALL
    if len(targets) > most:
        text = words("onesheet.more_targets", count=words.number(len(targets) - most))
        canvas.text(x, at + 14, text, size=9.5, colour=MUTED, room=width)


def _target(canvas: Canvas, sheet: OneSheet, target: AgainstTarget, place: tuple[float, float, float]) -> None:
    words, (x, y, width) = sheet.words, place
    number = words.number
    name = sheet.stos.get(target.sto, target.sto) if target.sto else words("onesheet.all_stos")
    canvas.line(x, y, x + width, y)
    value = words("onesheet.target_of", done=number(target.done), target=number(target.target))
    mark = {"target": target.sto or "all"}
    wide = canvas.text(x + width, y + 12, value, size=9.5, bold=True, anchor="end", data=mark)
    text = words("onesheet.target_left", left=number(target.left)) if target.left else words("onesheet.target_reached")
    if not target.sto and target.left:
        short = sum(bool(one.sto and one.left) for one in sheet.recap.targets)
        text = words("onesheet.target_left_in", left=number(target.left), stos=number(short))
    if target.landing is not None and target.left:
        text = words("onesheet.target_landing", left=number(target.left), landing=number(target.landing))
    reached = target.landing >= target.target if target.landing is not None else not target.left
    colour = GREEN if reached else RED
    name_wide = canvas.text(x, y + 12, name, size=9.5, bold=not target.sto, room=width - wide - 16)
    room = width - wide - name_wide - 24
    if room > 90:
        canvas.text(x + name_wide + 10, y + 12, text, size=8.5, colour=MUTED, room=room)
    reach = max(target.target, target.done, target.landing or 0) or 1
    canvas.rect(x, y + 17, width, 7, PALE)
    canvas.rect(x, y + 17, width * target.done / reach, 7, colour)
    goal = min(x + width * target.target / reach, x + width - 1)
    canvas.line(goal, y + 15, goal, y + 26, INK, width=2)
