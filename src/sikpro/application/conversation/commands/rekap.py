"""`/rekap`: the recap of a day, a week, a month or any period, as text, and as a picture or a file by a button."""

from urllib.parse import urlencode

from attrs import evolve

from sikpro.application.conversation.commands.command import Command
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.ports.chat import Button
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.security_events import EventKind
from sikpro.application.reports.explain import explained, sentences
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.application.reports.recap_text import recap_text
from sikpro.application.reports.typed_query import filters_known, typed_query
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission

SHOW, FILE, PICTURE = "rk", "rf", "rg"
"""The verbs of the buttons: `rk:2026-11-24` shows that period's recap, `rf:2026-11~sto=SDA` sends a filtered file, and
`rg:` its picture."""


def press_recap(context: Context, rest: str) -> Handled | None:
    """Show another period; return None when the button has none."""
    query = _pressed(context, rest)
    return None if query is None else _show(context, query)


def press_file(context: Context, rest: str) -> Handled | None:
    """Queue a period's Excel file to be sent here; return None when the button has none."""
    return _queue(context, rest, "xlsx", "rekap.file_comes")


def press_picture(context: Context, rest: str) -> Handled | None:
    """Queue a period's picture to be sent here; return None when the button has none."""
    return _queue(context, rest, "png", "rekap.picture_comes")


def _queue(context: Context, rest: str, kind: str, answer: str) -> Handled | None:
    query = _pressed(context, rest)
    if query is None:
        return None
    context.uow.exports.ask(
        person=context.somebody.id,
        query=query.encoded,
        kind=kind,
        language=context.words.language,
        at=context.now,
        send_to=context.incoming.chat_id,
        topic=context.incoming.topic,
    )
    said = f"{kind}, Telegram {context.incoming.chat_id}"
    record_event(
        context.uow, EventKind.EXPORT_REQUESTED, context.somebody, context.now, object=query.encoded, details=said
    )
    context.answer_press(context.words(answer))
    return Handled(Outcome.COMMAND, "rekap")


def _run(context: Context, text: str) -> Handled:
    context.somebody.must(Permission.VIEW_OWN_REPORT)
    if not context.incoming.private:
        return context.refuse(context.words("rekap.private"), "rekap.private")
    try:
        query = typed_query(text, context.words.local(context.now).date(), filters_known(context.uow))
    except InvalidValue as error:
        return context.refuse(context.words("rekap.unknown"), error.code)
    return _show(context, query)


def _pressed(context: Context, text: str) -> RecapQuery | None:
    if not context.somebody.may(Permission.VIEW_OWN_REPORT) or not context.incoming.private:
        return None
    period, _, filters = text.partition("~")
    try:
        return RecapQuery.decode(f"period={period}&{filters}")
    except InvalidValue:
        return None


def _show(context: Context, query: RecapQuery) -> Handled:
    figures = recap(context.uow, query, context.somebody, context.now, context.zone)
    today = context.words.local(context.now).date()
    beside = [query.previous, query.next if query.next and query.next.first <= today else None]
    around = [Button(_label(context, one), _data(SHOW, one)) for one in beside if one is not None]
    other = RecapQuery.month(query.last) if query.span is Span.DAY else RecapQuery.day(min(query.last, today))
    other = evolve(other, filters=query.filters)
    more = [
        Button(_label(context, other), _data(SHOW, other)),
    ]
    files = [
        Button(context.words("rekap.button_picture"), _data(PICTURE, query)),
        Button(context.words("rekap.button_file"), _data(FILE, query)),
    ]
    said = explained(context.uow, figures, context.somebody, context.now, context.zone)
    context.reply(recap_text(figures, context.words, sentences(said, context.words)), [around, more, files])
    return Handled(Outcome.COMMAND, "rekap")


def _data(verb: str, query: RecapQuery) -> str:
    return f"{verb}:{query.text}" + (f"~{urlencode(query.filters)}" if query.filters else "")


def _label(context: Context, query: RecapQuery) -> str:
    words = context.words
    if query.span is Span.MONTH:
        return words.month(query.first)
    day = words.short_date(query.first)
    return day if query.span is Span.DAY else f"{day} – {words.short_date(query.last)}"


REKAP = Command(name="rekap", run=_run, permission=Permission.VIEW_OWN_REPORT)
