"""From an incoming update to its outcome: the only way through the conversation."""

import re
from datetime import datetime

from sikpro.application.conversation.about_orders import take_words
from sikpro.application.conversation.answers import owner_of_card, take_answer
from sikpro.application.conversation.attachments import ALBUMS, want_reading
from sikpro.application.conversation.changes import differing
from sikpro.application.conversation.commands.cek import MOST
from sikpro.application.conversation.commands.registry import COMMANDS
from sikpro.application.conversation.context import Context, Handled
from sikpro.application.conversation.edits import take_edit
from sikpro.application.conversation.groups import spoken_to, turn_away
from sikpro.application.conversation.joining import order_replied_to
from sikpro.application.conversation.order_entry import begin_requests
from sikpro.application.conversation.photos import caption_came, rest_of_album
from sikpro.application.conversation.places import take_place
from sikpro.application.conversation.presses import take_press
from sikpro.application.conversation.reader.decide import SURELY, OrderReading
from sikpro.application.conversation.reader.read_message import (
    LONGEST,
    NODS,
    Intent,
    Reading,
    named_command,
    numbers_in,
    read_message,
    read_order,
    text_number,
)
from sikpro.application.conversation.strangers import introduce, limit_stranger, list_missing, share_phone
from sikpro.application.ports.chat import Incoming, IncomingKind
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.orders.list_orders import may_view
from sikpro.application.use_cases.orders.register_order import order_named
from sikpro.domain.errors import ConcurrencyConflict, DomainError, NotFound
from sikpro.domain.text import codes_near, storable

_COMMAND = re.compile(r"\s*/([A-Za-z]\w{0,31})(?:@(\w+))?(?:\s+|$)(.*)", re.DOTALL)
_SAID = {IncomingKind.MESSAGE, IncomingKind.EDIT}
_OF_COMMAND = {Intent.STATUS: "cek", Intent.WITHDRAW: "batal"}
_SHORTEST_SLIP = 3
_TWO = 2
_NUMBER = re.compile(r"\S*\d\S*")


def handle(uow: UnitOfWork, incoming: Incoming, now: datetime, zone: str) -> Handled:
    """Answer one update in an open unit of work. Updates that are not for the bot are ignored.

    Errors in the update are answered in the chat. Raises `ConcurrencyConflict` when an order changed at the same time:
    then retry. Any other exception is a fault of ours.
    """
    if incoming.kind not in {*_SAID, IncomingKind.PRESS} or incoming.sender_id is None:
        return Handled(Outcome.IGNORED, str(incoming.kind))
    person = uow.people.by_telegram(incoming.sender_id)
    dialogues = uow.conversations.of(incoming.chat_id, incoming.sender_id, incoming.topic or 0)
    context = Context(uow, incoming, now, zone, person, dialogues)
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
    if incoming.place and incoming.kind is IncomingKind.EDIT:
        return Handled(Outcome.IGNORED, "live")
    text = storable(incoming.text).strip()
    command = _COMMAND.match(text)
    if incoming.kind in _SAID and not incoming.private and not _concerns_us(context, command):
        return Handled(Outcome.IGNORED, "group")
    if context.person and not context.person.active:
        return context.refuse(context.words("person.switched_off"), "person.switched_off")
    if context.person is None and (limited := limit_stranger(context)):
        return limited
    if incoming.kind is IncomingKind.PRESS:
        return take_press(context)
    if context.person is None and not incoming.private:
        return turn_away(context)
    if incoming.place:
        return take_place(context)
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
    kept = [known for dialogue in context.dialogues for known in dialogue.data.get(ALBUMS, "").split()]
    return album in kept or context.uow.inbox.order_of_album(context.incoming.chat_id, album) is not None


