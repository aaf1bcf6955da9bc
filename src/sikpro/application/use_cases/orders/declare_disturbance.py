"""Declare a disturbance: tie all open orders in its scope, and answer all their technicians once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from attrs import frozen

from sikpro.application.i18n import words_in
from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import status_named
from sikpro.application.use_cases.catalogue.typed_values import box_typed, patterns_of
from sikpro.application.use_cases.messages.message_about_orders import Reader, by_chat, put_about_orders
from sikpro.application.use_cases.messages.notify_owner import notify_owner
from sikpro.application.use_cases.orders.change_status import checked_text
from sikpro.application.use_cases.orders.list_orders import every_order
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.disturbance import Disturbance, Scope, feeder_typed, scopes_of
from sikpro.domain.errors import ConcurrencyConflict, DomainError, InvalidFields, InvalidValue, NotFound, NotPermitted
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import OPEN
from sikpro.domain.text import compact, one_line

DISTURBANCE_ENTRIES = ("scope", "place", "status", "text")
"""The entries of the form. `status` is a held-up status for the orders in the queue, or "" to leave them there."""

PLACES_FROM = 1_000
"""From so many of the newest open orders the places to choose from are collected."""


@frozen(kw_only=True)
class Affected:
    """What a disturbance touches: its open orders, oldest first.

    `to_move` are those in the queue, which get its status, if it has one. `in_hand` are those that a helpdesk has; they
    stay, as those do that are held up already. `heard` has the orders by the chats that get a message.
    """

    disturbance: Disturbance
    rows: tuple[OrderRow, ...]
    heard: Mapping[Reader, Sequence[OrderRow]]

    @property
    def chats(self) -> int:
        """The number of chats that get a message."""
        return len(self.heard)

    @property
    def silent(self) -> int:
        """The number of orders of which no chat hears."""
        return len(self.rows) - len({row.id for some in self.heard.values() for row in some})

    @property
    def to_move(self) -> tuple[OrderRow, ...]:
        """The orders in the queue that get its status."""
        return tuple(row for row in self.rows if row.phase.waits) if self.disturbance.status else ()

    @property
    def in_hand(self) -> tuple[OrderRow, ...]:
        """The orders that a helpdesk has."""
        return tuple(row for row in self.rows if row.holder is not None)

    @property
    def newest(self) -> int:
        """The id of the order added last, 0 when there is none."""
        return max((row.id for row in self.rows), default=0)


def may_declare(by: Person) -> bool:
    """Whether a person may declare and end disturbances: who works orders, or leads."""
    return by.may(Permission.WORK) or by.may(Permission.LEAD)


@frozen(order=True)
class Place:
    """A place that may be disturbed, and how many of the open orders are there."""

    scope: Scope
    place: str
    orders: int


def disturbed_places(uow: UnitOfWork) -> tuple[Place, ...]:
    """Return the places of the newest open orders: STOs, feeders and boxes, those with the most orders first."""
    rows = uow.order_queries.page(OrderFilter(phases=OPEN), sort=Sort.NEWEST, after=None, limit=PLACES_FROM)
    found = Counter((scope, place) for row in rows for scope, place in scopes_of(row.sto, row.odp))
    ranked = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return tuple(Place(scope, place, count) for (scope, place), count in ranked)


def affected_by(uow: UnitOfWork, typed: Mapping[str, str], by: Person, now: datetime) -> Affected:
    """Return what a typed disturbance would touch; nothing changes. Raises `NotPermitted`, `InvalidFields`."""
    if not may_declare(by):
        raise NotPermitted(permission=Permission.WORK)
    disturbance = _understood(uow, typed, by, now)
    rows = tuple(row for row in every_order(uow, _near(disturbance)) if disturbance.touches(row.sto, row.odp))
    return Affected(disturbance=disturbance, rows=rows, heard=by_chat(uow, rows))


def declare_disturbance(
    uow: UnitOfWork, typed: Mapping[str, str], by: Person, now: datetime, *, shown: tuple[int, int], zone: str
) -> Disturbance:
    """Declare a disturbance, give its status to the orders in the queue, and send each chat one message.

    `shown` is the number of orders that the person was shown and the id of the newest. Raises `NotPermitted`,
    `InvalidFields`, `AlreadyUsed` while one is open at this place, and `ConcurrencyConflict` when the orders are no
    longer those that were shown, or when one changes meanwhile.
    """
    affected = affected_by(uow, typed, by, now)
    if (len(affected.rows), affected.newest) != shown:
        raise ConcurrencyConflict(number=affected.disturbance.place)
    disturbance = uow.disturbances.add(affected.disturbance)
    moved = {row.id for row in affected.to_move}
    for row in affected.rows:
        if row.id in moved:
            status = status_named(uow, disturbance.status)
            change = uow.orders.get(row.id).move_to(status, by.id, now, feedback=disturbance.text)
            record_change(uow, change, by.id)
        uow.disturbances.tie(disturbance.id, row.id, now, moved=row.id in moved)
    if moved:
        notify_owner(uow, disturbance.status, sorted(moved), now, by=by.name, feedback=disturbance.text, zone=zone)
    now_so = {again.id: again for order_id in moved if (again := uow.order_queries.row(order_id))}
    for chat, heard in affected.heard.items():
        some = [now_so.get(row.id, row) for row in heard]
        words = words_in(chat.language, zone)
        head = [words("disturbance.head", place=disturbance.place, text=disturbance.text)]
        foot = [words("disturbance.wait")]
        put_about_orders(uow, chat.chat_id, head, some, words, now, foot=foot, topic=chat.topic)
    data = {"scope": disturbance.scope.value, "place": disturbance.place, "orders": str(len(affected.rows))}
    uow.journal.note("disturbance_declared", str(disturbance.id), by.id, now, data)
    return disturbance


def _near(disturbance: Disturbance) -> OrderFilter:
    """Return a filter that leaves out no order in the scope."""
    match disturbance.scope:
        case Scope.BOX:
            return OrderFilter(phases=OPEN, odp=disturbance.place)
        case Scope.FEEDER:
            return OrderFilter(phases=OPEN, text=f"{disturbance.place}/")
        case Scope.STO:
            return OrderFilter(phases=OPEN, sto=disturbance.place)


def _understood(uow: UnitOfWork, typed: Mapping[str, str], by: Person, now: datetime) -> Disturbance:
    errors: dict[str, DomainError] = {}
    scope, place, status, text = Scope.BOX, "", typed.get("status", ""), ""
    try:
        scope = Scope(typed.get("scope", ""))
    except ValueError:
        errors["scope"] = InvalidValue("field.missing", "")
    try:
        scope, place = _place(uow, scope, typed.get("place", ""))
    except InvalidValue as error:
        errors["place"] = error
    try:
        if status and not status_named(uow, status).phase.held_up:
            raise NotFound(what="status", name=status[:64])
    except NotFound as error:
        errors["status"] = error
    try:
        text = checked_text(typed.get("text", ""))
        if not text:
            raise InvalidValue("field.missing", "")
    except InvalidValue as error:
        errors["text"] = error
    if errors:
        raise InvalidFields(errors)
    return Disturbance(id=0, scope=scope, place=place, status=status, text=text, declared_by=by.id, declared_at=now)


def _place(uow: UnitOfWork, scope: Scope, text: str) -> tuple[Scope, str]:
    """Parse a place of the chosen scope, or one of another scope that has open orders."""
    if not one_line(text):
        raise InvalidValue("field.missing", "")
    try:
        return scope, _place_of(uow, scope, text)
    except InvalidValue:
        here = {(one.scope, one.place) for one in disturbed_places(uow)}
        for other in Scope:
            with suppress(InvalidValue):
                place = _place_of(uow, other, text)
                if (other, place) in here:
                    return other, place
        raise


def _place_of(uow: UnitOfWork, scope: Scope, text: str) -> str:
    match scope:
        case Scope.BOX:
            return _box(uow, text)
        case Scope.FEEDER:
            return feeder_typed(text)
        case Scope.STO:
            code, stos = compact(text), uow.catalogue.stos()
            if code not in {row.code for row in stos}:
                code = next((row.code for row in stos if code in {f"STO{row.code}", compact(row.name)}), code)
            if code not in {row.code for row in stos}:
                raise InvalidValue("sto.unknown", one_line(text))
            return code


def _box(uow: UnitOfWork, text: str) -> str:
    """Parse a box; people write it without its prefix too: `SDA-003`, `SDA-FAB/12`."""
    try:
        return box_typed(uow, text).value
    except InvalidValue:
        for prefix in patterns_of(uow).box_prefixes:
            with suppress(InvalidValue):
                return box_typed(uow, f"{prefix}-{one_line(text)}").value
        raise
