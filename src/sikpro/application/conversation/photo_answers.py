"""What the chat answers when a photo was read: its label fills a draft, is compared with an order, or is offered."""

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve, frozen

from sikpro.application.conversation.attachments import PHOTO
from sikpro.application.conversation.context import Context
from sikpro.application.conversation.corrections import offer_change
from sikpro.application.conversation.doubts import doubtful, doubts_in, merged
from sikpro.application.conversation.order_entry import enter_request
from sikpro.application.conversation.photos import LISTED, USE, has_file, order_of_photo, take_question_back
from sikpro.application.conversation.reader.decide import OrderReading
from sikpro.application.conversation.reader.items import Evidence
from sikpro.application.conversation.reader.known import Known
from sikpro.application.conversation.reader.read_message import read_order
from sikpro.application.ports.barcodes import PhotoReading
from sikpro.application.ports.chat import Button, Incoming, IncomingKind
from sikpro.application.ports.conversations import Conversation
from sikpro.application.ports.photo_reads import PhotoRead, PhotoState
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.lookup import maker_of
from sikpro.application.use_cases.orders.own_order import owns
from sikpro.domain.order import Order
from sikpro.domain.values import SerialNumber

_READ_FROM_LABELS = ("serial", "odp")
_MOST_ORDERS = 5


@frozen
class Label:
    """What the barcodes of a photo say about a field: the values, and whether there is one that is sure."""

    values: tuple[str, ...]
    sure: bool


def tell_of_photo(uow: UnitOfWork, read: PhotoRead, reading: PhotoReading | None, now: datetime, *, zone: str) -> None:
    """Answer the sender of a photo, in the transaction that records its reading; None means that it is lost."""
    person = uow.people.by_telegram(read.telegram_id)
    if person is None or not person.active:
        return
    remote = read.remote
    incoming = Incoming(
        key=f"photo:{read.id}",
        kind=IncomingKind.MESSAGE,
        chat_id=remote.chat_id,
        message_id=remote.message_id,
        sender_id=read.telegram_id,
        sent_at=read.wanted_at,
        private=remote.chat_id == read.telegram_id,
        transport=remote.transport,
        topic=uow.inbox.topic_of(remote.chat_id, remote.message_id),
    )
    dialogues = uow.conversations.of(remote.chat_id, read.telegram_id, incoming.topic or 0)
    context = Context(uow, incoming, now, zone, person, dialogues)
    labels = labels_of(reading, context.known())
    if labels and _said_before(context, read, labels):
        return
    dialogue = next((one for one in dialogues if has_file(one, remote.message_id, read.album)), None)
    context.turn_to(dialogue)
    if dialogue and dialogue.draft:
        _into_draft(context, dialogue, read, labels)
    elif dialogue and dialogue.step == PHOTO:
        _about_question(context, dialogue, labels)
    elif labels.get("serial"):
        _about_order(context, labels["serial"])


def labels_of(reading: PhotoReading | None, known: Known) -> dict[str, Label]:
    """Return what a photo's barcodes say, by field: serials of known makers and names of boxes; others say nothing."""
    found: dict[str, dict[str, bool]] = {}
    for barcode in reading.barcodes if reading else ():
        order = read_order(barcode.text, known)
        for name in _READ_FROM_LABELS:
            if name in order.certain:
                found.setdefault(name, {}).setdefault(order.certain[name], barcode.sure)
    return {name: Label(tuple(values), len(values) == 1 and all(values.values())) for name, values in found.items()}


def _said_before(context: Context, read: PhotoRead, labels: dict[str, Label]) -> bool:
    """Whether another photo of the album was read with the same result: an album is answered once."""
    others = context.uow.photo_reads.of_album(read.remote.chat_id, read.album) if read.album else ()
    done = (one for one in others if one.id != read.id and one.state is PhotoState.READ)
    return any(labels_of(one.reading, context.known()) == labels for one in done)


