"""The loop by MTProto, and a bot that is switched from one transport to the other: nothing is handled twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from sikpro.adapters.local.clock import SystemClock
from sikpro.adapters.local.live import LocalLiveEvents
from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.adapters.telegram.mtproto.client import MtprotoClient
from sikpro.adapters.telegram.mtproto.files import MtprotoFiles
from sikpro.adapters.telegram.mtproto.session import Vault
from sikpro.adapters.telegram.mtproto.source import MtprotoSource
from sikpro.application.ports.chat import Transport
from sikpro.application.ports.files import FileState
from sikpro.application.ports.inbox import Outcome
from sikpro.application.workers.backoff import Backoff
from sikpro.application.workers.downloads import Downloads
from sikpro.application.workers.intake import Intake
from sikpro.application.workers.long_poll import LongPoll
from sikpro.testing.builders import stored_order
from sikpro.testing.contracts.network import DEWI
from sikpro.testing.transactions import InlineTransactions
from tests.integration.telegram.conftest import Simulation
from tests.integration.telegram.mtproto_bot import new_client, served
from tests.integration.telegram.mtproto_server import MtprotoServer
from tests.integration.telegram.test_long_poll import close, furnish, make, outcomes, running_until

ACCOUNT = "bot:424242"
ORDER = "/reg AO#SC3223255{}#ZTEGC675454{}#SDA#ODP-SDA-003"


@pytest.fixture
async def server() -> AsyncIterator[MtprotoServer]:
    async with served() as server:
        yield server


@pytest.fixture
def transactions() -> MemoryTransactions:
    made = MemoryTransactions()
    made.write(furnish)
    return made


@pytest.fixture
async def client(server: MtprotoServer, transactions: MemoryTransactions) -> AsyncIterator[MtprotoClient]:
    client = new_client(server, Vault(InlineTransactions(transactions), ACCOUNT))
    yield client
    await client.aclose()


@pytest.fixture
def loop(client: MtprotoClient, transactions: MemoryTransactions) -> LongPoll:
    return by_mtproto(client, transactions)


def by_mtproto(client: MtprotoClient, transactions: MemoryTransactions, owner: str = "one") -> LongPoll:
    threads, clock = InlineTransactions(transactions), SystemClock()
    return LongPoll(
        source=MtprotoSource(client, poll_timeout=0.3),
        intake=Intake(transactions=threads, clock=clock, zone="Asia/Jakarta"),
        transactions=threads,
        clock=clock,
        live=LocalLiveEvents(),
        account=ACCOUNT,
        owner=owner,
        take_over=True,
        lease=timedelta(seconds=30),
        release_all=client.pause,
        caution=client.caution,
        backoff=Backoff(first=0.05, cap=0.1),
    )


async def test_what_was_handled_is_not_handled_again(server: MtprotoServer, loop: LongPoll) -> None:
    server.say(DEWI, ORDER.format(0, 0))
    await running_until(loop, lambda: outcomes(loop) == [Outcome.ORDER])
    server.say(DEWI, "/cek")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.ORDER, Outcome.COMMAND])
    assert loop.state.transport == Transport.MTPROTO


async def test_a_press_is_taken_in(server: MtprotoServer, loop: LongPoll) -> None:
    number = server.say(DEWI, "/cek")
    await running_until(loop, lambda: len(outcomes(loop)) == 1)
    server.press(DEWI, number, "lama")
    await running_until(loop, lambda: len(outcomes(loop)) == 2)


@pytest.mark.parametrize(
    ("hurt", "trouble"),
    [
        ("revoked", "unauthorised"),
        ("api_hash", "api_id"),
        ("moved", "data_centre"),
        ("failing", "server"),
        ("flood", "slow_down"),
    ],
)
async def test_each_trouble_is_a_state_and_passes(
    server: MtprotoServer, loop: LongPoll, hurt: str, trouble: str
) -> None:
    if hurt == "revoked":
        server.revoke_token()
    elif hurt == "api_hash":
        server.api_hash = "f" * 32
    elif hurt == "moved":
        server.home_dc = 9
    elif hurt == "failing":
        server.fail("updates.getDifference", (500, "INTERNAL"), times=None)
    else:
        server.fail("auth.importBotAuthorization", (420, "FLOOD_WAIT_1"), times=2)
    await running_until(loop, lambda: loop.state.trouble == trouble)
    assert not loop.state.connected
    server.revoked_tokens.clear()
    server.faults.clear()
    server.home_dc, server.api_hash = server.dc_id, "0123456789abcdef0123456789abcdef"
    await running_until(loop, lambda: loop.state.connected and loop.state.trouble == "")


@pytest.mark.parametrize("method", ["help.getConfig", "updates.getDifference"])
async def test_a_server_of_another_layer_is_a_trouble_of_its_own_in_one_line(
    server: MtprotoServer, loop: LongPoll, capsys: pytest.CaptureFixture[str], method: str
) -> None:
    server.fail(method, cut="unknown", times=None)
    await running_until(loop, lambda: loop.state.trouble == "layer" and len(server.asked(method)) > 2)
    lines = [line for line in capsys.readouterr().out.splitlines() if "[error" in line or "trouble=layer" in line]
    assert len(lines) == 1
    assert "unknown constructor deadbeef" in lines[0]
    server.faults.clear()
    server.say(DEWI, "/cek")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.COMMAND])


async def test_a_telegram_that_is_away_is_a_state_and_passes(
    server: MtprotoServer, loop: LongPoll, client: MtprotoClient
) -> None:
    await running_until(loop, lambda: loop.state.connected)
    server.fail("updates.getDifference", cut="before", times=None)
    await running_until(loop, lambda: loop.state.trouble == "unreachable")
    server.faults.clear()
    server.say(DEWI, "/cek")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.COMMAND])


async def test_a_clock_that_is_off_is_said_while_it_works(server: MtprotoServer, loop: LongPoll) -> None:
    server.world.clock_offset = 300
    server.say(DEWI, "/cek")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.COMMAND] and loop.state.trouble == "clock")
    assert loop.state.connected
    assert loop.state.detail in {"-300 s", "-299 s", "-301 s"}


async def test_what_the_network_no_longer_has_is_a_row_of_the_ledger(server: MtprotoServer, loop: LongPoll) -> None:
    server.say(DEWI, "/cek")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.COMMAND])
    server.too_long()
    server.say(DEWI, "/cek")
    # A push told of the message: it is fetched by its number, though the network leaves it out.
    await running_until(loop, lambda: outcomes(loop) == [Outcome.COMMAND, Outcome.FAILED, Outcome.COMMAND])


async def test_the_connection_is_let_go_with_the_lease_and_taken_up_again(
    server: MtprotoServer, loop: LongPoll, client: MtprotoClient, transactions: MemoryTransactions
) -> None:
    await running_until(loop, lambda: loop.state.connected)
    assert client.connections
    others = new_client(server, Vault(InlineTransactions(transactions), ACCOUNT))
    other = by_mtproto(others, transactions, "two")
    await running_until(other, lambda: other.state.connected)
    loop.take_over = False
    await running_until(loop, lambda: loop.state.trouble == "other_process" and not client.connections)
    await other.stop()
    await others.aclose()
    server.say(DEWI, "/cek")
    await running_until(loop, lambda: outcomes(loop) == [Outcome.COMMAND])


async def test_a_bot_that_is_switched_to_the_other_transport_and_back_handles_nothing_twice(
    server: MtprotoServer, loop: LongPoll, transactions: MemoryTransactions, simulation: Simulation
) -> None:
    def say_on_both(text: str) -> None:
        number = simulation.say(text)
        server.world.account.last_id = number - 1
        assert server.say(DEWI, text) == number

    say_on_both(ORDER.format(0, 0))
    say_on_both(ORDER.format(1, 1))
    bot_api = make(simulation, transactions, "one")
    handled = [Outcome.ORDER, Outcome.ORDER]
    await running_until(bot_api, lambda: outcomes(bot_api) == handled)

    say_on_both(ORDER.format(2, 2))
    handled += [Outcome.IGNORED, Outcome.ORDER]  # the switch, and what came since
    await running_until(loop, lambda: outcomes(loop) == handled)

    again = make(simulation, transactions, "one")
    say_on_both("/cek")
    handled += [Outcome.IGNORED, Outcome.COMMAND]
    await running_until(again, lambda: outcomes(again) == handled)
    rows = transactions.read(lambda uow: uow.inbox.page(before=None, limit=99, outcome=Outcome.IGNORED))
    assert [row.detail for row in rows] == ["switched.bot_api", "switched.mtproto"]
    await close(bot_api)
    await close(again)


async def test_files_are_fetched_by_the_process_that_serves_the_bot_alone(
    server: MtprotoServer, loop: LongPoll, client: MtprotoClient, transactions: MemoryTransactions
) -> None:
    number = server.send_photo(DEWI, b"\xff\xd8\xff label")
    order = transactions.write(lambda uow: stored_order(uow))
    wanted = transactions.write(
        lambda uow: uow.files.want(
            order_id=order.id,
            chat_id=DEWI,
            message_id=number,
            transport=Transport.BOT_API,
            reference="AgAC",
            kind="photo",
            name="",
            size=None,
            at=datetime.now(UTC),
        )
    )
    downloads = Downloads(
        transactions=InlineTransactions(transactions),
        source=MtprotoFiles(client),
        clock=SystemClock(),
        pause=0.02,
        may_fetch=lambda: loop.holds_lease,
    )
    fetching = asyncio.create_task(downloads.run())
    await asyncio.sleep(0.1)
    assert server.requests == []

    def is_stored() -> bool:
        return transactions.read(lambda uow: uow.files.get(wanted).state) is FileState.STORED

    await running_until(loop, is_stored)
    fetching.cancel()
    await asyncio.gather(fetching, return_exceptions=True)
