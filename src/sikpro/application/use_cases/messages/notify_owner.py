"""Notify the owner of a held-up status: that orders came to them, and daily what is still theirs."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sikpro.application.i18n import words_in
from sikpro.application.ports.chat import Button
from sikpro.application.ports.owners import Owner
from sikpro.application.ports.queries import OrderRow
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import any_status
from sikpro.application.use_cases.messages.message_about_orders import WITH_BUTTON, Reader, put_about_orders

CLEARED = "fx"
"""The verb of the button for the one order of a message: what held it up is no more."""

CLEARED_OF_LIST = "fxd"
"""The verb of the button for one order of a list, whose other buttons stay."""

ALL_CLEARED = "fxa"
"""The verb of the button for all orders of a list: `fxa:<status>:<seconds since 1970>` means those held up by then."""


def owner_chat(uow: UnitOfWork, owner: Owner) -> Reader | None:
    """Return the owner's chat; None while the person is not active or not on Telegram."""
    if owner.person is None:
        return Reader(owner.chat_id, "id", owner.topic) if owner.chat_id else None
    person = uow.people.get(owner.person)
    return Reader(person.telegram_id, person.language) if person.active and person.telegram_id else None


def notify_owner(
    uow: UnitOfWork,
    status: str,
    order_ids: Sequence[int],
    now: datetime,
    *,
    by: str,
    feedback: str = "",
    zone: str,
    hold: timedelta = timedelta(),
) -> tuple[int, ...]:
    """Queue one message to the owner of a status about orders that came to it; return its id, or none without owner.

    `by` is the name of the person who held them up; `feedback` is what that person wrote.
    """
    owner = uow.owners.of(status)
    chat = owner_chat(uow, owner) if owner and order_ids else None
    if chat is None:
        return ()
    rows = [row for order_id in order_ids if (row := uow.order_queries.row(order_id))]
    words = words_in(chat.language, zone)
    head = [words("owner.came", status=words.text(any_status(uow, status).label), count=len(rows))]
    if feedback:
        head.append(words("feedback.words", by=by, text=feedback))
    verb = CLEARED if len(rows) == 1 else CLEARED_OF_LIST
    label = "button.cleared" if len(rows) == 1 else "button.cleared_one"
    buttons = [(Button(words(label, number=row.number), f"{verb}:{row.id}"),) for row in rows[:WITH_BUTTON]]
    number = put_about_orders(
        uow,
        chat.chat_id,
        head,
        rows,
        words,
        now,
        buttons=buttons,
        order_buttons=False,
        hold=hold,
        topic=chat.topic,
    )
    return (number,)


def remind_owner(uow: UnitOfWork, status: str, rows: Sequence[OrderRow], now: datetime, *, zone: str) -> bool:
    """Queue the list of what still waits for the owner of a status; return False when nobody can be reached."""
    owner = uow.owners.of(status)
    chat = owner_chat(uow, owner) if owner else None
    if chat is None:
        return False
    words = words_in(chat.language, zone)
    head = [words("owner.still", status=words.text(any_status(uow, status).label), count=len(rows))]
    buttons = [
        (Button(words("button.cleared_one", number=row.number), f"{CLEARED_OF_LIST}:{row.id}"),)
        for row in rows[:WITH_BUTTON]
    ]
    if len(rows) > 1:
        until = int(now.timestamp())
        buttons.append((Button(words("button.cleared_all", count=len(rows)), f"{ALL_CLEARED}:{status}:{until}"),))
    put_about_orders(uow, chat.chat_id, head, rows, words, now, buttons=buttons, order_buttons=False, topic=chat.topic)
    return True
