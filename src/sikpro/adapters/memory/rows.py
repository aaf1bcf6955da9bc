"""Orders as flat rows, and the check against a filter."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sikpro.adapters.memory.store import State
from sikpro.application.ports.queries import NOBODY, UNKNOWN, OrderFilter, OrderRow, PastLimit
from sikpro.domain.order import Order
from sikpro.domain.period import Period
from sikpro.domain.phase import Turn
from sikpro.domain.promise import PROMISE, received_when_due_in
from sikpro.domain.search_text import found, search_term


class Names:
    """The names of codes and ids, looked up once per query."""

    def __init__(self, state: State) -> None:
        people = list(state.people.values())
        self.people = {person.id: person.name for person in people}
        self.technicians = {person.technician_code: person.name for person in people if person.technician_code}
        self.site_operations = {sto.code: sto.site_operation for sto in state.stos.values()}
        self.groups = {status.code: status.group for status in state.statuses.values()}

    def row(self, order: Order) -> OrderRow:
        """Return the order as a row."""
        data = order.data
        return OrderRow(
            id=order.id,
            number=order.number,
            type=data.type,
            serial=data.serial.value,
            sto=data.sto.value,
            site_operation=self.site_operations.get(data.sto.value, ""),
            odp=data.odp.value,
            technician=data.technician.value,
            technician_name=self.technicians.get(data.technician.value, ""),
            texts=data.texts,
            channel=order.channel.value,
            phase=order.phase,
            status=order.status,
            turn=order.turn,
            turn_since=order.clock.since,
            spent=order.clock.spent,
            holder=order.holder,
            holder_name=self.people.get(order.holder or 0, ""),
            helpdesk=order.helpdesk,
            helpdesk_name=self.people.get(order.helpdesk or 0, ""),
            received_at=order.received_at,
            changed_at=order.changed_at,
            claimed_until=order.claimed_until,
            first_action_at=order.first_action_at,
            finished_at=order.finished_at,
            resubmissions=order.resubmissions,
            resubmitted=order.resubmitted,
            reply_waiting=order.reply_waiting,
            nudged_at=order.nudged_at,
            last_feedback=order.last_feedback,
            last_feedback_at=order.last_feedback_at,
            place=order.place,
            deleted_at=order.deleted_at,
            version=order.version,
        )


class Wanted:
    """Checks whether an order matches a filter."""

    def __init__(self, which: OrderFilter, names: Names) -> None:
        self._which = which
        self._names = names
        self._term = search_term(which.text)

    def __call__(self, order: Order) -> bool:
        """Return whether the order matches all conditions of the filter."""
        which = self._which
        data = order.data
        wants = (
            (which.status, order.status),
            (which.type, data.type),
            (which.sto, data.sto.value),
            (which.site_operation, self._names.site_operations.get(data.sto.value) or UNKNOWN),
            (which.group, self._names.groups.get(order.status) or UNKNOWN),
            (which.technician, data.technician.value),
            (which.channel, order.channel.value),
            (which.serial, data.serial.value),
            (which.odp, data.odp.value),
        )
        return (
            (order.deleted_at is not None) == which.deleted
            and (not which.phases or order.phase in which.phases)
            and all(not wanted or wanted == value for wanted, value in wants)
            and (not which.stos or data.sto.value in which.stos)
            and (not which.types or data.type in which.types)
            and data.serial.value.startswith(which.maker)
            and (which.holder is None or which.holder == order.holder)
            and (which.helpdesk is None or which.helpdesk == (order.helpdesk or NOBODY))
            and (which.turn is None or which.turn is order.turn)
            and (which.turn_began is None or order.clock.since in which.turn_began)
            and (which.received is None or order.received_at in which.received)
            and (which.finished is None or (order.finished_at is not None and order.finished_at in which.finished))
            and (which.changed_since is None or order.changed_at >= which.changed_since)
            and (which.overdue is None or _overdue(order, which.overdue))
            and (which.newer_than is None or order.id > which.newer_than)
            and _lived(order, which)
            and (not self._term or found(self._term, data, self._names.technicians.get(data.technician.value, "")))
        )


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Return the time between the whole seconds of two times."""
    return end.replace(microsecond=0) - start.replace(microsecond=0)


def in_seconds(span: timedelta) -> timedelta:
    """Return the whole seconds of a span."""
    return timedelta(seconds=span // timedelta(seconds=1))


def _lived(order: Order, which: OrderFilter) -> bool:
    took = None if order.finished_at is None else elapsed(order.received_at, order.finished_at)
    return (
        _at_hour(order.received_at, which.hour)
        and _at_hour(order.finished_at, which.finished_hour)
        and (not which.acted or order.first_action_at is not None)
        and (which.waited is None or which.waited in order.clock.spent)
        and (which.took_at_most is None or (took is not None and took <= which.took_at_most))
        and (which.took_over is None or (took is not None and took > which.took_over))
        and (which.due is None or _falls_due(order, which.due))
        and (which.in_time is None or which.in_time == (order.phase.ends_well and took is not None and took <= PROMISE))
    )


def _falls_due(order: Order, span: Period) -> bool:
    ended_well = order.phase.ends_well and order.finished_at is not None
    return (order.phase.live or ended_well) and order.received_at in received_when_due_in(span)


def _at_hour(at: datetime | None, hour: tuple[int, str] | None) -> bool:
    return hour is None or (at is not None and at.astimezone(ZoneInfo(hour[1])).hour == hour[0])


def _overdue(order: Order, limits: tuple[PastLimit, ...]) -> bool:
    limit = next((limit for limit in limits if limit.type == order.data.type), None)
    if limit is None or not order.phase.live or order.turn is not Turn.HELPDESK:
        return False
    if limit.completion is not None and order.received_at < limit.completion:
        return True
    late = limit.first_action is not None and order.received_at < limit.first_action
    return late and order.first_action_at is None
