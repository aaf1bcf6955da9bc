"""One message about many orders to one chat, instead of a message for each order."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from sikpro.application.i18n import Words
from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.messages.notify_technician import recipients
from sikpro.domain.people import Person

LISTED = 30
"""The most orders that one message lists. It gives the number of the others."""

WITH_BUTTON = 10
"""The most orders with a button."""


@frozen
class Reader:
    """A chat that hears of orders, its language, and its topic in a group with topics."""

    chat_id: int
    language: str
    topic: int | None = None


def put_about_orders(
    uow: UnitOfWork,
    chat_id: int,
    head: Sequence[str],
    rows: Sequence[OrderRow],
    words: Words,
    now: datetime,
    *,
    foot: Sequence[str] = (),
    buttons: Sequence[tuple[Button, ...]] = (),
    order_buttons: bool = True,
    hold: timedelta = timedelta(),
    since: Callable[[OrderRow], datetime] = lambda row: row.received_at,
    topic: int | None = None,
    total: int = 0,
) -> int:
    """Queue one message that lists the orders between `head` and `foot`, and return its outbox id.

    `total` is the number of orders, where `rows` has only the first ones.

    The first `WITH_BUTTON` orders have a button that shows them; `buttons` follow. Each line has the time
    since the moment that `since` returns. The message leaves after `hold`, to `topic` in a group with topics.
    """
    shown = rows[:LISTED]
    lines = [*head, *(order_line(uow, row, words, now, since(row)) for row in shown)]
    if (others := max(total, len(rows)) - len(shown)) > 0:
        lines.append(words("many.more", count=others))
    ours = [Button(row.number, f"cek:{row.id}") for row in shown[:WITH_BUTTON]] if order_buttons else []
    pairs = [tuple(ours[at : at + 2]) for at in range(0, len(ours), 2)]
    text = "\n".join([*lines, *foot])
    message = Outgoing(chat_id=chat_id, text=text, buttons=(*pairs, *buttons), topic=topic)
    number = uow.outbox.put(message, now, order_id=rows[0].id if len(rows) == 1 else None, due_at=now + hold)
    uow.announce(Hint(Kind.OUTBOX, (number,)))
    return number


def order_line(uow: UnitOfWork, row: OrderRow, words: Words, now: datetime, since: datetime) -> str:
    """Return one order of a list: number, status, box and the time since then."""
    status = words.text(any_status(uow, row.status).label)
    age = words.duration(now - since)
    return words("many.line", number=row.number, status=status, odp=row.odp, age=age)


def by_chat(uow: UnitOfWork, rows: Iterable[OrderRow]) -> dict[Reader, list[OrderRow]]:
    """Return the orders by each chat that hears of them."""
    found: dict[Reader, list[OrderRow]] = {}
    for row in rows:
        for recipient in recipients(uow, uow.orders.get(row.id)):
            reader = Reader(recipient.chat_id, recipient.language, recipient.topic)
            found.setdefault(reader, []).append(row)
    return found


def reachable(uow: UnitOfWork, technician: str) -> Person | None:
    """Return the technician with this code, if a message can reach them: active, and connected to Telegram."""
    person = uow.people.by_code(technician)
    return person if person and person.active and person.telegram_id else None
