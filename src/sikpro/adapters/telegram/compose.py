"""Outgoing messages for the Bot API: pure functions from `Outgoing` to the parameters of a method."""

import json
import re
from collections.abc import Sequence
from typing import Any

from sikpro.application.ports.chat import Button, MenuEntry, Outgoing

MESSAGE_UNITS = 4096
CAPTION_UNITS = 1024
PRESS_UNITS = 200
MENU_UNITS = 256
GENERAL = 1
"""The number of the topic *General*, which no message may name."""

_SURROGATES = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """Remove text that no database can save: lone surrogates become U+FFFD, NUL is removed (PostgreSQL refuses it).

    >>> storable("a\\ud800b\\x00c") == "a\\ufffdbc"
    True
    """
    return _SURROGATES.sub("\ufffd", text.replace("\x00", ""))


def units(text: str) -> int:
    """Return the length in UTF-16 code units, as Telegram counts.

    >>> units("é"), units("😀")
    (1, 2)
    """
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int = MESSAGE_UNITS) -> str:
    """Return `text` if it has at most `limit` UTF-16 units, else its beginning with "…" at the end.

    A character of two units is never split.

    >>> cut("Selesai", 7), cut("Selesai (PS)", 8)
    ('Selesai', 'Selesai…')
    >>> cut("😀😀😀", 4)
    '😀…'
    >>> units(cut("😀" * 5000)) <= MESSAGE_UNITS
    True
    """
    if units(text) <= limit:
        return text
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit - 1:
            return text[:index].rstrip() + "…"
    return text


def keyboard(buttons: Sequence[Sequence[Button]], *, drop: bool) -> dict[str, Any] | None:
    """Return the reply_markup: inline for buttons with data, a one-time reply keyboard if a button asks for the phone.

    A message has only one markup. Beside a phone button the others become plain keys, which send their label as text.
    `drop` has no effect if there are buttons.
    """
    rows = [[button for button in row if button.label] for row in buttons]
    rows = [row for row in rows if row]
    if any(button.asks_phone for row in rows for button in row):
        return {
            "keyboard": [
                [
                    {"text": storable(button.label), **({"request_contact": True} if button.asks_phone else {})}
                    for button in row
                ]
                for row in rows
            ],
            "one_time_keyboard": True,
            "resize_keyboard": True,
        }
    if rows:
        return {
            "inline_keyboard": [
                [{"text": storable(button.label), "callback_data": storable(button.data)} for button in row]
                for row in rows
            ]
        }
    return {"remove_keyboard": True} if drop else None


def message_parameters(message: Outgoing) -> dict[str, Any]:
    """Return the parameters of sendMessage: plain text, no link preview; a reply is sent even if its target is gone."""
    parameters: dict[str, Any] = {
        "chat_id": message.chat_id,
        "text": cut(storable(message.text)),
        "link_preview_options": {"is_disabled": True},
    }
    if message.reply_to is not None:
        parameters["reply_parameters"] = {
            "message_id": message.reply_to,
            "allow_sending_without_reply": True,
        }
    if message.topic not in (None, GENERAL):
        parameters["message_thread_id"] = message.topic
    markup = keyboard(message.buttons, drop=message.drop_keyboard)
    if markup is not None:
        parameters["reply_markup"] = markup
    return parameters


def document_parameters(message: Outgoing) -> dict[str, Any]:
    """Return the parameters of sendDocument beside the file, as form fields: values that are not text are JSON."""
    parameters = message_parameters(message)
    del parameters["text"], parameters["link_preview_options"]
    caption = cut(storable(message.text), CAPTION_UNITS)
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
    return form | {"caption": caption}


def press_parameters(message: Outgoing) -> dict[str, Any]:
    """Return the parameters of answerCallbackQuery; without a text the button only stops spinning."""
    parameters: dict[str, Any] = {"callback_query_id": message.press_id}
    if message.text:
        parameters["text"] = cut(storable(message.text), PRESS_UNITS)
    return parameters


def reaction_parameters(message: Outgoing) -> dict[str, Any]:
    """Return the parameters of setMessageReaction: one emoji instead of the bot's earlier reaction."""
    emoji = [{"type": "emoji", "emoji": message.reaction}]
    return {"chat_id": message.chat_id, "message_id": message.reply_to, "reaction": emoji}


def strip_parameters(message: Outgoing) -> dict[str, Any]:
    """Return the parameters of editMessageReplyMarkup; without a markup it removes the buttons."""
    return {"chat_id": message.chat_id, "message_id": message.reply_to}


def menu_parameters(language: str, entries: Sequence[MenuEntry], chat_id: int | None = None) -> dict[str, Any]:
    """Return the parameters of setMyCommands and deleteMyCommands, for a language ("" for others) and a chat or all."""
    parameters: dict[str, Any] = {}
    if entries:
        parameters["commands"] = [
            {"command": entry.command, "description": cut(storable(entry.description), MENU_UNITS)} for entry in entries
        ]
    if chat_id is not None:
        parameters["scope"] = {"type": "chat", "chat_id": chat_id}
    if language:
        parameters["language_code"] = language
    return parameters
