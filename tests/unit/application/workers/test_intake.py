"""Intake: a batch is one piece of work, and no update takes the others with it."""

from datetime import timedelta
from typing import Any

import pytest
from attrs import define, evolve, field

from sikpro.application.ports.bots import LeaseLost
from sikpro.application.ports.chat import Incoming, IncomingKind, Transport
from sikpro.application.ports.inbox import Outcome
from sikpro.application.ports.network import Batch
from sikpro.application.ports.retention import RetentionRun
from sikpro.application.ports.storage import StorageRejected, StorageUnavailable, UnitOfWork
from sikpro.application.workers.intake import Intake
from sikpro.testing.fakes import HeardMeasures
from sikpro.testing.transactions import InlineTransactions
from tests.unit.chat import NINE, WHOLE, ZONE, World

ACCOUNT, OWNER = "bot:1", "me"


def message(number: int, text: str, sender: int = 1) -> Incoming:
    return Incoming(
        key=f"m:{number}",
        kind=IncomingKind.MESSAGE,
        chat_id=sender,
        sender_id=sender,
        message_id=number,
        sent_at=NINE,
        text=text,
    )


def request(number: int) -> Incoming:
    return message(number, f"/reg {WHOLE.replace('SC32232558', f'SC{1000000 + number}')}")


@define
class Kitchen:
    """An intake over the fakes, holding the lease."""

    world: World = field(factory=World)
    measures: HeardMeasures = field(factory=HeardMeasures)
    intake: Intake = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.intake = Intake(
            transactions=InlineTransactions(self.world.transactions),
            clock=self.world.clock,
            zone=ZONE,
            measures=self.measures,
        )
        self.world.transactions.write(
            lambda uow: uow.bots.lease(ACCOUNT, OWNER, NINE, timedelta(minutes=5), take_over=True)
        )

    async def take_in(self, *updates: Incoming, cursor: str = "9") -> None:
        """A batch comes in."""
        await self.intake.take_in(Batch(updates, cursor, len(updates)), ACCOUNT, OWNER, Transport.BOT_API)

    def outcomes(self) -> list[str]:
        """What became of each update, oldest first."""
        return [row.outcome for row in reversed(self.world.ledger())]

    def cursor(self) -> str:
        """How far the account is."""
        return self.world.transactions.read(lambda uow: uow.bots.cursor(ACCOUNT, Transport.BOT_API))


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


async def test_a_batch_and_its_cursor_are_stored_together(kitchen: Kitchen) -> None:
    await kitchen.take_in(request(1), request(2), cursor="77")
    assert (kitchen.outcomes(), kitchen.cursor()) == ([Outcome.ORDER, Outcome.ORDER], "77")


async def test_an_update_that_comes_again_is_handled_once(kitchen: Kitchen) -> None:
    await kitchen.take_in(request(1))
    await kitchen.take_in(request(1), request(2))
    assert kitchen.outcomes() == [Outcome.ORDER, Outcome.ORDER]


async def test_an_update_that_was_folded_long_ago_and_comes_again_makes_no_second_order(kitchen: Kitchen) -> None:
    await kitchen.take_in(request(1))
    [made] = kitchen.world.transactions.read(lambda uow: list(uow.orders.key_facts()))
    kitchen.world.transactions.write(
        lambda uow: uow.orders.save(uow.orders.get(made[0]).delete("salah", NINE).order, None)
    )
    kitchen.world.clock.later(timedelta(days=200))
    newer = evolve(request(2), sent_at=kitchen.world.clock.now())
    kept_from = NINE + timedelta(days=1)

    def fold(uow: UnitOfWork) -> None:
        uow.retention.keep(RetentionRun(before=kept_from, started_at=kitchen.world.clock.now()))
        assert uow.retention.fold_received(kept_from, 9) == 1

    with pytest.MonkeyPatch.context() as few:
        few.setattr("sikpro.application.ports.retention.FLOOR", 1)
        await kitchen.take_in(newer)
        kitchen.world.transactions.write(fold)
        await kitchen.take_in(request(1), evolve(request(3), sent_at=kept_from))
    assert kitchen.outcomes() == [Outcome.ORDER, Outcome.ORDER]


async def test_while_no_newer_message_proves_the_clock_an_old_update_is_taken(kitchen: Kitchen) -> None:
    await kitchen.take_in(request(1))
    kitchen.world.clock.later(timedelta(days=3650))
    ahead = RetentionRun(before=kitchen.world.clock.now() - timedelta(days=90), started_at=kitchen.world.clock.now())
    kitchen.world.transactions.write(lambda uow: uow.retention.keep(ahead))
    await kitchen.take_in(request(2))
    assert kitchen.outcomes() == [Outcome.ORDER, Outcome.ORDER]


async def test_a_double_in_the_middle_of_a_batch_leaves_the_others_alone(kitchen: Kitchen) -> None:
    await kitchen.take_in(request(1), evolve(request(1), key="m:other"), request(2))
    assert kitchen.outcomes() == [Outcome.ORDER, Outcome.REFUSAL, Outcome.ORDER]


