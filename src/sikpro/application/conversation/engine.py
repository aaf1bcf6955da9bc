"""From an incoming update to its outcome: the only way through the conversation."""

import re
from datetime import datetime

from sikpro.application.conversation.attachments import ALBUMS
from sikpro.application.conversation.commands.cek import order_replied_to
from sikpro.application.conversation.commands.registry import COMMANDS
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.corrections import FIX, take_correction
from sikpro.application.conversation.duplicates import RESEND
from sikpro.application.conversation.edits import take_edit
from sikpro.application.conversation.groups import spoken_to, turn_away
from sikpro.application.conversation.joining import ASK, REOPEN, join, take_question, take_reopening
from sikpro.application.conversation.order_entry import answer_field, begin_request, enter_request
from sikpro.application.conversation.own_orders import show_order
from sikpro.application.conversation.photos import ask_which_order, caption_came, rest_of_album, type_number
from sikpro.application.conversation.presses import take_press
from sikpro.application.conversation.questions import ORDER, STEP
from sikpro.application.conversation.reader.parse_message import LONGEST, Parsed, parse_message
from sikpro.application.conversation.strangers import introduce, list_missing, share_phone
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.errors import ConcurrencyConflict, DomainError
from sikpro.domain.text import compact, storable

_COMMAND = re.compile(r"\s*/([A-Za-z]\w{0,31})(?:@(\w+))?(?:\s+|$)(.*)", re.DOTALL)
_SAID = {IncomingKind.MESSAGE, IncomingKind.EDIT}


def handle(uow: UnitOfWork, incoming: Incoming, now: datetime, zone: str) -> Handled:
    """Answer one update in an open unit of work. Updates that are not for the bot are ignored.

    Errors in the update are answered in the chat. Raises `ConcurrencyConflict` when an order changed at the same time:
    then retry. Any other exception is a fault of ours.
    """
    if incoming.kind not in {*_SAID, IncomingKind.PRESS} or incoming.sender_id is None:
        return Handled(Outcome.IGNORED, str(incoming.kind))
    person = uow.people.by_telegram(incoming.sender_id)
    dialogue = uow.conversations.get(incoming.chat_id, incoming.sender_id)
    context = Context(uow, incoming, now, zone, person, dialogue)
    try:
        handled = _handled(context)
    except ConcurrencyConflict:
        raise
    except DomainError as error:
        handled = context.refuse(context.words.error(error), error.code)
    context.answer_press()
    return handled


def _handled(context: Context) -> Handled:
    incoming = context.incoming
    text = storable(incoming.text).strip()
    command = _COMMAND.match(text)
    if incoming.kind in _SAID and not incoming.private and not _concerns_us(context, command):
        return Handled(Outcome.IGNORED, "group")
    if context.person and not context.person.active:
        return context.refuse(context.words("person.switched_off"), "person.switched_off")
    if incoming.kind is IncomingKind.PRESS:
        return take_press(context)
    if context.person is None and not incoming.private:
        return turn_away(context)
    if incoming.kind is IncomingKind.EDIT:
        is_reg = command is not None and command[1].lower() == "reg"
        words = command[3].strip() if command and is_reg else text
        return take_edit(context, words, command is not None and not is_reg, lambda: _message(context, text))
    return _message(context, text)


def _concerns_us(context: Context, command: re.Match[str] | None) -> bool:
    """Whether a group message is for the bot: its command, its name, a reply to it, or a message it has handled."""
    incoming = context.incoming
    if not incoming.addressed:
        return False
    if command is not None:
        return command[1].lower() in COMMANDS or command[2] is not None
    if incoming.mentioned or spoken_to(context):
        return True
    if incoming.kind is IncomingKind.EDIT:
        return context.uow.inbox.order_of(incoming.chat_id, incoming.message_id or 0) is not None
    return incoming.album is not None and context.person is not None and _album_known(context, incoming.album)


def _album_known(context: Context, album: str) -> bool:
    drafts = context.dialogue.data.get(ALBUMS, "").split() if context.dialogue else []
    return album in drafts or context.uow.inbox.order_of_album(context.incoming.chat_id, album) is not None


def _message(context: Context, text: str) -> Handled:
    incoming = context.incoming
    if incoming.contact:
        return share_phone(context)
    if context.person and incoming.attachments and incoming.kind is IncomingKind.MESSAGE:
        if text:
            caption_came(context)
        else:
            rest = rest_of_album(context)
            if rest:
                return rest
    command = _COMMAND.match(text)
    if command:
        return _command(context, command[1].lower(), command[3])
    if len(text) > LONGEST:
        return context.refuse(context.words("message.too_long", limit=LONGEST), "message.too_long")
    if context.person is None:
        return introduce(context, text)
    if not text and not incoming.attachments:
        return context.refuse(context.words("message.not_understood"), "message.not_understood")
    return _words(context, text)


def _words(context: Context, text: str) -> Handled:
    """Handle a text without command from a known person: a whole request, an answer, a reply, or a number to check."""
    parsed = parse_message(text, context.known())
    about = order_replied_to(context)
    answered = _answer(context, text, parsed, about)
    if answered:
        return answered
    if parsed.is_request and (about is None or parsed.values >= _SURELY):
        return begin_request(context, parsed.fields)
    if about is not None:
        return join(context, about, text)
    number = _number(text, parsed)
    if number:
        return type_number(context, number) or show_order(context, number)
    if context.incoming.attachments:
        if context.incoming.private:
            return ask_which_order(context, text)
        return context.refuse(context.words("message.photo_alone"), "message.photo_alone")
    return context.refuse(context.words("message.not_understood"), "message.not_understood")


def _number(text: str, parsed: Parsed) -> str:
    """Return the registration number if the message names nothing else of an order. It may be digits alone."""
    code = compact(text)
    if code.isdecimal() and code.isascii() and 6 <= len(code) <= 12:
        return "SC" + code
    return compact(parsed.fields["registration_number"]) if parsed.is_number else ""


_SURELY = 4
"""A message with this many values is a request, even as a reply."""


def _answer(context: Context, text: str, parsed: Parsed, about: int | None) -> Handled | None:
    """Take a message as the answer to the open question. Return None when it is not an answer."""
    dialogue = context.dialogue
    if dialogue is None or (about is not None and dialogue.data.get(ORDER) != str(about)):
        return None
    step, number = dialogue.step, compact(parsed.fields.get("registration_number", ""))
    surely = parsed.is_request and parsed.values >= _SURELY
    if step == FIX and not (surely and number and number != dialogue.data["registration_number"]):
        return take_correction(context, text)
    if surely:
        return None
    if step.startswith(f"{STEP}:"):
        if text:
            return answer_field(context, text)
        return enter_request(context, dialogue.data, before=context.words("entry.file_kept"))
    if step == RESEND and not text:
        return join(context, int(dialogue.data[ORDER]), "")
    if step == ASK:
        return take_question(context, text)
    if step.partition(":")[0] == REOPEN:
        return take_reopening(context, text)
    return None


def _command(context: Context, name: str, text: str) -> Handled:
    command = COMMANDS.get(name)
    if command is None:
        return context.refuse(context.words("command.unknown", name=name[:32]), "command.unknown")
    if context.person is None and not command.for_strangers:
        return list_missing(context, name)
    return command.run(context, text.strip())
