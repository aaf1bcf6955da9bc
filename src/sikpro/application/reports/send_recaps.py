"""Recaps that are sent automatically: each once, and late rather than never."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.i18n import Words, words_in
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.reports.closing import Write
from sikpro.application.reports.explain import explained, sentences
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from sikpro.application.reports.recap_text import recap_text
from sikpro.domain.people import Permission, Person

LATE = timedelta(minutes=15)
"""A recap sent later than this says that it is late."""

MADE_UP = 62
"""Missed recaps of this many past days are sent later."""

NO_TELEGRAM = "no_telegram"
NOT_PERMITTED = "not_permitted"


@frozen
class Due:
    """A recap that a schedule must send, and its due time."""

    query: RecapQuery
    at: datetime


def due_recaps(schedule: Schedule, now: datetime, zone: ZoneInfo) -> tuple[Due, ...]:
    """Return the recaps due by now that a schedule has not sent, the oldest first; none from before it was made."""
    today = now.astimezone(zone).date()
    first = max(schedule.made_at.astimezone(zone).date(), today - timedelta(days=MADE_UP))
    if schedule.sent_for > _newest(schedule, today):
        # A clock that was ahead sent recaps of days to come. Nobody knows which others: begin again today.
        schedule, first = evolve(schedule, sent_for=""), max(first, today)
    owed: list[Due] = []
    for back in range((today - first).days + 1):
        day = first + timedelta(days=back)
        at = datetime.combine(day, schedule.at, tzinfo=zone)
        query = _query(schedule, day)
        if query is not None and schedule.made_at < at <= now and query.text > schedule.sent_for:
            owed.append(Due(query, at))
    return tuple(owed)


def next_recap(uow: UnitOfWork, now: datetime, zone: str) -> Write | None:
    """Count the oldest due recap of the first schedule with one, and return the function that sends it, or None.

    One transaction sends and records it, so it is sent once. If its schedule changed since the count, it is not sent.
    """
    for schedule in uow.schedules.all():
        if schedule.active:
            for due in due_recaps(schedule, now, ZoneInfo(zone)):
                return _sending(uow, schedule, due, now, zone)
    return None


def recap_now(uow: UnitOfWork, schedule_id: int, by: Person, now: datetime, zone: str) -> Write | None:
    """Count a schedule's recap of now, and return the function that sends it to `by`; None if they have no Telegram.

    Raises `NotPermitted`, `NotFound`.
    """
    by.must(Permission.VIEW_REPORTS)
    schedule = uow.schedules.get(schedule_id)
    chat_id = by.telegram_id
    if chat_id is None:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    days = {
        Frequency.MONTH: today.replace(day=1),
        Frequency.WEEK: today - timedelta(days=today.weekday()),
    }
    query = _query(schedule, days.get(schedule.rhythm, today))
    assert query is not None  # on these days there is a recap to send
    text = recap_message(uow, query, by, words_in(schedule.language, zone), now)

    def write(uow: UnitOfWork) -> None:
        post_recap(uow, query, text, by, chat_id, schedule.language, now, **_with(schedule))

    return write


def recap_message(uow: UnitOfWork, query: RecapQuery, by: Person, words: Words, now: datetime) -> str:
    """Count a recap and return it as a chat message. Raises `NotPermitted`."""
    figures = recap(uow, query, by, now, str(words.zone))
    return recap_text(figures, words, sentences(explained(uow, figures, by, now, str(words.zone)), words))


def post_recap(
    uow: UnitOfWork,
    query: RecapQuery,
    text: str,
    by: Person,
    chat_id: int,
    language: str,
    now: datetime,
    *,
    with_file: bool,
    with_picture: bool = False,
    topic: int | None = None,
) -> int:
    """Queue a recap's text for a chat and its topic, then its picture and its file if wanted.

    Return the text's outbox id.
    """
    message = uow.outbox.put(Outgoing(chat_id=chat_id, text=text, bulk=True, topic=topic), now)
    for kind, wanted in (("png", with_picture), ("xlsx", with_file)):
        if wanted:
            uow.exports.ask(
                person=by.id,
                query=query.encoded,
                kind=kind,
                language=language,
                at=now,
                send_to=chat_id,
                topic=topic,
            )
    uow.announce(Hint(Kind.OUTBOX, (message,)))
    return message


def receiver(uow: UnitOfWork, schedule: Schedule) -> tuple[int, Person] | str:
    """Return a schedule's chat and the person whose permissions apply; else the code of the reason for none."""
    answers = uow.people.get(schedule.person if schedule.person is not None else schedule.made_by)
    if not answers.may(Permission.VIEW_REPORTS):
        return NOT_PERMITTED
    chat_id = schedule.chat_id if schedule.person is None else answers.telegram_id
    return (chat_id, answers) if chat_id else NO_TELEGRAM


def _with(schedule: Schedule) -> dict[str, bool]:
    return {"with_file": schedule.with_file, "with_picture": schedule.with_picture}


def _newest(schedule: Schedule, today: date) -> str:
    """Return the name of the newest recap that can be sent by a day."""
    queries = (_query(schedule, today - timedelta(days=back)) for back in range(32))
    return max((query.text for query in queries if query), default="")


def _query(schedule: Schedule, day: date) -> RecapQuery | None:
    """Return the query to send on a day; None on a day without."""
    before = day - timedelta(days=1)
    query: RecapQuery | None = None
    match schedule.rhythm:
        case Frequency.TODAY:
            query = RecapQuery.day(day)
        case Frequency.YESTERDAY:
            query = RecapQuery.day(before)
        case Frequency.WEEK if day.weekday() == 0:
            query = RecapQuery.week(before)
        case Frequency.MONTH if day.day == 1:
            query = RecapQuery.month(before)
        case _:
            return None
    filters = {"sto": schedule.sto, "site_operation": schedule.site_operation}
    return evolve(query, filters={name: value for name, value in filters.items() if value})


def _sending(uow: UnitOfWork, schedule: Schedule, due: Due, now: datetime, zone: str) -> Write:
    """Count one recap, and return the function that sends and records it."""
    to = receiver(uow, schedule)
    noted = evolve(schedule, sent_for=due.query.text, message=None, trouble=to if isinstance(to, str) else "")
    text = ""
    if not isinstance(to, str):
        words = words_in(schedule.language, zone)
        head = words("schedule.late", time=words.moment(due.at, now)) if now - due.at > LATE else ""
        text = "\n".join(filter(None, (head, recap_message(uow, due.query, to[1], words, now))))

    def write(uow: UnitOfWork) -> None:
        if schedule not in uow.schedules.all() or receiver(uow, schedule) != to:
            return
        message = None
        if not isinstance(to, str):
            chat_id, by = to
            message = post_recap(
                uow, due.query, text, by, chat_id, schedule.language, now, topic=schedule.topic, **_with(schedule)
            )
        uow.schedules.put(evolve(noted, message=message))

    return write