def _reading(labels: dict[str, Label]) -> OrderReading:
    """Return the labels as a reading of a message: sure ones certain, the others doubtful."""
    certain = {name: label.values[0] for name, label in labels.items() if label.sure}
    doubts = {name: label.values for name, label in labels.items() if not label.sure}
    return OrderReading(
        certain,
        doubts,
        missing=(),
        rest="",
        written={name: values[0] for name, values in doubts.items()},
        evidence=dict.fromkeys(labels, Evidence.FORM),
    )


def _into_draft(context: Context, draft: Conversation, read: PhotoRead, labels: dict[str, Label]) -> None:
    """Fill what the draft lacks; where it says something else, both are asked about."""
    name = draft.step.partition(":")[2]
    if not labels:
        if name == "serial" and not _album_goes_on(context, read):
            context.reply(context.words("photo.no_code"))
        return
    waiting = name in labels and not draft.data.get(name) and name not in doubts_in(draft.data)
    after = merged(draft.data, _reading(labels), name if waiting else "")
    if after != draft.data:
        enter_request(context, after, before=_found(context, labels))


def _album_goes_on(context: Context, read: PhotoRead) -> bool:
    others = context.uow.photo_reads.of_album(read.remote.chat_id, read.album) if read.album else ()
    return any(one.id != read.id and (one.state is PhotoState.WANTED or one.reading) for one in others)


def _about_question(context: Context, dialogue: Conversation, labels: dict[str, Label]) -> None:
    """Offer what was read for an order that is there or a new one, in place of the question which order it is for."""
    waiting = take_question_back(context, dialogue)
    if not labels:
        if waiting:
            question = context.uow.outbox.put(waiting, context.now)
            context.uow.conversations.put(evolve(dialogue, data={**dialogue.data, "question": str(question)}))
        return
    somebody, words, message_id = context.somebody, context.words, context.incoming.message_id
    rows = context.uow.order_queries.of_person(somebody.id, somebody.technician_code, LISTED)[:_MOST_ORDERS]
    buttons = [[Button(words("button.use_for", number=row.number), f"{USE}:{row.id}:{message_id}")] for row in rows]
    buttons.append([Button(words("button.new_order"), "reg")])
    reading = _reading(labels)
    data = dict(dialogue.data) | reading.certain
    for name, values in reading.doubts.items():
        data |= doubtful(name, values[0], values)
    question = context.reply(_found(context, labels), buttons)
    context.open_dialogue(PHOTO, {**data, "question": str(question)})


def _found(context: Context, labels: dict[str, Label]) -> str:
    """Return what was read in the photo, one line for each field."""
    lines = []
    for name, label in labels.items():
        shown = " / ".join(_shown(context, name, value) for value in label.values)
        code = "photo.found" if label.sure or len(label.values) > 1 else "photo.found_unsure"
        lines.append(context.words(code, values=shown))
    return "\n".join(lines)


def _shown(context: Context, name: str, value: str) -> str:
    if name != "serial":
        return value
    maker = maker_of(context.uow, SerialNumber(value, value))
    return f"SN {value} ({maker})" if maker else f"SN {value}"


def _about_order(context: Context, serial: Label) -> None:
    """Ask where the label of a photo that joined an order shows another serial than the order."""
    incoming = context.incoming
    order_id = context.uow.inbox.order_of(incoming.chat_id, incoming.message_id or 0) or order_of_photo(
        context, incoming.message_id or 0
    )
    order = context.uow.orders.get(order_id) if order_id else None
    if order is None or not _differs(context, order, serial.values):
        return
    head = f"{_found(context, {'serial': serial})}\n{context.words('photo.differs', number=order.number)}"
    offer_change(context, order, {"serial": serial.values[0]}, head=head)


def _differs(context: Context, order: Order, serials: Sequence[str]) -> bool:
    stands = order.phase.live and not order.deleted_at and owns(order, context.somebody)
    return stands and order.data.serial.value not in serials and len(serials) == 1
