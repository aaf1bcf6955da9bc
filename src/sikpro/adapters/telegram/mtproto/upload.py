"""Files to MTProto, part by part: https://core.telegram.org/api/files#uploading-files."""

from typing import Any

from telethon.tl import functions, types

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.application.ports.chat import Enclosure

PART = 512 * 1024
"""Bytes of a part; each but the last has as many."""

SMALL = 10 * 1024 * 1024
"""Up to where a file counts as small."""


async def upload(client: MtprotoClient, enclosure: Enclosure, file_id: int) -> Any:
    """Upload a file under an id of our own, and return what names it in a request.

    The same id again writes the same parts again: a repeated try leaves nothing twice. Raises what
    `MtprotoClient.call` raises.
    """
    content = enclosure.content
    parts = [content[start : start + PART] for start in range(0, len(content), PART)]
    for place, part in enumerate(parts):
        if len(content) > SMALL:
            await client.call(functions.upload.SaveBigFilePartRequest(file_id, place, len(parts), part))
        else:
            await client.call(functions.upload.SaveFilePartRequest(file_id, place, part))
    if len(content) > SMALL:
        return types.InputFileBig(file_id, len(parts), enclosure.name)
    return types.InputFile(file_id, len(parts), enclosure.name, md5_checksum="")
