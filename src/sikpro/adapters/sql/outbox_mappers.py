"""Map a message of the outbox to a table row and back."""

from collections.abc import Mapping
from typing import Any

from sikpro.application.ports.chat import Button, Outgoing
from sikpro.application.ports.outbox import Delivery, OutboxItem


def message_to_row(message: Outgoing) -> dict[str, Any]:
    """Return the columns of a message to send."""
    return {
        "chat_id": message.chat_id,
        "text": message.text,
        "buttons": [[[b.label, b.data, b.asks_phone] for b in row] for row in message.buttons],
        "reply_to": message.reply_to,
        "press_id": message.press_id,
        "random_id": message.random_id,
        "drop_keyboard": message.drop_keyboard,
        "document": message.document,
        "reaction": message.reaction,
        "strip_buttons": message.strip_buttons,
        "bulk": message.bulk,
        "topic": message.topic,
    }


def item_from_row(row: Mapping[Any, Any]) -> OutboxItem:
    """Return the message with its state."""
    return OutboxItem(
        id=row["id"],
        message=Outgoing(
            chat_id=row["chat_id"],
            text=row["text"],
            buttons=tuple(tuple(Button(*button) for button in buttons) for buttons in row["buttons"]),
            reply_to=row["reply_to"],
            press_id=row["press_id"],
            random_id=row["random_id"],
            drop_keyboard=row["drop_keyboard"],
            document=row["document"],
            reaction=row["reaction"],
            strip_buttons=row["strip_buttons"],
            bulk=row["bulk"],
            topic=row["topic"],
        ),
        state=Delivery(row["state"]),
        created_at=row["created_at"],
        due_at=row["due_at"],
        attempts=row["attempts"],
        doubtful=row["doubtful"],
        doubts=row["doubts"],
        order_id=row["order_id"],
        reason=row["reason"],
        detail=row["detail"],
        sent_at=row["sent_at"],
        message_id=row["message_id"],
        cause=row["cause"],
    )
