"""The login by MTProto: kept in our database, made anew when it is worth nothing, and each trouble by its name."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import pytest

from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.files import MtprotoFiles
from sikpro.adapters.telegram.mtproto.session import DataCentre, Session
from sikpro.adapters.telegram.mtproto.source import MtprotoSource
from sikpro.application.ports.chat import Incoming, Transport
from sikpro.application.ports.network import FileGone, RemoteFile, SourceError, Trouble
from tests.integration.telegram.mtproto_bot import DEWI, new_client, new_vault, served
from tests.integration.telegram.mtproto_server import API_HASH, TOKEN, MtprotoServer


@pytest.fixture
async def server() -> AsyncIterator[MtprotoServer]:
    async with served() as server:
        yield server


@pytest.fixture
async def client(server: MtprotoServer) -> AsyncIterator[MtprotoClient]:
    client = new_client(server)
    yield client
    await client.aclose()


async def trouble(client: MtprotoClient) -> Trouble:
    with pytest.raises(SourceError) as caught:
        await client.connect()
    await client.aclose()
    return caught.value.trouble


def logins(server: MtprotoServer) -> int:
    return server.asked("auth.importBotAuthorization").count("ok")


async def test_a_login_is_kept_and_serves_the_next_process(server: MtprotoServer, client: MtprotoClient) -> None:
    await client.connect()
    await client.aclose()
    other = new_client(server, client.vault)
    assert (await MtprotoSource(other).identify()).bot_id == other.bot_id
    await other.aclose()
    assert (logins(server), len(server.keys)) == (1, 1)


@pytest.mark.parametrize("word", ["AUTH_KEY_UNREGISTERED", "SESSION_REVOKED", "AUTH_KEY_DUPLICATED"])
async def test_a_login_that_is_worth_nothing_is_made_anew(
    server: MtprotoServer, client: MtprotoClient, word: str
) -> None:
    await client.connect()
    before = await client.vault.session()
    server.log_everybody_out(word)
    async with asyncio.timeout(10):
        server.say(DEWI, "halo")
        updates = (await MtprotoSource(client, poll_timeout=1).fetch("")).updates
    assert [said.text for said in updates] == ["halo"]
    after = await client.vault.session()
    assert before
    assert after
    assert before.key != after.key


async def test_a_key_that_the_data_centre_forgot_is_made_anew(server: MtprotoServer, client: MtprotoClient) -> None:
    await client.connect()
    server.forget_keys()
    server.say(DEWI, "halo")
    source = MtprotoSource(client, poll_timeout=1)
    updates: tuple[Incoming, ...] = ()
    while not updates:
        with contextlib.suppress(SourceError):  # the line may be seen to be broken only while it is used
            updates = (await source.fetch("")).updates
    assert [said.text for said in updates] == ["halo"]
    assert logins(server) == 2


async def test_a_bot_that_lives_in_another_data_centre_is_followed_there(
    server: MtprotoServer, client: MtprotoClient
) -> None:
    server.home_dc = 2
    await client.connect()
    kept = await client.vault.session()
    assert kept
    assert (kept.centre.number, kept.centre.port) == (2, server.ports[2])


async def test_an_address_that_serves_no_more_is_replaced_by_the_first_one(server: MtprotoServer) -> None:
    vault = new_vault()
    await vault.keep(Session(DataCentre(4, "127.0.0.1", 9), bytes(256)))
    client = new_client(server, vault)
    await client.connect()
    await client.aclose()
    kept = await vault.session()
    assert kept
    assert kept.centre == DataCentre(server.dc_id, server.host, server.port)


async def test_wrong_credentials_are_said_by_name(server: MtprotoServer) -> None:
    assert await trouble(new_client(server, api_hash="0" * 32)) is Trouble.API_ID
    assert await trouble(new_client(server, token="424242:wrong")) is Trouble.UNAUTHORISED


async def test_a_revoked_token_is_said_as_such(server: MtprotoServer, client: MtprotoClient) -> None:
    await client.connect()
    server.revoke_token()
    with pytest.raises(SourceError) as caught:
        await MtprotoSource(client, poll_timeout=1).fetch("")
    assert caught.value.trouble is Trouble.UNAUTHORISED


async def test_a_login_that_comes_too_often_says_how_long_to_wait(server: MtprotoServer, client: MtprotoClient) -> None:
    server.fail("auth.importBotAuthorization", (420, "FLOOD_WAIT_99"))
    with pytest.raises(SourceError) as caught:
        await client.connect()
    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.SLOW_DOWN, 99)


@pytest.mark.parametrize(("seconds", "said"), [(-500, "+50"), (505, "-50"), (2, "")])
async def test_a_clock_that_is_off_is_said_while_it_works(server: MtprotoServer, seconds: int, said: str) -> None:
    server.world.clock_offset = seconds
    client = new_client(server)
    await MtprotoSource(client, poll_timeout=0.2).fetch("")
    word, detail = client.caution()
    assert (word == Trouble.CLOCK, detail[: len(said)]) == (bool(said), said)
    again = new_client(server, client.vault)
    await client.aclose()
    await MtprotoSource(again, poll_timeout=0.2).fetch("")
    await again.aclose()


async def test_no_secret_is_in_any_repr_or_log_line(server: MtprotoServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = new_client(server)
    line = await client.connect()
    kept = await client.vault.session()
    assert kept
    server.revoke_token()
    with pytest.raises(SourceError) as caught:
        await MtprotoSource(client).fetch("")
    told = f"{client!r} {line!r} {kept!r} {caught.value!r} {caplog.text}"
    for secret in (TOKEN.partition(":")[2], API_HASH, kept.key.hex(), repr(kept.key)):
        assert secret not in told
    await client.aclose()


async def test_a_connection_let_go_is_taken_up_by_the_next_call(server: MtprotoServer, client: MtprotoClient) -> None:
    source = MtprotoSource(client, poll_timeout=1)
    number = server.say(DEWI, "?")
    cursor = (await source.fetch("")).cursor
    server.press(DEWI, number, "ya")
    await asyncio.wait_for(client.pushes.woken.wait(), 5)
    await client.pause()
    assert client.pushes.presses == []
    server.say(DEWI, "lagi")
    assert [said.text for said in (await source.fetch(cursor)).updates] == ["lagi"]


def remote(message_id: int, reference: str) -> RemoteFile:
    return RemoteFile(transport=Transport.MTPROTO, chat_id=DEWI, message_id=message_id, reference=reference)


async def received(client: MtprotoClient) -> RemoteFile:
    (said,) = (await MtprotoSource(client).fetch("")).updates
    assert said.message_id
    return remote(said.message_id, said.attachments[0].file_id)


async def test_a_file_in_another_data_centre_whose_reference_expired_is_fetched(
    server: MtprotoServer, client: MtprotoClient
) -> None:
    server.send_document(DEWI, b"pdf", "label.pdf", "application/pdf")
    file = await received(client)
    server.move_file(int(file.reference.partition(":")[2]), 2)
    server.fail("upload.getFile", (400, "FILE_REFERENCE_EXPIRED"))
    assert await MtprotoFiles(client).download(file, 1000) == b"pdf"


async def test_a_file_that_will_not_come_says_why(server: MtprotoServer, client: MtprotoClient) -> None:
    server.send_photo(DEWI, b"x" * 100)
    file, files = await received(client), MtprotoFiles(client)
    reasons = []
    for asked, limit in ((file, 99), (remote(1, "photo:5"), 1000), (remote(77, file.reference), 1000)):
        with pytest.raises(FileGone) as caught:
            await files.download(asked, limit)
        reasons.append(caught.value.reason)
    assert reasons == ["too_big", "gone", "gone"]


async def test_a_file_that_the_other_transport_told_of_is_fetched_too(
    server: MtprotoServer, client: MtprotoClient
) -> None:
    number = server.send_photo(DEWI, b"x" * 100)
    file = RemoteFile(transport="bot_api", chat_id=DEWI, message_id=number, reference="AgAC")
    assert await MtprotoFiles(client).download(file, 1000) == b"x" * 100
