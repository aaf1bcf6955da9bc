"""Outgoing messages for MTProto: pure functions from `Outgoing` to requests."""

from collections.abc import Sequence
from typing import Any

from telethon.tl import functions, types

from sikpro.adapters.telegram.compose import CAPTION_UNITS, GENERAL, MENU_UNITS, PRESS_UNITS, cut, storable
from sikpro.application.ports.chat import Button, Enclosure, MenuEntry, Outgoing


def message_request(message: Outgoing, peer: Any, *, as_reply: bool = True) -> Any:
    """Return `messages.sendMessage`: plain text, no link preview, with the `random_id` of the outbox row."""
    target, topic = message.reply_to if as_reply else None, None if message.topic == GENERAL else message.topic
    reply_to = None
    if target is not None or topic is not None:
        # A message of a topic that answers no other one replies to the message with which the topic began.
        reply_to = types.InputReplyToMessage(topic if target is None else target, top_msg_id=topic)
    return functions.messages.SendMessageRequest(
        peer=peer,
        message=cut(storable(message.text)),
        no_webpage=True,
        reply_to=reply_to,
        random_id=message.random_id,
        reply_markup=keyboard(message.buttons, drop=message.drop_keyboard),
    )


def document_request(message: Outgoing, peer: Any, file: Any, enclosure: Enclosure, *, as_reply: bool = True) -> Any:
    """Return `messages.sendMedia` for an uploaded file, with the text as its caption."""
    named = types.DocumentAttributeFilename(storable(enclosure.name))
    media = types.InputMediaUploadedDocument(file, enclosure.media_type, [named], force_file=True)
    plain = message_request(message, peer, as_reply=as_reply)
    return functions.messages.SendMediaRequest(
        peer=peer,
        media=media,
        message=cut(plain.message, CAPTION_UNITS),
        reply_to=plain.reply_to,
        random_id=message.random_id,
        reply_markup=plain.reply_markup,
    )


def keyboard(buttons: Sequence[Sequence[Button]], *, drop: bool) -> Any | None:
    """Return the reply markup, by the same rules as for the Bot API (`sikpro.adapters.telegram.compose.keyboard`)."""
    rows = [[button for button in row if button.label] for row in buttons]
    rows = [row for row in rows if row]
    if any(button.asks_phone for row in rows for button in row):
        plain = [types.KeyboardButtonRow([_key(button) for button in row]) for row in rows]
        return types.ReplyKeyboardMarkup(plain, resize=True, single_use=True)
    if rows:
        inline = [types.KeyboardInlineButtonRow([_inline(button) for button in row]) for row in rows]
        return types.ReplyInlineMarkup(inline)
    return types.ReplyKeyboardHide() if drop else None


def _key(button: Button) -> Any:
    kind = types.ButtonTypeRequestPhone() if button.asks_phone else types.ButtonTypeDefault()
    return types.KeyboardButton(storable(button.label), kind)


def _inline(button: Button) -> Any:
    data = storable(button.data).encode()
    return types.KeyboardInlineButton(storable(button.label), types.InlineButtonTypeCallback(data))


def press_request(message: Outgoing) -> Any:
    """Return `messages.setBotCallbackAnswer`; without a text the button only stops spinning.

    Raises `ValueError` for a press id that is not a number.
    """
    text = cut(storable(message.text), PRESS_UNITS) if message.text else None
    return functions.messages.SetBotCallbackAnswerRequest(int(message.press_id or ""), cache_time=0, message=text)


def reaction_request(message: Outgoing, peer: Any) -> Any:
    """Return `messages.sendReaction`: one emoji instead of the bot's earlier reaction."""
    return functions.messages.SendReactionRequest(
        peer, message.reply_to or 0, reaction=[types.ReactionEmoji(message.reaction)]
    )


def strip_request(message: Outgoing, peer: Any) -> Any:
    """Return `messages.editMessage` without text and markup: it removes the buttons and leaves the rest."""
    return functions.messages.EditMessageRequest(peer, message.reply_to or 0)


def menu_request(language: str, entries: Sequence[MenuEntry], peer: Any | None) -> Any:
    """Return `bots.setBotCommands` for a language and a chat (None: all); `bots.resetBotCommands` without entries."""
    scope = types.BotCommandScopeDefault() if peer is None else types.BotCommandScopePeer(peer)
    if not entries:
        return functions.bots.ResetBotCommandsRequest(scope, language)
    commands = [types.BotCommand(entry.command, cut(storable(entry.description), MENU_UNITS)) for entry in entries]
    return functions.bots.SetBotCommandsRequest(scope, language, commands)