async def test_an_update_whose_handling_always_fails_is_noted_answered_and_passed(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "bom", RuntimeError("boom"))
    await kitchen.take_in(request(1), message(2, "bom"), request(3))
    assert kitchen.outcomes() == [Outcome.ORDER, Outcome.FAILED, Outcome.ORDER]
    texts = sent_texts(kitchen)
    assert any(text.startswith("Maaf, pesan ini gagal diproses") for text in texts)
    assert kitchen.world.ledger()[1].detail == "RuntimeError"


async def test_content_that_the_database_refuses_is_noted_and_the_others_live(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_on(monkeypatch, "bom", StorageRejected("too odd"))
    await kitchen.take_in(request(1), message(2, "bom"), request(3), cursor="5")
    assert (kitchen.outcomes(), kitchen.cursor()) == ([Outcome.ORDER, Outcome.FAILED, Outcome.ORDER], "5")


async def test_a_database_out_of_reach_loses_nothing_since_the_cursor_stays(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        fail_on(broken, "bom", StorageUnavailable("disk full"))
        with pytest.raises(StorageUnavailable):
            await kitchen.take_in(request(1), message(2, "bom"), request(3))
    assert (kitchen.outcomes(), kitchen.cursor()) == ([], "")
    await kitchen.take_in(request(1), message(2, "bom"), request(3))
    assert kitchen.outcomes() == [Outcome.ORDER, Outcome.REFUSAL, Outcome.ORDER]


async def test_a_process_that_lost_the_lease_stores_nothing(kitchen: Kitchen) -> None:
    kitchen.world.transactions.write(
        lambda uow: uow.bots.lease(ACCOUNT, "other", NINE, timedelta(minutes=5), take_over=True)
    )
    with pytest.raises(LeaseLost):
        await kitchen.take_in(request(1))
    assert kitchen.outcomes() == []


def fail_on(monkeypatch: pytest.MonkeyPatch, text: str, error: Exception) -> None:
    """Let the conversation fail at a text, as a fault of ours would."""
    from sikpro.application.conversation.engine import handle as real

    def handle(uow: UnitOfWork, incoming: Incoming, *more: Any) -> object:
        if incoming.text == text:
            raise error
        return real(uow, incoming, *more)

    monkeypatch.setattr("sikpro.application.workers.intake.handle", handle)


def sent_texts(kitchen: Kitchen) -> list[str]:
    def work(uow: UnitOfWork) -> list[str]:
        found = []
        while claimed := uow.outbox.claim(kitchen.world.clock.now(), timedelta(minutes=1), 99):
            for item in claimed:
                uow.outbox.sent(item.id, 1, kitchen.world.clock.now())
                found.append(item.message.text)
        return found

    return kitchen.world.transactions.write(work)


async def test_a_switch_of_transport_is_a_row_of_the_ledger_and_each_goes_on_where_it_was() -> None:
    kitchen = Kitchen()
    await kitchen.intake.begin(ACCOUNT, Transport.BOT_API)
    await kitchen.take_in(request(1), cursor="77")
    await kitchen.intake.begin(ACCOUNT, Transport.MTPROTO)
    await kitchen.intake.take_in(Batch((request(1), request(2)), "pts"), ACCOUNT, OWNER, Transport.MTPROTO)

    assert [(row.kind, row.detail) for row in kitchen.world.ledger()][::-1] == [
        ("message", "registered"),
        ("source", "switched.mtproto"),
        ("message", "registered"),
    ]
    assert kitchen.cursor() == "77"


async def test_what_the_network_no_longer_has_is_a_failure_in_the_ledger() -> None:
    kitchen = Kitchen()
    await kitchen.take_in()
    await kitchen.intake.take_in(Batch((), "9", gap="differenceTooLong pts 900"), ACCOUNT, OWNER, Transport.MTPROTO)

    (row,) = kitchen.world.ledger()
    assert (row.outcome, row.detail, row.text) == (Outcome.FAILED, "gap", "differenceTooLong pts 900")


async def test_what_is_needed_to_write_to_a_chat_is_kept_with_its_message() -> None:
    kitchen = Kitchen()
    batch = Batch((request(1),), "9", addresses={700: "hash"})
    await kitchen.intake.take_in(batch, ACCOUNT, OWNER, Transport.MTPROTO)

    assert kitchen.world.transactions.read(lambda uow: uow.bots.address(ACCOUNT, 700)) == "hash"


async def test_an_update_is_counted_once_by_its_outcome_and_only_when_it_is_stored(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        fail_on(broken, "bom", StorageUnavailable("disk full"))
        with pytest.raises(StorageUnavailable):
            await kitchen.take_in(request(1), message(2, "bom"))
    assert kitchen.measures.updates == []
    fail_on(monkeypatch, "bom", StorageRejected("too odd"))
    await kitchen.take_in(request(1), message(2, "bom"))
    assert kitchen.measures.updates == [Outcome.ORDER, Outcome.FAILED]
    await kitchen.take_in(request(1))
    assert kitchen.measures.updates == [Outcome.ORDER, Outcome.FAILED], "it had come before"
    assert kitchen.measures.causes == [f"update={row.id}" for row in reversed(kitchen.world.ledger())]
