"""`/rekap`: the recap of a day, a month or any period, as text, and as a file by a button."""

import re
from datetime import date, timedelta

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import Asked, Span
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


def asked_in(text: str, today: date) -> Asked:
    """The period that words name: `hari`, `kemarin`, `bulan`, `bulan lalu`, `23-11-2026`, `23/11`, `11/2026`, ISO.

    A date without a year is the last such day. Raises `InvalidValue`.

    >>> [asked_in(text, date(2026, 3, 9)).text for text in ("kemarin", "bulan lalu", "24/12", "2/2026")]
    ['2026-03-08', '2026-02', '2025-12-24', '2026-02']
    """
    said = " ".join(text.lower().split())
    if said in _DAY:
        return Asked.day(today)
    if said in _YESTERDAY:
        return Asked.day(today - timedelta(days=1))
    if said in _MONTH:
        return Asked.month(today)
    if said in _LAST_MONTH:
        return Asked.month(today.replace(day=1) - timedelta(days=1))
    if found := _MONTH_OF.fullmatch(said):
        return Asked.parse(f"{found[2]}-{int(found[1]):02}")
    if found := _DATE.fullmatch(said):
        asked = Asked.parse(f"{found[3] or today.year}-{int(found[2]):02}-{int(found[1]):02}")
        return asked if found[3] or asked.first <= today else Asked.parse(f"{today.year - 1}{asked.text[4:]}")
    return Asked.parse(said.replace(" ", "_"))


def press_recap(exchange: Exchange, rest: str) -> Handled | None:
    """Show another period; None when the button names none."""
    asked = _pressed(exchange, rest)
    return None if asked is None else _show(exchange, asked)


def press_file(exchange: Exchange, rest: str) -> Handled | None:
    """Have a period's Excel file made and sent here; None when the button names none."""
    asked = _pressed(exchange, rest)
    if asked is None:
        return None
    exchange.uow.exports.ask(
        person=exchange.somebody.id,
        query=asked.query,
        kind="xlsx",
        language=exchange.words.language,
        at=exchange.now,
        send_to=exchange.incoming.chat_id,
    )
    exchange.answer_press(exchange.words("rekap.file_comes"))
    return Handled(Outcome.COMMAND, "rekap")


def _run(exchange: Exchange, text: str) -> Handled:
    exchange.somebody.must(Permission.SEE_OWN_REPORT)
    if not exchange.incoming.private:
        return exchange.refuse(exchange.words("rekap.private"), "rekap.private")
    try:
        asked = asked_in(text, exchange.words.local(exchange.now).date())
    except InvalidValue as error:
        return exchange.refuse(exchange.words("rekap.unknown"), error.code)
    return _show(exchange, asked)


def _pressed(exchange: Exchange, text: str) -> Asked | None:
    if not exchange.somebody.may(Permission.SEE_OWN_REPORT) or not exchange.incoming.private:
        return None
    try:
        return Asked.parse(text)
    except InvalidValue:
        return None


def _show(exchange: Exchange, asked: Asked) -> Handled:
    figures = recap(exchange.uow, asked, exchange.somebody, exchange.now, exchange.zone)
    today = exchange.words.local(exchange.now).date()
    beside = [asked.previous, asked.next if asked.next and asked.next.first <= today else None]
    around = [Button(_label(exchange, one), f"{SHOW}:{one.text}") for one in beside if one is not None]
    other = Asked.month(asked.last) if asked.span is Span.DAY else Asked.day(min(asked.last, today))
    more = [
        Button(_label(exchange, other), f"{SHOW}:{other.text}"),
        Button(exchange.words("rekap.button_file"), f"{FILE}:{asked.text}"),
    ]
    exchange.reply(recap_text(figures, exchange.words), [around, more])
    return Handled(Outcome.COMMAND, "rekap")


def _label(exchange: Exchange, asked: Asked) -> str:
    words = exchange.words
    if asked.span is Span.MONTH:
        return words.month(asked.first)
    day = words.short_date(asked.first)
    return day if asked.span is Span.DAY else f"{day} – {words.short_date(asked.last)}"


REKAP = Command(name="rekap", run=_run, permission=Permission.SEE_OWN_REPORT)
