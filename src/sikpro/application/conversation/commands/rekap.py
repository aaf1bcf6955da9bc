"""`/rekap`: the recap of a day, a month or any period, as text, and as a file by a button."""

import re
from datetime import date, timedelta

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.application.reports.recap_text import recap_text
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission

SHOW, FILE = "rk", "rf"
"""The verbs of the buttons: `rk:2026-11-24` shows that period's recap, `rf:2026-11` sends its file."""

_DAY = {"", "hari", "hari ini", "day", "today"}
_YESTERDAY = {"kemarin", "yesterday"}
_MONTH = {"bulan", "bulan ini", "month", "this month"}
_LAST_MONTH = {"bulan lalu", "last month"}
_DATE = re.compile(r"(\d{1,2})[-/. ](\d{1,2})(?:[-/. ](\d{4}))?", re.ASCII)
_MONTH_OF = re.compile(r"(\d{1,2})[-/.](\d{4})", re.ASCII)


def period_in(text: str, today: date) -> RecapQuery:
    """Parse a period: `hari`, `kemarin`, `bulan`, `bulan lalu`, `23-11-2026`, `23/11`, `11/2026`, ISO.

    A date without a year is the last such day. Raises `InvalidValue`.

    >>> [period_in(text, date(2026, 3, 9)).text for text in ("kemarin", "bulan lalu", "24/12", "2/2026")]
    ['2026-03-08', '2026-02', '2025-12-24', '2026-02']
    """
    said = " ".join(text.lower().split())
    if said in _DAY:
        return RecapQuery.day(today)
    if said in _YESTERDAY:
        return RecapQuery.day(today - timedelta(days=1))
    if said in _MONTH:
        return RecapQuery.month(today)
    if said in _LAST_MONTH:
        return RecapQuery.month(today.replace(day=1) - timedelta(days=1))
    if found := _MONTH_OF.fullmatch(said):
        return RecapQuery.parse(f"{found[2]}-{int(found[1]):02}")
    if found := _DATE.fullmatch(said):
        query = RecapQuery.parse(f"{found[3] or today.year}-{int(found[2]):02}-{int(found[1]):02}")
        return query if found[3] or query.first <= today else RecapQuery.parse(f"{today.year - 1}{query.text[4:]}")
    return RecapQuery.parse(said.replace(" ", "_"))


def press_recap(context: Context, rest: str) -> Handled | None:
    """Show another period; return None when the button has none."""
    query = _pressed(context, rest)
    return None if query is None else _show(context, query)


def press_file(context: Context, rest: str) -> Handled | None:
    """Queue a period's Excel file to be sent here; return None when the button has none."""
    query = _pressed(context, rest)
    if query is None:
        return None
    context.uow.exports.ask(
        person=context.somebody.id,
        query=query.encoded,
        kind="xlsx",
        language=context.words.language,
        at=context.now,
        send_to=context.incoming.chat_id,
    )
    context.answer_press(context.words("rekap.file_comes"))
    return Handled(Outcome.COMMAND, "rekap")


def _run(context: Context, text: str) -> Handled:
    context.somebody.must(Permission.VIEW_OWN_REPORT)
    if not context.incoming.private:
        return context.refuse(context.words("rekap.private"), "rekap.private")
    try:
        query = period_in(text, context.words.local(context.now).date())
    except InvalidValue as error:
        return context.refuse(context.words("rekap.unknown"), error.code)
    return _show(context, query)


def _pressed(context: Context, text: str) -> RecapQuery | None:
    if not context.somebody.may(Permission.VIEW_OWN_REPORT) or not context.incoming.private:
        return None
    try:
        return RecapQuery.parse(text)
    except InvalidValue:
        return None


def _show(context: Context, query: RecapQuery) -> Handled:
    figures = recap(context.uow, query, context.somebody, context.now, context.zone)
    today = context.words.local(context.now).date()
    beside = [query.previous, query.next if query.next and query.next.first <= today else None]
    around = [Button(_label(context, one), f"{SHOW}:{one.text}") for one in beside if one is not None]
    other = RecapQuery.month(query.last) if query.span is Span.DAY else RecapQuery.day(min(query.last, today))
    more = [
        Button(_label(context, other), f"{SHOW}:{other.text}"),
        Button(context.words("rekap.button_file"), f"{FILE}:{query.text}"),
    ]
    context.reply(recap_text(figures, context.words), [around, more])
    return Handled(Outcome.COMMAND, "rekap")


def _label(context: Context, query: RecapQuery) -> str:
    words = context.words
    if query.span is Span.MONTH:
        return words.month(query.first)
    day = words.short_date(query.first)
    return day if query.span is Span.DAY else f"{day} – {words.short_date(query.last)}"


REKAP = Command(name="rekap", run=_run, permission=Permission.VIEW_OWN_REPORT)
