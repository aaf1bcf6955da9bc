"""Set up the recaps that are sent automatically."""

from datetime import datetime, time

from attrs import evolve

from sikpro.application.ports.schedules import Frequency, Schedule
from sikpro.application.ports.security_events import EventKind
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.people.known_groups import group_in, possible_groups
from sikpro.application.use_cases.people.record_event import record_event
from sikpro.domain.errors import InvalidFields, InvalidValue
from sikpro.domain.people import Permission, Person

MOST = 100
"""The most schedules."""


def possible_receivers(uow: UnitOfWork) -> tuple[Person, ...]:
    """Return the people who may get a recap: they may view reports and are connected to Telegram; by name."""
    people = (one for one in uow.people.all() if one.may(Permission.VIEW_REPORTS) and one.telegram_id is not None)
    return tuple(sorted(people, key=lambda one: one.name))


def possible_parts(uow: UnitOfWork) -> tuple[tuple[str, str], ...]:
    """Return what a recap may be narrowed to, as `sto:<code>` or `site_operation:<code>` with its name."""
    return (
        *((f"site_operation:{row.code}", row.name) for row in uow.catalogue.site_operations() if row.active),
        *((f"sto:{row.code}", f"STO {row.code}") for row in uow.catalogue.stos() if row.active),
    )


def add_schedule(
    uow: UnitOfWork,
    *,
    rhythm: str,
    at: str,
    to: str,
    language: str,
    with_file: bool,
    by: Person,
    now: datetime,
    of: str = "",
    with_picture: bool = False,
) -> Schedule:
    """Start sending a recap automatically. `at` is `17:00` in the installation's zone.

    `to` is a person, `person:<id>`, or one of `possible_groups`. `of` narrows the recap: `sto:<code>` or
    `site_operation:<code>`. Raises `NotPermitted`, and `InvalidFields` with the errors by entry.
    """
    by.must(Permission.VIEW_REPORTS)
    known = dict(possible_groups(uow))
    people = {f"person:{one.id}": one.name for one in possible_receivers(uow)}
    wrong = {
        "rhythm": rhythm not in set(Frequency),
        "at": _time(at) is None,
        "to": to not in known | people,
        "language": language not in {"id", "en"},
        "of": of != "" and of not in dict(possible_parts(uow)),
    }
    given = {"rhythm": rhythm, "at": at, "to": to, "language": language, "of": of}
    if any(wrong.values()):
        raise InvalidFields({name: InvalidValue(f"schedule.{name}", given[name]) for name in wrong if wrong[name]})
    if len(uow.schedules.all()) >= MOST:
        raise InvalidValue("schedule.too_many", str(MOST))
    kind, _, number = to.partition(":")
    chat_id, topic = group_in(to)
    part, _, code = of.partition(":")
    schedule = Schedule(
        rhythm=Frequency(rhythm),
        at=_time(at) or time(),
        person=int(number) if kind == "person" else None,
        chat_id=chat_id,
        topic=topic,
        label=(known | people)[to],
        language=language,
        with_file=with_file,
        with_picture=with_picture,
        sto=code if part == "sto" else "",
        site_operation=code if part == "site_operation" else "",
        made_by=by.id,
        made_at=now,
    )
    if any(_same(one, schedule) for one in uow.schedules.all()):
        raise InvalidFields({"to": InvalidValue("schedule.twice", schedule.label)})
    kept = uow.schedules.add(schedule)
    uow.journal.note(
        "schedule_added", str(kept.id), by.id, now, {"rhythm": rhythm, "at": at, "to": to} | ({"of": of} if of else {})
    )
    record_event(uow, EventKind.SETTINGS_CHANGED, by, now, object="/schedules", details=f"{kept.label}: {rhythm} {at}")
    return kept


def switch_schedule(uow: UnitOfWork, schedule_id: int, by: Person, now: datetime, *, active: bool) -> Schedule:
    """Stop or restart a schedule. Recaps due in between are not sent later. Raises `NotPermitted`, `NotFound`."""
    by.must(Permission.VIEW_REPORTS)
    before = uow.schedules.get(schedule_id)
    changed = evolve(before, active=active, made_at=now if active and not before.active else before.made_at)
    uow.schedules.put(changed)
    uow.journal.note("schedule_switched", str(schedule_id), by.id, now, {"active": "yes" if active else "no"})
    said = f"{changed.label}: {'on' if active else 'off'}"
    record_event(uow, EventKind.SETTINGS_CHANGED, by, now, object="/schedules", details=said)
    return changed


def drop_schedule(uow: UnitOfWork, schedule_id: int, by: Person, now: datetime) -> None:
    """Delete a schedule. Raises `NotPermitted`, `NotFound`."""
    by.must(Permission.VIEW_REPORTS)
    label = uow.schedules.get(schedule_id).label
    uow.schedules.drop(schedule_id)
    uow.journal.note("schedule_dropped", str(schedule_id), by.id, now, {})
    record_event(uow, EventKind.SETTINGS_CHANGED, by, now, object="/schedules", details=f"{label}: -")


def follow_group(uow: UnitOfWork, before: int, after: int) -> None:
    """Send to a group under its new id, after it became a supergroup."""
    for schedule in uow.schedules.all():
        if schedule.chat_id == before:
            uow.schedules.put(evolve(schedule, chat_id=after))
    for owner in uow.owners.all():
        if owner.chat_id == before:
            uow.owners.put(evolve(owner, chat_id=after))


def _same(one: Schedule, other: Schedule) -> bool:
    """Whether two schedules send the same recap to the same chat, at any time: one is a duplicate."""
    return _identity(one) == _identity(other)


def _identity(one: Schedule) -> tuple[object, ...]:
    return one.rhythm, one.person, one.chat_id, one.topic, one.sto, one.site_operation


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None
