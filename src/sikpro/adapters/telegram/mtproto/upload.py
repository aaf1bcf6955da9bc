"""Upload files by MTProto, part by part: https://core.telegram.org/api/files#uploading-files."""

from typing import Any

from telethon.tl import functions, types

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.application.ports.chat import Enclosure

PART = 512 * 1024
"""Bytes of each part except the last."""

SMALL = 10 * 1024 * 1024
"""The largest size of a small file, in bytes."""


async def upload(client: MtprotoClient, enclosure: Enclosure, file_id: int) -> Any:
    """Upload a file with our own id, and return its reference for a request.

    The same id writes the same parts again, so a retry makes no duplicate. Raises the errors of `MtprotoClient.call`.
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
