"""Files in parts, command menus, methods that are not there."""

import os

import pytest
from telethon import errors
from telethon.tl import functions, types

from tests.integration.telegram.mtproto_server import MtprotoServer
from tests.integration.telegram.mtproto_server.stock import DEWI, Connect


async def test_a_photo_comes_in_parts_and_a_stale_reference_is_refused(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    content = os.urandom(300_000)
    message_id = server.send_photo(DEWI, content, "label modem", album=31)
    wanted = functions.messages.GetMessagesRequest([types.InputMessageID(message_id)])
    [message] = (await client(wanted)).messages
    assert (message.message, message.grouped_id) == ("label modem", 31)
    assert await client.download_media(message, bytes) == content
    assert server.asked("upload.getFile").count("ok") > 1

    server.expire_file_references()
    with pytest.raises(errors.FileReferenceExpiredError):
        await client.download_file(
            types.InputPhotoFileLocation(message.photo.id, message.photo.access_hash, message.photo.file_reference, "x")
        )
    [message] = (await client(wanted)).messages
    assert await client.download_media(message, bytes) == content


async def test_a_file_of_another_data_centre_is_fetched_there(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    message_id = server.send_document(DEWI, b"isi file", "data.pdf", "application/pdf")
    [message] = (await client(functions.messages.GetMessagesRequest([types.InputMessageID(message_id)]))).messages
    server.move_file(message.document.id, 2)
    assert await client.download_media(message, bytes) == b"isi file"
    assert server.asked("upload.getFile") == ["FILE_MIGRATE_2", "ok"]


async def test_menus_are_kept_by_scope_and_language(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    everybody = types.BotCommandScopeDefault()
    lines = [types.BotCommand("reg", "Daftar")]
    await client(functions.bots.SetBotCommandsRequest(everybody, "id", lines))
    await client(functions.bots.SetBotCommandsRequest(types.BotCommandScopePeer(types.InputPeerUser(DEWI, 0)), "", []))
    await client(functions.bots.ResetBotCommandsRequest(everybody, "en"))
    assert [(one.scope, one.chat, one.language, one.commands) for one in server.menus.values()] == [
        ("default", None, "id", [("reg", "Daftar")]),
        ("peer", DEWI, "", []),
    ]


async def test_a_method_that_is_not_there_is_refused(connect: Connect) -> None:
    client = await connect()
    with pytest.raises(errors.MethodInvalidError):
        await client(functions.account.GetPasswordRequest())
