"""What is done with one order, by its registration number."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypedDict, Unpack, cast

from sikpro.application.conversation.doubts import data_of, errors_of
from sikpro.application.conversation.known import known_in
from sikpro.application.conversation.reader.read_message import read_order
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import status_named
from sikpro.application.use_cases.catalogue.typed_values import number_meant
from sikpro.application.use_cases.messages.notify_technician import proposed_feedback
from sikpro.application.use_cases.orders.change_status import cancel_order, change_status, reopen_order
from sikpro.application.use_cases.orders.hand_over import hand_over
from sikpro.application.use_cases.orders.list_orders import list_orders
from sikpro.application.use_cases.orders.nudge_helpdesk import nudge_helpdesk
from sikpro.application.use_cases.orders.own_order import correct_order, withdraw_order
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.orders.remark_order import remark_order
from sikpro.application.use_cases.orders.remove_order import delete_order, restore_order
from sikpro.application.use_cases.orders.send_text import send_text
from sikpro.application.use_cases.orders.set_aside import put_off_order, skip_order
from sikpro.application.use_cases.orders.understand_request import typed_again
from sikpro.application.use_cases.orders.undo_status import undo_status
from sikpro.application.use_cases.orders.work_order import (
    assign_order,
    give_back_order,
    renew_claim,
    take_next,
    take_order,
)
from sikpro.domain.errors import InvalidFields, InvalidValue, NotFound
from sikpro.domain.order import Order
from sikpro.domain.order_data import Channel
from sikpro.domain.people import Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.order_search import OrderSearch, duration, understood
from sikpro.entrypoints.library.session import Group, person_named


class OrderFields(TypedDict, total=False):
    """The data of an order as somebody types it; a field that is left out stays as it is.

    `type` is the code of an order type (AO), `registration_number` the provider's number (SC32232558), `serial` that of
    the modem, `sto` the code of the exchange, `odp` the name of the ODP (ODP-SDA-003), `port` its port, `technician`
    the technician's code, and `note` a text beside them.
    """

    type: str
    registration_number: str
    serial: str
    sto: str
    odp: str
    technician: str
    note: str
    port: str


@held_as("orders")
class OrderMoves(Group):
    """What is done with one order. Every method raises `NotFound` for a number that no order has, `NotPermitted` where
    the role of who acts does not allow it, and `OrderArchived` for an order in an archive."""

    def register(self, message: str) -> Order:
        """Add an order from a technician's message and return it. Raises `InvalidFields`, `DuplicateOrder`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Order:
            known = known_in(uow)
            reading = read_order(message, known)
            if reading.doubts:
                raise InvalidFields(errors_of(reading, known.patterns))
            return register_order(uow, data_of(reading), now, sender=by, channel=Channel.LIBRARY).order

        return self._session.write(work)

    def register_order(self, **fields: Unpack[OrderFields]) -> Order:
        """Add an order from its fields and return it. Raises `InvalidFields`, `DuplicateOrder`."""
        typed = cast("dict[str, str]", fields)
        return self._session.write(
            lambda uow, by, now: register_order(uow, typed, now, sender=by, channel=Channel.LIBRARY).order
        )

    def hand_over(self, **fields: Unpack[OrderFields]) -> Person:
        """Send what is known of an order to its technician's chat, where one button registers it, and return them.

        Raises `InvalidFields`, also for a technician who is not on Telegram, and `DuplicateOrder`.
        """
        typed = cast("dict[str, str]", fields)
        return self._session.write(lambda uow, by, now: hand_over(uow, typed, by, now, zone=self._session.zone))

    def take(self, number: str) -> Order:
        """Take an order, or renew the claim on it. Raises `AlreadyTaken`, `ForbiddenMove`, `TooManyClaims`."""
        return self._session.move(number, lambda uow, order, by, now: take_order(uow, order.id, by, now))

    def take_next(self, **search: Unpack[OrderSearch]) -> Order | None:
        """Take the oldest waiting order of a search, None when none waits. Raises `TooManyClaims`, `ValueError`.

        What who acts has set aside or does not serve is left out.
        """
        found = understood(self._session, search)

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Order | None:
            which: OrderFilter = found.at(uow, now, self._session.zone)
            return take_next(uow, by, now, which)

        return self._session.write(work)

    def keep(self, number: str) -> None:
        """Renew one's claim on an order; nothing changes for somebody who does not have it."""
        self._session.move(number, lambda uow, order, by, now: renew_claim(uow, order.id, by, now, confirmed=True))

    def give_back(self, number: str) -> Order:
        """Put an order that one has back into the queue. Raises `AlreadyTaken`, `ForbiddenMove`."""
        return self._session.move(number, lambda uow, order, by, now: give_back_order(uow, order.id, by, now))

    def assign(self, number: str, to: str) -> Order:
        """Give an order to a helpdesk, by their user name: one's own, or for who leads any. Raises `ForbiddenMove`."""
        return self._session.move(
            number, lambda uow, order, by, now: assign_order(uow, order.id, person_named(uow, to).id, by, now)
        )

    def skip(self, number: str, reason: str) -> Order:
        """Leave an order to others: `not_mine`, `needs_help`, `provider_down`, `unclear` or `other`.

        Raises `AlreadyTaken`, `ForbiddenMove`, `InvalidValue` for another reason.
        """
        return self._session.move(number, lambda uow, order, by, now: skip_order(uow, order.id, reason, by, now))

    def put_off(self, number: str, until: datetime | timedelta | str) -> Order:
        """Keep an order out of one's own *next* until a time, or for a time (`30m`), at most four hours.

        Raises `AlreadyTaken`, `ForbiddenMove`, `InvalidValue` for a time that is over or too late.
        """

        def work(uow: UnitOfWork, order: Order, by: Person, now: datetime) -> Order:
            at = until if isinstance(until, datetime) else now + duration("until", until)
            return put_off_order(uow, order.id, at, by, now)

        return self._session.move(number, work)

    def change_status(self, number: str, status: str, *, feedback: str | None = None, reason: str = "") -> Order:
        """Set a status by its code (`app.catalogue.statuses()` has them) and notify the technician.

        Without `feedback` the status's own text is sent, as the console proposes it; "" sends none. Raises
        `ForbiddenMove`, `AlreadyTaken`, `ReasonRequired`, `InvalidValue` for a text that is too long, and `NotFound`
        with the known codes for another one.
        """
        return self._session.move(
            number,
            lambda uow, order, by, now: change_status(
                uow,
                order.id,
                _known(uow, status),
                by,
                now,
                reason=reason,
                feedback=_said(uow, order, status, feedback),
                zone=self._session.zone,
            ),
        )

    def answer(self, number: str, status: str, *, undo_within: timedelta | str, feedback: str | None = None) -> Order:
        """Set a status as the console does: its message waits, and until then `undo` takes both back.

        `feedback` and errors are those of `change_status`.
        """
        hold = duration("undo_within", undo_within)
        return self._session.move(
            number,
            lambda uow, order, by, now: change_status(
                uow,
                order.id,
                _known(uow, status),
                by,
                now,
                feedback=_said(uow, order, status, feedback),
                zone=self._session.zone,
                hold=hold,
            ),
        )

    def cancel(self, number: str, *, reason: str) -> Order:
        """Cancel an order with the first status for that. Raises as `change_status`."""
        return self._session.move(
            number,
            lambda uow, order, by, now: cancel_order(uow, order.id, by, now, reason=reason, zone=self._session.zone),
        )

    def undo(self, number: str) -> Order:
        """Take back one's last `answer` before its message leaves. Raises `UndoTooLate`, `DuplicateOrder`."""
        return self._session.move(number, lambda uow, order, by, now: undo_status(uow, order.id, by, now))

    def send_text(self, number: str, text: str) -> Order:
        """Write to the technician without a new status. Raises `InvalidValue`, `ForbiddenMove`."""
        return self._session.move(
            number,
            lambda uow, order, by, now: send_text(uow, order.id, by, now, text=text, zone=self._session.zone),
        )

    def remark(self, number: str, text: str) -> None:
        """Write a note to colleagues; `@username` tells one of them. Raises `InvalidFields`, `ForbiddenMove`."""
        self._session.move(
            number,
            lambda uow, order, by, now: remark_order(uow, order.id, by, now, text=text, zone=self._session.zone),
        )

    def correct(self, number: str, **fields: Unpack[OrderFields]) -> Order:
        """Replace some of an order's data; a held-up order goes back to the queue.

        Raises `InvalidFields`, `DuplicateOrder`, `NothingChanged`, `AlreadyTaken`, `ForbiddenMove`.
        """

        def work(uow: UnitOfWork, order: Order, by: Person, now: datetime) -> Order:
            typed = {**typed_again(order.data), **cast("dict[str, str]", fields)}
            return correct_order(uow, order.id, typed, by, now)

        return self._session.move(number, work)

    def nudge(self, number: str) -> Order:
        """Remind the helpdesk of one's own order. Raises `NudgedAlready`, `ForbiddenMove`."""
        return self._session.move(
            number, lambda uow, order, by, now: nudge_helpdesk(uow, order.id, by, now, zone=self._session.zone)
        )

    def withdraw(self, number: str) -> Order:
        """Cancel one's own order while nobody has it. Raises `AlreadyTaken`, `ForbiddenMove`."""
        return self._session.move(number, lambda uow, order, by, now: withdraw_order(uow, order.id, by, now))

    def reopen(self, number: str, *, reason: str) -> Order:
        """Reopen a finished order. Raises `ForbiddenMove`, `ReasonRequired`, `DuplicateOrder`."""
        return self._session.move(
            number,
            lambda uow, order, by, now: reopen_order(uow, order.id, by, now, reason=reason, zone=self._session.zone),
        )

    def delete(self, number: str, *, reason: str) -> Order:
        """Delete an order: it leaves the queue and the counts. Raises `ReasonRequired`, `InvalidValue`."""
        return self._session.move(
            number,
            lambda uow, order, by, now: delete_order(uow, order.id, by, now, reason=reason, zone=self._session.zone),
        )

    def restore(self, number: str) -> Order:
        """Restore a deleted order, for admins. Raises `DuplicateOrder`."""

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Order:
            typed = number
            with suppress(InvalidValue):
                typed = number_meant(uow, number)
            deleted = OrderFilter(text=typed, deleted=True)
            rows = list_orders(uow, deleted, by, sort=Sort.NEWEST)
            found = next((row for row in rows if row.number == typed), None)
            if found is None:
                raise NotFound.order(number)
            return restore_order(uow, found.id, by, now)

        return self._session.write(work)


def _known(uow: UnitOfWork, status: str) -> str:
    """Return a code that an active status has. Raises `NotFound` with those that are."""
    codes = [row.code for row in uow.catalogue.statuses() if row.active]
    if status not in codes:
        raise NotFound(what="status", name=status[:64], known=", ".join(codes))
    return status


def _said(uow: UnitOfWork, order: Order, status: str, feedback: str | None) -> str:
    """Return what the technician reads with a status: what a script says, or the status's own text."""
    return proposed_feedback(uow, order)(status_named(uow, status)) if feedback is None else feedback
