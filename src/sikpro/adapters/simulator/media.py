"""Photos, albums and documents that people send, and their files."""

import secrets
from collections.abc import Sequence

from attrs import frozen

from sikpro.adapters.simulator.store import Body
from sikpro.adapters.simulator.texts import with_text
from sikpro.adapters.simulator.world import Refused, World

LARGEST_PHOTO = 10 * 1024 * 1024
LARGEST_DOCUMENT = 24 * 1024 * 1024
ALBUM = range(2, 11)
"""The possible numbers of photos in an album."""


@frozen
class Picked:
    """A file that a person sends."""

    content: bytes
    mime: str
    name: str = ""


def send_photo(
    world: World, person_id: int, photo: Picked, caption: str, reply_to: int | None, chat_id: int | None = None
) -> int:
    """Send a photo from a person; return its message id."""
    return world.bring(person_id, _photo(world, photo) | with_text(caption, "caption"), reply_to, chat_id)


def send_album(
    world: World,
    person_id: int,
    photos: Sequence[Picked],
    caption: str,
    reply_to: int | None,
    chat_id: int | None = None,
    *,
    captioned: int = 0,
) -> list[int]:
    """Send several photos from a person as one album, the caption on one of them; return the message ids."""
    if len(photos) not in ALBUM or captioned not in range(len(photos)):
        raise Refused(422, f"An album has {ALBUM.start} to {ALBUM.stop - 1} photos, and the caption is on one of them.")
    contents = [_photo(world, photo) for photo in photos]
    album = {"media_group_id": str(world.store.next("album", 13_000_000_000_000_001))}
    return [
        world.bring(
            person_id,
            content | album | (with_text(caption, "caption") if place == captioned else {}),
            reply_to,
            chat_id,
        )
        for place, content in enumerate(contents)
    ]


def send_document(
    world: World, person_id: int, file: Picked, caption: str, reply_to: int | None, chat_id: int | None = None
) -> int:
    """Send a file from a person; return its message id."""
    _check(file, LARGEST_DOCUMENT)
    content = {"document": document(world, file.content, file.mime, file.name or "berkas")}
    return world.bring(person_id, content | with_text(caption, "caption"), reply_to, chat_id)


def document(world: World, content: bytes, mime: str, name: str) -> Body:
    """Save a file, and return its description as a document."""
    file_id = keep(world, content, mime, name, "documents")
    about = {"file_id": file_id, "file_unique_id": file_id[:16], "file_name": name}
    return about | {"mime_type": mime, "file_size": len(content)}


def photo_sizes(world: World, content: bytes, mime: str) -> list[Body]:
    """Save a photo, and return its description in two sizes, as Telegram does."""
    file_id = keep(world, content, mime, "photo.jpg", "photos")
    thumb = {"file_id": f"{file_id}-s", "file_unique_id": f"{file_id[:16]}s", "width": 90, "height": 67}
    full = {"file_id": file_id, "file_unique_id": file_id[:16], "width": 1280, "height": 960}
    return [thumb | {"file_size": min(len(content), 1500)}, full | {"file_size": len(content)}]


def keep(world: World, content: bytes, mime: str, name: str, folder: str) -> str:
    """Save a file; return its file_id."""
    file_id, number = secrets.token_hex(16), world.store.next("file")  # no "-": a thumb ends with "-s"
    suffix = name.rpartition(".")[2] if "." in name else "bin"
    world.store.save_file(file_id, f"{folder}/file_{number}.{suffix[:8]}", name, mime, content)
    return file_id


def _photo(world: World, photo: Picked) -> Body:
    _check(photo, LARGEST_PHOTO)
    return {"photo": photo_sizes(world, photo.content, photo.mime)}


def _check(file: Picked, largest: int) -> None:
    if not file.content:
        raise Refused(422, "A file needs content.")
    if len(file.content) > largest:
        raise Refused(422, f"It may have {largest} bytes at most.")
