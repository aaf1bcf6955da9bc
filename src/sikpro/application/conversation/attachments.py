"""Files and places of messages: kept with a draft, and recorded once their order exists."""

from collections.abc import Iterable, Mapping

from sikpro.application.conversation.context import Context
from sikpro.application.ports.chat import Attachment
from sikpro.application.ports.inbox import ReceivedFile
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.storage import Hint, Kind
from sikpro.application.use_cases.orders.own_order import keep_place
from sikpro.domain.place import Place

FILES = "files"
"""In the dialogue's data: the messages whose files belong to the future order, separated by blanks."""

ALBUMS = "albums"
"""In the dialogue's data: the albums that belong to it."""

_PICTURES = (".jpg", ".jpeg", ".png", ".webp")

PHOTO = "photo"
"""The step that asks which order a photo belongs to."""


PLACE = "place"
"""In a draft's data: the place of the future order, as `str(Place)`. Also the step that asks for a place's order."""


def keep_files(context: Context, data: dict[str, str]) -> None:
    """Note in a draft's data that this message's files belong to it."""
    incoming = context.incoming
    if incoming.attachments and incoming.message_id is not None:
        _add(data, FILES, str(incoming.message_id))
    if incoming.album:
        _add(data, ALBUMS, incoming.album)


def store_files(context: Context, order_id: int, data: Mapping[str, str]) -> None:
    """Record the draft's files for download, for the order that it became."""
    inbox, chat_id = context.uow.inbox, context.incoming.chat_id
    for album in data.get(ALBUMS, "").split():
        want_files(context, order_id, inbox.album(chat_id, album))
    for message_id in data.get(FILES, "").split():
        want_files(context, order_id, inbox.files_of(chat_id, int(message_id)))


def store_own_files(context: Context, order_id: int) -> None:
    """Record the files of this message, and those of its album received so far, for download for an order."""
    incoming = context.incoming
    if incoming.album:
        want_files(context, order_id, context.uow.inbox.album(incoming.chat_id, incoming.album))
    if incoming.message_id is None:
        return
    came = (
        ReceivedFile(
            chat_id=incoming.chat_id,
            message_id=incoming.message_id,
            transport=incoming.transport,
            attachment=attachment,
        )
        for attachment in incoming.attachments
    )
    want_files(context, order_id, came)


def may_be_photo(file: Attachment) -> bool:
    """Whether a file may be a photo: sent as one, or as a file with a picture's type or name."""
    return file.is_photo or file.media_type.startswith("image/") or file.name.lower().endswith(_PICTURES)


def want_reading(context: Context) -> None:
    """Have the barcodes of this message's photos read."""
    incoming = context.incoming
    for file in incoming.attachments:
        if may_be_photo(file) and incoming.message_id is not None and incoming.sender_id is not None:
            remote = RemoteFile(
                transport=incoming.transport,
                chat_id=incoming.chat_id,
                message_id=incoming.message_id,
                reference=file.file_id,
            )
            context.uow.photo_reads.want(
                remote, telegram_id=incoming.sender_id, album=incoming.album or None, at=context.now
            )
            context.uow.announce(Hint(Kind.FILE))


def want_files(context: Context, order_id: int, files: Iterable[ReceivedFile]) -> None:
    """Record files for download for an order, each once."""
    for file in files:
        attachment = file.attachment
        context.uow.files.want(
            order_id=order_id,
            chat_id=file.chat_id,
            message_id=file.message_id,
            transport=file.transport,
            reference=attachment.file_id,
            kind="photo" if attachment.is_photo else "file",
            name=attachment.name,
            size=attachment.size,
            at=context.now,
        )
        context.uow.announce(Hint(Kind.FILE))


def _add(data: dict[str, str], name: str, value: str) -> None:
    known = data.get(name, "").split()
    if value not in known:
        data[name] = " ".join([*known, value])


def store_place(context: Context, order_id: int, data: Mapping[str, str]) -> None:
    """Add the draft's place to the order that it became."""
    place = Place.read(data.get(PLACE, ""))
    if place:
        keep_place(context.uow, order_id, context.somebody, context.now, place, context.incoming.chat_id)
