"""A shift: what each helpdesk took, answered and left between two times, by the journal."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from attrs import define, field, frozen

from sikpro.application.ports.archives import Archive
from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.shift_handovers import ShiftHandover
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.events import OrderAssigned, OrderReopened, OrderTaken, StatusChanged, StatusUndone, WordsSent
from sikpro.domain.people import Permission

MOST_SET_ASIDE = 1000
MOST_HELD = 999


@frozen(kw_only=True)
class ShiftRow:
    """The shift of one helpdesk, or of all (`person` is None).

    `taken` counts orders taken and given by others, `answered` new statuses, reopenings and texts, without undone ones;
    `completed` are those that ended well. `median` is the time from taking an order to its next answer, over orders
    that were taken in the shift; None without any. `held` are the orders in hand now, `handed` those handed over in the
    shift, `set_aside` how often each reason was given ("" is a time).
    """

    person: int | None
    name: str
    taken: int
    answered: int
    completed: int
    median: timedelta | None
    held: int
    handed: int
    set_aside: Mapping[str, int]


@frozen(kw_only=True)
class Shift:
    """The helpdesks of a shift by name, all together, and the handovers with their notes.

    `archived` have steps from these times, which are not counted here.
    """

    rows: Sequence[ShiftRow]
    together: ShiftRow
    handovers: Sequence[ShiftHandover]
    names: Mapping[int, str]
    archived: Sequence[Archive] = ()


@define
class _Work:
    taken: int = 0
    answered: int = 0
    completed: int = 0
    spans: list[timedelta] = field(factory=list[timedelta])
    set_aside: Counter[str] = field(factory=Counter[str])
    handed: int = 0


def shift(uow: UnitOfWork, start: datetime, end: datetime, own: int | None = None) -> Shift:
    """Return the shift from a time until before another; `own` limits it to one person.

    An order that was taken before the shift gives no time from taking to answer.
    """
    work = _worked(uow, start, end)
    latest = end.year + ((end.month, end.day) == (12, 31))  # in any zone
    handovers = [one for one in uow.shift_handovers.between(start, end) if own is None or own in (one.by, one.to)]
    for one in handovers:
        work.setdefault(one.by, _Work()).handed += len(one.orders)
    for aside in uow.set_aside.since(start, MOST_SET_ASIDE):
        if aside.at < end:
            work.setdefault(aside.by, _Work()).set_aside[aside.reason] += 1
    names = {person.id: person.name for person in uow.people.all()}
    for person in uow.people.all():
        if person.role and person.may(Permission.WORK) and _held(uow, person.id):
            work.setdefault(person.id, _Work())
    rows = [
        _row(person, names.get(person, ""), done, _held(uow, person))
        for person, done in work.items()
        if own is None or person == own
    ]
    whole = _Work(
        taken=sum(row.taken for row in rows),
        answered=sum(row.answered for row in rows),
        completed=sum(row.completed for row in rows),
        spans=[span for person, done in work.items() if own is None or person == own for span in done.spans],
        set_aside=sum((Counter(row.set_aside) for row in rows), Counter()),
        handed=sum(row.handed for row in rows),
    )
    return Shift(
        rows=sorted(rows, key=lambda row: (-row.answered, row.name)),
        together=_row(None, "", whole, sum(row.held for row in rows)),
        handovers=handovers,
        names=names,
        archived=[one for one in uow.archives.all() if one.written_at and start < one.before and one.year <= latest],
    )


def _worked(uow: UnitOfWork, start: datetime, end: datetime) -> dict[int, _Work]:
    """Go through the journal of the shift: who took what, and who answered."""
    work: dict[int, _Work] = {}
    in_hand: dict[int, tuple[int, datetime]] = {}
    answers: dict[int, list[tuple[int, bool]]] = {}
    for entry in uow.journal.acted(start, end):
        event, actor = entry.event, entry.actor
        assert actor is not None
        match event:
            case OrderTaken(holder=holder) | OrderAssigned(holder=holder):
                work.setdefault(holder, _Work()).taken += 1
                in_hand[event.order_id] = holder, event.at
            case StatusChanged() | OrderReopened() | WordsSent():
                done = work.setdefault(actor, _Work())
                done.answered += 1
                well = isinstance(event, StatusChanged) and event.state.phase.ends_well
                done.completed += well
                if not isinstance(event, WordsSent):
                    answers.setdefault(event.order_id, []).append((actor, well))
                holder, since = in_hand.pop(event.order_id, (0, event.at))
                if holder == actor:
                    done.spans.append(event.at - since)
            case StatusUndone() if answers.get(event.order_id):
                person, well = answers[event.order_id].pop()
                work[person].answered -= 1
                work[person].completed -= well
            case _:
                pass
    return work


def _row(person: int | None, name: str, work: _Work, held: int) -> ShiftRow:
    spans = sorted(work.spans)
    return ShiftRow(
        person=person,
        name=name,
        taken=work.taken,
        answered=work.answered,
        completed=work.completed,
        median=spans[ceil(len(spans) / 2) - 1] if spans else None,
        held=held,
        handed=work.handed,
        set_aside=dict(work.set_aside),
    )


def _held(uow: UnitOfWork, person: int) -> int:
    return uow.order_queries.count(OrderFilter(holder=person), MOST_HELD)