def _message(context: Context, text: str) -> Handled:
    incoming = context.incoming
    if incoming.contact:
        return share_phone(context)
    if context.person and incoming.attachments and incoming.kind is IncomingKind.MESSAGE:
        want_reading(context)
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
    """Handle a text without command from a known person: an answer, orders, or words about an order."""
    about = order_replied_to(context)
    if about is None and not context.incoming.attachments:
        command = named_command(text, in_dialogue=context.dialogue is not None and bool(context.dialogue.step))
        if command:
            return COMMANDS[command].run(context, "")
    number = context.uow.orders.get(about).number if about is not None else ""
    reading = read_message(text, context.known(), number)
    several = _of_several(context, text, reading)
    if several:
        return several
    other = owner_of_card(context)
    if other and not any(order.is_whole for order in reading.orders) and reading.intent not in NODS:
        return context.refuse(context.words("group.not_asked", name=other.name), "group.not_asked")
    return take_answer(context, text, reading, about) or _by_meaning(context, text, reading, about)


def _by_meaning(context: Context, text: str, reading: Reading, about: int | None) -> Handled:
    number = text_number(text, context.known())
    if number:
        return take_words(context, text, Reading(intent=Intent.STATUS, number=number), about)
    whole = any(order.is_whole for order in reading.orders)
    if about is not None and reading.orders and not whole:
        changes = reading.orders[0].certain
        named = changes.get("registration_number", "")
        number = named if named and context.uow.orders.find(named) else ""
        return take_words(context, text, Reading(intent=Intent.FACTS, number=number, changes=changes), about)
    if reading.orders and not whole and _is_news(context, reading.orders[0]):
        order = reading.orders[0]
        news = Reading(intent=Intent.FACTS, number=order.certain["registration_number"], changes=order.certain)
        return take_words(context, text, news, about)
    if reading.orders:
        return begin_requests(context, reading.orders)
    bare = read_order(text, context.known())
    if reading.intent is Intent.CHATTER and about is None and not bare.rest and "type" in bare.certain:
        return begin_requests(context, [bare])
    return take_words(context, text, reading, about)


def _of_several(context: Context, text: str, reading: Reading) -> Handled | None:
    """Handle words about several orders, each by itself; return None when they are about one or none that is there."""
    known = context.known()
    numbers = numbers_in(text, known)[:MOST]
    if len(numbers) < _TWO or not any(map(context.uow.orders.find, numbers)):
        return None
    if not all(order.values == 1 and not order.certain for order in reading.orders):
        return None
    words = _NUMBER.sub(" ", text)
    intent = read_message(words, known, numbers[0]).intent if any(map(str.isalpha, words)) else Intent.STATUS
    handled = [take_words(context, text, Reading(intent=intent, number=number), None) for number in numbers]
    return handled[-1]


def _is_news(context: Context, reading: OrderReading) -> bool:
    """Whether a message without command says something new about a live order, which it names."""
    try:
        order = order_named(context.uow, reading.certain.get("registration_number", ""))
    except NotFound:
        return False
    row = context.uow.order_queries.row(order.id)
    may = row is not None and not order.deleted_at and may_view(order, row, context.somebody)
    if not may or not order.phase.live or reading.values >= SURELY:
        return False
    return bool(differing(context, order, reading.certain) or reading.doubts or reading.rest)


def _command(context: Context, name: str, text: str) -> Handled:
    """Run a command; one with a slip too, if it is clear which was meant."""
    near = codes_near(name, COMMANDS)
    command = COMMANDS.get(name) or (COMMANDS[near[0]] if len(near) == 1 and len(name) > _SHORTEST_SLIP else None)
    if command is None and context.person:
        reading = read_message(f"/{name} {text}", context.known())
        if reading.orders:
            return begin_requests(context, reading.orders)
        if reading.intent in _OF_COMMAND:
            return COMMANDS[_OF_COMMAND[reading.intent]].run(context, reading.number)
    if command is None:
        return context.refuse(context.words("command.unknown", name=name[:32]), "command.unknown")
    if context.person is None and not command.for_strangers:
        return list_missing(context, name, text)
    return command.run(context, text.strip())
