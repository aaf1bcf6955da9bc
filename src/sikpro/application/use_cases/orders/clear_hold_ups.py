"""Bring orders back to the queue whose reason for being held up is no more: *sudah beres*."""

from collections.abc import Iterable
from datetime import datetime

from sikpro.application.i18n import words_in
from sikpro.application.ports.queries import OrderFilter, OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status, first_status
from sikpro.application.use_cases.messages.message_about_orders import by_chat, put_about_orders
from sikpro.application.use_cases.orders.change_status import checked_text
from sikpro.application.use_cases.orders.list_orders import every_order, state_since
from sikpro.application.use_cases.orders.record_change import record_change
from sikpro.domain.errors import NotPermitted
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase, Stage


def may_clear(uow: UnitOfWork, status: str, by: Person | None, chat_id: int | None = None) -> bool:
    """Whether somebody may say that a status is cleared: its owner, who works orders or leads, anybody in its group.

    `chat_id` is the chat in which a button was pressed, None on the web. `by` is None for somebody unknown here.
    """
    if by is not None and (by.may(Permission.WORK) or by.may(Permission.LEAD)):
        return True
    owner = uow.owners.of(status)
    if owner is None or (by is not None and not by.active):
        return False
    if owner.person is not None:
        return by is not None and by.id == owner.person
    return chat_id is not None and owner.chat_id == chat_id


def orders_of_status(uow: UnitOfWork, status: str) -> tuple[OrderRow, ...]:
    """Return the orders that a status holds up, oldest first. Rights are the caller's."""
    return tuple(every_order(uow, OrderFilter(phases=Stage.HELD_UP.phases, status=status)))


def held_up_by(uow: UnitOfWork, status: str, until: datetime) -> tuple[int, ...]:
    """Return the orders that a status holds up since `until` or before."""
    return tuple(row.id for row in orders_of_status(uow, status) if state_since(uow, row) <= until)


def clear_hold_ups(
    uow: UnitOfWork,
    status: str,
    order_ids: Iterable[int],
    by: Person | None,
    now: datetime,
    *,
    chat_id: int | None = None,
    name: str = "",
    text: str = "",
    zone: str,
) -> int:
    """Put the orders that a status holds up back into the queue, tell each chat once, and return their number.

    Orders that it no longer holds up are left out. `name` is who says so when `by` is None. Raises `NotPermitted` as
    `may_clear`, `InvalidValue` for a text that is too long.
    """
    if not may_clear(uow, status, by, chat_id):
        raise NotPermitted(permission=Permission.WORK)
    text, waiting = checked_text(text), first_status(uow, Phase.WAITING)
    done: list[OrderRow] = []
    for order_id in sorted(set(order_ids)):
        order = uow.orders.get(order_id)
        if order.status != status or not order.phase.held_up or order.deleted_at:
            continue
        change = order.clear(waiting, now, text=text, name="" if by else name)
        record_change(uow, change, by.id if by else None)
        row = uow.order_queries.row(order_id)
        done += [row] if row else []
    label = any_status(uow, status).label
    for chat, rows in by_chat(uow, done).items():
        words = words_in(chat.language, zone)
        head = [words("cleared.head", status=words.text(label), count=len(rows), by=by.name if by else name)]
        if text:
            head.append(text)
        put_about_orders(uow, chat.chat_id, head, rows, words, now, topic=chat.topic)
    return len(done)
