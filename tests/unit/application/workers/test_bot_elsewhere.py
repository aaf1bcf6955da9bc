"""A process that does not serve the bot shows how the one that serves it says it is, as long as that is true."""

from datetime import timedelta

from attrs import define, evolve, field

from sikpro.application.ports.network import BotState
from sikpro.application.workers.bot_record import FRESH
from sikpro.application.workers.health_watch import OUTAGE
from sikpro.application.workers.relay import Relay
from sikpro.testing.builders import NOON
from sikpro.testing.messenger import FakeMessenger
from sikpro.testing.transactions import InlineTransactions
from tests.unit.application.workers.test_health_watch import Machine

CONNECTED = BotState(connected=True, since=NOON, username="sikpro_bot", transport="bot_api")
WAITING = BotState(connected=False, since=NOON, trouble="other_process")


@define
class Two:
    """A process that serves the bot, and one beside it on the same store."""

    serving: Machine = field(factory=Machine)
    beside: Machine = field(init=False)
    heard: list[str] = field(factory=list)

    def __attrs_post_init__(self) -> None:
        machine = self.serving
        self.beside = Machine(store=machine.store)
        relay = Relay(transactions=InlineTransactions(machine.store), messenger=FakeMessenger(), clock=machine.clock)
        relay.line.failed("unreachable")
        machine.health_watch.relay = lambda: relay
        self.bot_is(CONNECTED)
        self.beside.health_watch.bot_apart = True
        self.beside.health_watch.bot_changed = lambda: self.heard.append("bot")

    def bot_is(self, state: BotState) -> None:
        """Let the serving process have this state."""
        self.serving.health_watch.bot = lambda: evolve(state, changed=self.serving.passed)

    async def passes(self, seconds: float, *, serves: bool = True) -> None:
        """Let time pass for both, and both probe; the serving one only while it serves."""
        for machine in (self.serving, self.beside):
            machine.passes(seconds)
        if serves:
            await self.serving.looks()
        await self.beside.looks()


async def test_a_web_apart_shows_the_bot_as_its_process_tells_and_says_so_to_the_pages_when_that_changes() -> None:
    two = Two()
    await two.passes(1)
    watch = two.beside.health_watch
    shown = watch.bot_now()
    assert shown is not None
    assert (shown.connected, shown.username, shown.transport) == (True, "sikpro_bot", "bot_api")
    assert (two.beside.part("bot").state, two.beside.part("relay").state) == ("connected", "unreachable")
    await two.passes(10)
    assert two.heard == ["bot"], "the same state again is no news"
    two.bot_is(BotState(connected=False, since=NOON, trouble="unauthorised"))
    await two.passes(10)
    part = two.beside.part("bot")
    assert (part.state, part.ill, part.stops) == ("unauthorised", True, True)
    assert two.heard == ["bot", "bot"]


async def test_a_bot_whose_process_is_gone_is_absent_and_an_outage_after_ten_minutes() -> None:
    two = Two()
    await two.passes(1)
    await two.passes(FRESH + 1, serves=False)
    part = two.beside.part("bot")
    assert (part.state, part.ill, part.stops) == ("absent", True, False)
    assert two.heard == ["bot", "bot"]
    await two.passes(OUTAGE, serves=False)
    assert two.beside.part("bot").stops
    await two.passes(1)
    assert two.beside.part("bot").state == "connected"


async def test_a_web_apart_with_a_token_and_nobody_who_serves_the_bot_says_so_and_without_one_there_is_none() -> None:
    machine = Machine()
    await machine.looks()
    assert machine.part("bot").state == "no_token"
    machine.health_watch.bot_apart = True
    assert (machine.part("bot").state, machine.part("relay").state) == ("absent", "idle")


async def test_what_a_process_told_long_before_the_start_is_not_believed() -> None:
    two = Two()
    await two.serving.looks()
    two.beside.passes(3600)
    await two.beside.looks()
    assert two.beside.part("bot").state == "absent"


async def test_a_clock_that_differs_between_two_machines_makes_no_difference_after_the_second_record() -> None:
    two = Two()
    two.serving.clock.later(hours=-3)
    await two.passes(1)
    await two.passes(10)
    assert two.beside.part("bot").state == "connected"


async def test_a_server_that_waits_for_the_lease_shows_the_bot_of_the_one_that_has_it() -> None:
    two = Two()
    two.beside.health_watch.bot = lambda: WAITING
    two.beside.health_watch.relay = lambda: Relay(
        transactions=InlineTransactions(two.beside.store), messenger=FakeMessenger(), clock=two.beside.clock
    )
    await two.passes(1)
    assert (two.beside.part("bot").state, two.beside.part("relay").state) == ("connected", "unreachable")
    await two.passes(FRESH + 1, serves=False)
    assert (two.beside.part("bot").state, two.beside.part("relay").state) == ("other_process", "idle")
    await two.passes(10)
    own = await two.serving.looks()
    assert own.state("bot") == "connected", "who waits tells nothing over the one that serves"


async def test_since_when_the_bot_is_as_it_is_is_told_too() -> None:
    two = Two()
    lost = BotState(connected=False, since=NOON, trouble="unreachable", changed=0.0)
    two.serving.health_watch.bot = lambda: lost
    await two.passes(300)
    shown = two.beside.health_watch.bot_now()
    assert shown is not None
    assert two.beside.clock.now() - shown.since == timedelta(seconds=300)


async def test_a_record_of_yesterday_is_forgotten_so_that_a_bot_given_up_is_not_missed_for_ever() -> None:
    two = Two()
    await two.serving.looks()
    two.beside.health_watch.bot_apart = False
    two.beside.passes(25 * 3600)
    await two.beside.looks()
    assert two.beside.part("bot").state == "no_token"
