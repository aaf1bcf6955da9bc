"""From an incoming update to its outcome: the one way through the conversation."""

import re
from datetime import datetime

from sikpro.application.conversation.commands.bahasa import choose_language
from sikpro.application.conversation.commands.cek import order_replied_to
from sikpro.application.conversation.commands.registry import COMMANDS
from sikpro.application.conversation.exchange import Exchange, Handled
from sikpro.application.conversation.order_entry import STEP, answer_field, enter_request, press_in_dialogue
from sikpro.application.conversation.own_orders import (
    begin_correction,
    begin_question,
    join,
    list_own,
    show_order,
    show_order_id,
    take_correction,
    take_question,
    withdraw,
)
from sikpro.application.conversation.parse_message import LONGEST, parse_message
from sikpro.application.conversation.strangers import introduce, share_phone, tell_what_is_missing
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.queues import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import ConcurrencyConflict, DomainError
from sikpro.domain.text import storable

_COMMAND = re.compile(r"\s*/([A-Za-z]\w{0,31})(?:@(\w+))?(?:\s+|$)(.*)", re.DOTALL)
_ABOUT_ORDER = {"wd": withdraw, "fix": begin_correction, "cek": show_order_id}


def handle(uow: UnitOfWork, incoming: Incoming, now: datetime, zone: str) -> Handled:
    """Answer one update within an open unit of work; every update but those nobody sees is answered.

    What is wrong with it is said in the chat. Raises `ConcurrencyConflict` when an order changed in this very moment:
    try again. Any other exception that leaves here is a fault of ours.
    """
    if incoming.kind in {IncomingKind.MEMBERSHIP, IncomingKind.OTHER} or incoming.sender_id is None:
        return Handled(Outcome.IGNORED, str(incoming.kind))
    person = uow.people.by_telegram(incoming.sender_id)
    dialogue = uow.conversations.get(incoming.chat_id, incoming.sender_id)
    exchange = Exchange(uow, incoming, now, zone, person, dialogue)
    if person and not person.active:
        return _switched_off(exchange)
    try:
        if incoming.kind is IncomingKind.PRESS:
            return _press(exchange)
        if incoming.kind is IncomingKind.EDIT:
            return _edit(exchange)
        return _message(exchange, storable(incoming.text).strip())
    except ConcurrencyConflict:
        raise
    except DomainError as error:
        exchange.reply(exchange.words.error(error))
        exchange.answer_press()
        return Handled(Outcome.REFUSAL, error.code)


def _switched_off(exchange: Exchange) -> Handled:
    """Somebody known who may not come in any more is told so, and is no stranger."""
    text = exchange.words("person.switched_off")
    if exchange.incoming.kind is IncomingKind.PRESS:
        exchange.answer_press(text)
    elif exchange.incoming.private:
        exchange.reply(text)
    return Handled(Outcome.REFUSAL, "person.switched_off")


def _message(exchange: Exchange, text: str) -> Handled:
    incoming = exchange.incoming
    if incoming.contact:
        return share_phone(exchange)
    command = _COMMAND.match(text)
    if command:
        return _command(exchange, command[1].lower(), command[3])
    if not incoming.private and order_replied_to(exchange) is None:
        return Handled(Outcome.IGNORED, "group")
    if len(text) > LONGEST:
        exchange.reply(exchange.words("message.too_long", limit=LONGEST))
        return Handled(Outcome.REFUSAL, "message.too_long")
    if exchange.person is None:
        return introduce(exchange, text)
    return _words(exchange, text)


def _words(exchange: Exchange, text: str) -> Handled:
    """Text without a command from somebody known: a whole request, an answer, a reply, or a number to check."""
    step = exchange.dialogue.step if exchange.dialogue else ""
    parsed = parse_message(text, exchange.known())
    about = order_replied_to(exchange)
    if step == "fix" and text:
        return take_correction(exchange, text)
    if parsed.is_request and parsed.values >= 4:
        exchange.close_dialogue()
        return enter_request(exchange, parsed.fields)
    if step.startswith(f"{STEP}:") and text and about is None:
        return answer_field(exchange, text)
    if step in {"ask", "reopen"} and (text or exchange.incoming.attachments):
        return take_question(exchange, text)
    if about is not None and (text or exchange.incoming.attachments):
        return join(exchange, about, text)
    if parsed.is_request:
        return enter_request(exchange, parsed.fields)
    if set(parsed.fields) == {"registration_number"}:
        return show_order(exchange, "".join(parsed.fields["registration_number"].split()).upper())
    code = "message.photo_alone" if exchange.incoming.attachments and not text else "message.not_understood"
    exchange.reply(exchange.words(code))
    return Handled(Outcome.REFUSAL, code)


def _command(exchange: Exchange, name: str, text: str) -> Handled:
    command = COMMANDS.get(name)
    if command is None:
        exchange.reply(exchange.words("command.unknown", name=name[:32]))
        return Handled(Outcome.REFUSAL, "command.unknown")
    if exchange.person is None and not command.for_strangers:
        return tell_what_is_missing(exchange, name)
    return command.run(exchange, text.strip())


def _edit(exchange: Exchange) -> Handled:
    """An edited message is not read again: say how to correct instead, if it was about an order."""
    incoming = exchange.incoming
    about = exchange.uow.inbox.order_of(incoming.chat_id, incoming.message_id or 0)
    if about is None or exchange.person is None:
        return Handled(Outcome.IGNORED, "edit")
    exchange.reply(exchange.words("message.edited"), order_id=about)
    return Handled(Outcome.REFUSAL, "message.edited", about)


def _press(exchange: Exchange) -> Handled:
    verb, _, rest = exchange.incoming.data.partition(":")
    if verb == "lang" and rest in {"id", "en"}:
        exchange.answer_press()
        return choose_language(exchange, rest)
    if exchange.person is None:
        exchange.answer_press(exchange.words("stranger.first"))
        return Handled(Outcome.REFUSAL, "stranger.press")
    handled = _known_press(exchange, verb, rest)
    if handled is None:
        exchange.answer_press(exchange.words("press.stale"))
        return Handled(Outcome.REFUSAL, "press.stale")
    exchange.answer_press()
    return handled


def _known_press(exchange: Exchange, verb: str, rest: str) -> Handled | None:
    if verb == "reg":
        return COMMANDS["reg"].run(exchange, "")
    if verb == "mine":
        return list_own(exchange)
    if verb == "d":
        return _dialogue_press(exchange, rest)
    if not (rest.isdecimal() and rest.isascii() and len(rest) <= 15):
        return None
    if verb in _ABOUT_ORDER:
        return _ABOUT_ORDER[verb](exchange, int(rest))
    if verb in {"ask", "reopen"}:
        return begin_question(exchange, int(rest), verb)
    return None


def _dialogue_press(exchange: Exchange, rest: str) -> Handled | None:
    """A button of the dialogue works for the question it was asked with, and no longer."""
    token, _, action = rest.partition(":")
    dialogue = exchange.dialogue
    if dialogue is None or not token or dialogue.token != token:
        return None
    if dialogue.step == "resend" and action == "r":
        return enter_request(exchange, dialogue.data)
    return press_in_dialogue(exchange, action)
