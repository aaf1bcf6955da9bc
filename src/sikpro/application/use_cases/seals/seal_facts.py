"""Seal the facts that are new, and hand out the latest seal once a day: to the log and to supervisors' chats."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person, Role
from sikpro.domain.seals import Seal

_log = structlog.get_logger("sikpro.seals")

MOST = 5_000
"""The most facts of one seal."""

APART = timedelta(minutes=2)
"""The least time between two seals, unless so many facts wait that one seal does not take them all."""

HANDED_OUT_AT = time(8)
"""The local time from which the latest seal is handed out."""

SEAL, DAY = "seal", "seal_day"
"""The kinds of reminders: that a seal was handed out (on its own day), and that one was on a day."""


def seal_facts(uow: UnitOfWork, now: datetime, zone: str) -> Seal | None:
    """Seal the facts above the last seal, if there are any and nobody is writing some; return the seal."""
    hand_out(uow, now, zone)
    following = next_seal(uow, now, zone, apart=timedelta())
    return following(uow) if following else None


def next_seal(
    uow: UnitOfWork, now: datetime, _: str, *, apart: timedelta = APART
) -> Callable[[UnitOfWork], Seal | None] | None:
    """Compute the seal over the facts above the last one, and return what saves it; None where it is not time.

    Facts never change, so only what came between must be looked for when it is saved: another seal, or a fact of a
    transaction that ended late. Then nothing is saved, and the next run begins anew.
    """
    before = uow.seals.last()
    facts = uow.seals.facts(before.last if before else 0, MOST)
    if not facts or (before and len(facts) < MOST and abs(now - before.made_at) < apart):
        return None
    seal, digests = Seal.over(facts, before, now)

    def write(uow: UnitOfWork) -> Seal | None:
        if not uow.seals.stop_writers() or uow.seals.last() != before:
            return None
        if uow.seals.how_many(before.last if before else 0, seal.last) != seal.count:
            return None
        uow.seals.add(seal, digests)
        return seal

    return write


def hand_out(uow: UnitOfWork, now: datetime, zone: str) -> bool:
    """Write the latest seal to the log and to the chats of supervisors, each seal once and one a day.

    Without a supervisor on Telegram the admins get it. Who keeps it can show later whether facts were changed.
    """
    local = now.astimezone(ZoneInfo(zone))
    seal = uow.seals.last()
    if seal is None or local.time() < HANDED_OUT_AT:
        return False
    own_day = seal.made_at.astimezone(ZoneInfo(zone)).date()
    if uow.reminders.sent(DAY, local.date()) or not uow.reminders.first(SEAL, str(seal.number), own_day, now):
        return False
    uow.reminders.first(DAY, str(seal.number), local.date(), now)
    for person, chat in _keepers(uow):
        words = words_in(person.language, zone)
        text = words(
            "seals.message",
            number=seal.number,
            short=seal.short,
            hash=seal.hash,
            until=words.moment(seal.made_at, now),
        )
        uow.outbox.put(Outgoing(chat_id=chat, text=text, bulk=True), now)
    if structlog.is_configured():
        _log.info("seal", number=seal.number, hash=seal.hash, last_fact=seal.last, made_at=seal.made_at.isoformat())
    return True


def _keepers(uow: UnitOfWork) -> list[tuple[Person, int]]:
    people = [(one, one.telegram_id) for one in uow.people.all() if one.active and one.telegram_id]
    for role in (Role.SUPERVISOR, Role.ADMIN):
        found = [(one, chat) for one, chat in people if one.role is role and chat]
        if found:
            return found
    return []
