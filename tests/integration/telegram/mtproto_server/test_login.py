"""How a bot gets in: key exchange, login, known keys, moved data centres, clocks."""

from typing import Any

import pytest
from telethon import errors
from telethon.network.connection import ConnectionTcpAbridged, ConnectionTcpIntermediate
from telethon.tl import functions

from tests.integration.telegram.mtproto_server import API_HASH, BOT_ID, BOT_USERNAME, TOKEN, MtprotoServer
from tests.integration.telegram.mtproto_server.stock import Connect, once


async def test_a_bot_logs_in_and_is_known_by_its_key_on_the_next_connection(
    server: MtprotoServer, connect: Connect
) -> None:
    client = await connect()
    assert (await client.get_me()).username == BOT_USERNAME
    await client.disconnect()

    again = await connect(client.session, log_in=False)

    assert (await again.get_me()).id == BOT_ID
    assert server.asked("auth.importBotAuthorization") == ["ok"]
    assert len(server.keys) == 1


@pytest.mark.parametrize("transport", [ConnectionTcpAbridged, ConnectionTcpIntermediate])
async def test_the_other_transports_are_understood(connect: Connect, transport: Any) -> None:
    client = await connect(connection=transport)
    assert (await client.get_me()).id == BOT_ID


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"api_hash": "f" * 32}, errors.ApiIdInvalidError),
        ({"token": "424242:other"}, errors.AccessTokenInvalidError),
    ],
)
async def test_wrong_credentials_are_refused_by_name(connect: Connect, wrong: dict[str, str], problem: Any) -> None:
    client = await connect(log_in=False, api_hash=wrong.get("api_hash", API_HASH))
    with pytest.raises(problem):
        await client.sign_in(bot_token=wrong.get("token", TOKEN))


async def test_a_revoked_token_ends_the_login_and_the_next_one(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    server.revoke_token()
    with pytest.raises(errors.SessionRevokedError):
        await client(functions.updates.GetStateRequest())
    with pytest.raises(errors.AccessTokenExpiredError):
        await client.sign_in(bot_token=TOKEN)


async def test_a_client_whose_key_is_forgotten_is_told_so(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    await client.disconnect()
    server.forget_keys()
    with pytest.raises(errors.AuthKeyNotFound):
        await connect(client.session, log_in=False)


async def test_a_bot_of_another_data_centre_moves_there(server: MtprotoServer, connect: Connect) -> None:
    server.home_dc = 2
    client = await connect(request_retries=1)
    assert client.session.dc_id == 2
    assert client.session.port == server.ports[2]
    assert server.asked("auth.importBotAuthorization") == ["USER_MIGRATE_2", "ok"]


@pytest.mark.parametrize("offset", [-4000, 4000])
async def test_a_clock_that_is_off_is_corrected_on_a_known_key(
    server: MtprotoServer, connect: Connect, offset: int
) -> None:
    client = await connect()
    await client.disconnect()
    server.world.clock_offset = offset

    again = await connect(client.session, log_in=False)

    assert abs(again._sender._state.time_offset - offset) <= 1
    assert (await again.get_me()).id == BOT_ID


async def test_a_ping_is_answered_and_logging_out_ends_the_login(server: MtprotoServer, connect: Connect) -> None:
    client = await connect()
    assert (await once(client, functions.PingRequest(77))).ping_id == 77
    assert (await once(client, functions.PingDelayDisconnectRequest(78, 75))).ping_id == 78
    await client(functions.auth.LogOutRequest())
    with pytest.raises(errors.AuthKeyUnregisteredError):
        await client(functions.updates.GetStateRequest())
