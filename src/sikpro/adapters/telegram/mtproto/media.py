"""Map the files of a message to the application's types."""

from typing import Any

from telethon.tl import types

from sikpro.adapters.telegram.compose import storable
from sikpro.application.ports.chat import Attachment
from sikpro.domain.place import Place


def attachments_of(media: object) -> tuple[Attachment, ...]:
    """Return the file of a message, as in the Bot API; none for a contact, a place or a poll.

    Its `file_id` is only a name (`photo:17`): to fetch the file, the message is requested again, because file
    references expire (https://core.telegram.org/api/file_reference).
    """
    match media:
        case types.MessageMediaPhoto(photo=types.Photo() as photo):
            size = largest_size(photo)
            return (Attachment("photo", f"photo:{photo.id}", bytes_of(size), media_type="image/jpeg"),)
        case types.MessageMediaDocument(document=types.Document() as document):
            return (
                Attachment(
                    _kind(document.attributes),
                    f"document:{document.id}",
                    int(document.size),
                    _name(document.attributes),
                    media_type=storable(document.mime_type or ""),
                ),
            )
    return ()


def place_of(media: object) -> Place | None:
    """Return the place of a pin, a live location or a venue. Raises `ValueError` for one that is not on Earth."""
    match media:
        case (
            types.MessageMediaGeo(geo=types.GeoPoint() as point)
            | types.MessageMediaGeoLive(geo=types.GeoPoint() as point)
            | types.MessageMediaVenue(geo=types.GeoPoint() as point)
        ):
            return Place.at(point.lat, point.long)
    return None


def place_name_of(media: object) -> str:
    """Return the name and the address of a venue, "" for anything else."""
    if not isinstance(media, types.MessageMediaVenue):
        return ""
    return "\n".join(filter(None, (storable(media.title or ""), storable(media.address or ""))))


def largest_size(photo: Any) -> Any:
    """Return the size of a photo with the most pixels. Raises `ValueError` if it has none."""
    sizes = [size for size in photo.sizes if getattr(size, "w", 0) and getattr(size, "h", 0)]
    return max(sizes, key=lambda size: size.w * size.h)


def bytes_of(size: Any) -> int | None:
    """Return the announced bytes of a photo size."""
    match size:
        case types.PhotoSize():
            return int(size.size)
        case types.PhotoSizeProgressive():
            return max(map(int, size.sizes), default=None)
        case types.PhotoCachedSize():
            return len(size.bytes)
    return None


def _kind(attributes: list[Any]) -> str:
    """Return the Bot API's name for the kind of a document."""
    by_type = {type(attribute): attribute for attribute in attributes}
    if types.DocumentAttributeSticker in by_type:
        return "sticker"
    if types.DocumentAttributeAnimated in by_type:
        return "animation"
    video = by_type.get(types.DocumentAttributeVideo)
    if video is not None:
        return "video_note" if video.round_message else "video"
    audio = by_type.get(types.DocumentAttributeAudio)
    if audio is not None:
        return "voice" if audio.voice else "audio"
    return "document"


def _name(attributes: list[Any]) -> str:
    names = [one.file_name for one in attributes if isinstance(one, types.DocumentAttributeFilename)]
    return storable(names[0]) if names else ""
