"""After an outage everything that failed is sent again: once each, and as the orders are now."""

from datetime import timedelta

import pytest
from attrs import define, evolve

from sikpro.adapters.memory.unit_of_work import MemoryUnitOfWork
from sikpro.application.ports.failed_messages import Fate
from sikpro.application.ports.outbox import Delivery, OutboxItem
from sikpro.application.ports.storage import Hint, Kind, UnitOfWork
from sikpro.application.use_cases.messages.resend_failed import Resent, failed_plan, resend_failed
from sikpro.application.use_cases.messages.resend_message import resend_message
from sikpro.domain.errors import NotPermitted
from sikpro.testing.builders import an_incoming, an_outgoing
from tests.unit.chat import WHOLE, ZONE, World

BUDI, AGUS = 1, 2
LEASE = timedelta(minutes=1)
SECOND = WHOLE.replace("SC32232558", "SC32232559")


@define
class Outage(World):
    """A world whose messages fail, until Telegram is back."""

    def says(self, text: str, chat_id: int = BUDI) -> None:
        """A technician writes; what is answered stays in the outbox."""
        number = next(self.ids)
        incoming = an_incoming(text, number, chat_id, sent_at=self.clock.now())
        self.transactions.write(lambda uow: self.intake.receive(uow, incoming))

    def puts(self, text: str, chat_id: int = BUDI, **more: object) -> int:
        """Queue a message that is about no order."""
        return self.transactions.write(lambda uow: uow.outbox.put(an_outgoing(text, chat_id, **more), self.clock.now()))

    def fails(self, reason: str = "unreachable") -> list[int]:
        """Give up all that waits, and return the ids. A day passes."""
        failed: list[int] = []

        def work(uow: UnitOfWork) -> bool:
            claimed = uow.outbox.claim(self.clock.now() + LEASE, LEASE, 99)
            for item in claimed:
                uow.outbox.give_up(item.id, Delivery.FAILED, reason, "", self.clock.now())
                failed.append(item.id)
            return bool(claimed)

        while self.transactions.write(work):
            pass
        self.clock.later(days=1)
        return sorted(failed)

    def resends(self, after: int = 0, limit: int = 100) -> Resent:
        """The team leader presses the button."""
        by, now = self.person("bagus"), self.clock.now()
        return self.transactions.write(lambda uow: resend_failed(uow, by, now, after=after, limit=limit, zone=ZONE))

    def arrives(self) -> list[str]:
        """The texts that reach the chats now, in order."""
        heard: list[str] = []

        def work(uow: UnitOfWork) -> bool:
            claimed = uow.outbox.claim(self.clock.now() + LEASE, LEASE, 99)
            for item in claimed:
                uow.outbox.sent(item.id, 1000 + item.id, self.clock.now())
                heard.append(item.message.text)
            return bool(claimed)

        while self.transactions.write(work):
            pass
        return heard

    def item(self, number: int) -> OutboxItem:
        """A message as it is now."""
        return self.transactions.read(lambda uow: uow.outbox.get(number))


@pytest.fixture
def outage() -> Outage:
    """Budi sends an order while Telegram is away; the receipt fails, and its reaction."""
    world = Outage()
    world.says(WHOLE)
    return world


def test_an_answer_that_its_order_has_not_moved_past_is_sent_as_it_is(outage: Outage) -> None:
    outage.takes()
    outage.fails()
    outage.sets("odp_penuh", "ODP penuh, tunggu")
    answer = outage.fails()[-1]
    text = outage.item(answer).message.text

    assert outage.resends().done[Fate.AGAIN] == 1
    assert outage.arrives() == [text]
    assert outage.resends() == Resent()


def test_an_answer_that_its_order_has_moved_past_is_replaced_by_the_present_state_once(outage: Outage) -> None:
    outage.takes()
    outage.sets("odp_penuh", "ODP penuh, tunggu")
    failed = outage.fails()
    outage.takes()
    outage.sets("odp_rusak", "sudah dicabut")
    failed += outage.fails("gateway")
    outage.transactions.write(lambda uow: _moves_on(uow, outage))

    resent = outage.resends()

    assert resent.done[Fate.PRESENT] == 1
    heard = outage.arrives()
    assert len(heard) == 1
    assert "tertahan gangguan" in heard[0]
    assert "sudah dicabut" in heard[0]
    assert "ODP penuh, tunggu" not in heard[0]
    replaced = [outage.item(number) for number in failed if outage.item(number).message.text]
    assert {item.state for item in replaced} == {Delivery.REPLACED}
    assert replaced[-1].reason == "present_state"
    assert {item.reason for item in replaced[:-1]} == {"newer_sent"}
    outage.clock.later(days=1)
    assert (outage.resends(), outage.arrives()) == (Resent(), [])


def _moves_on(uow: UnitOfWork, outage: Outage) -> None:
    """The order changes without a message."""
    order = uow.orders.find("SC32232558")[0]
    uow.orders.save(evolve(order, changed_at=outage.clock.now(), reply_waiting=True), "SC32232558")


def test_an_order_that_still_waits_says_so(outage: Outage) -> None:
    outage.fails()
    outage.transactions.write(lambda uow: _moves_on(uow, outage))
    outage.resends()
    assert [text.splitlines()[1] for text in outage.arrives()] == ["⏳ SC32232558 di antrean sejak 2 Nov 09.00"]


def test_a_newer_answer_that_waits_stands_for_the_old_ones(outage: Outage) -> None:
    outage.takes()
    old = outage.fails()
    outage.sets("odp_penuh", "ODP penuh, tunggu")
    resent = outage.resends()
    assert Fate.PRESENT not in resent.done
    assert Fate.AGAIN not in resent.done
    assert [outage.item(number).state for number in old if outage.item(number).message.text] == [Delivery.REPLACED]
    assert len(outage.arrives()) == 1


def test_what_nobody_needs_any_more_is_expired_and_not_sent() -> None:
    outage = Outage()
    outage.puts("", press_id="7")
    outage.puts("jawaban kemarin", reply_to=5)
    outage.puts("rekap", bulk=True)
    outage.fails()

    resent = outage.resends()

    assert resent.done == {Fate.AGAIN: 1, Fate.STALE: 2}
    assert outage.arrives() == ["rekap"]
    assert [(outage.item(number).state, outage.item(number).reason) for number in (1, 2)] == [
        (Delivery.EXPIRED, "stale"),
        (Delivery.EXPIRED, "stale"),
    ]


def test_what_failed_for_another_reason_stays_and_is_counted_apart() -> None:
    outage = Outage()
    outage.puts("satu")
    outage.fails("blocked")
    outage.puts("dua")
    outage.fails()
    plan = outage.transactions.read(lambda uow: failed_plan(uow, outage.person("bagus")))
    assert (plan.by_outage, plan.for_good) == (1, {"blocked": 1})
    outage.resends()
    assert outage.arrives() == ["dua"]
    assert outage.item(1).state is Delivery.FAILED


def test_portions_go_on_where_the_last_one_ended_and_keep_the_order_of_a_chat() -> None:
    outage = Outage()
    texts = [f"pesan {number}" for number in range(5)]
    for text in texts:
        outage.puts(text)
    outage.fails()

    after: int | None = 0
    portions = 0
    while after is not None:
        resent = outage.resends(after, limit=2)
        after, portions = resent.next, portions + 1

    assert portions == 3
    assert outage.arrives() == texts


def test_two_who_press_at_once_send_each_message_once() -> None:
    outage = Outage()
    for number in range(4):
        outage.puts(f"pesan {number}")
    outage.fails()
    first = outage.resends(limit=2)
    other = outage.resends()
    last = outage.resends(first.next or 0)
    assert [resent.done for resent in (first, other, last)] == [{Fate.AGAIN: 2}, {Fate.AGAIN: 2}, {}]
    assert len(outage.arrives()) == 4


def test_a_press_that_is_cut_off_in_the_middle_leaves_the_rest_and_sends_nothing_twice(outage: Outage) -> None:
    outage.says(SECOND)
    outage.fails()
    outage.transactions.write(lambda uow: _moves_on(uow, outage))
    by, now = outage.person("bagus"), outage.clock.now()

    def dies(uow: UnitOfWork) -> None:
        resend_failed(uow, by, now, zone=ZONE)
        raise OSError("killed before the commit")

    with pytest.raises(OSError, match="killed"):
        outage.transactions.write(dies)
    assert outage.arrives() == []
    outage.resends(limit=1)
    heard = outage.arrives()
    assert outage.transactions.read(lambda uow: uow.failed_messages.left_by_outage())[0] > 0
    outage.resends()
    heard += outage.arrives()
    assert outage.transactions.read(lambda uow: uow.failed_messages.left_by_outage())[0] == 0
    heard = [text for text in heard if text]
    assert len(heard) == 2
    assert "tertahan gangguan" in heard[0]
    assert "SC32232559" in heard[1]


def test_the_present_state_goes_only_to_who_is_still_to_hear_of_the_order(outage: Outage) -> None:
    outage.fails()
    outage.transactions.write(lambda uow: _moves_on(uow, outage))
    budi = outage.transactions.read(lambda uow: uow.people.by_telegram(BUDI))
    assert budi is not None
    outage.transactions.write(lambda uow: uow.people.save(evolve(budi, telegram_id=None)))
    assert outage.resends().done.get(Fate.PRESENT, 0) == 0
    assert outage.arrives() == []


def test_one_that_was_replaced_cannot_be_sent_from_the_page_of_its_order(outage: Outage) -> None:
    receipt = next(number for number in outage.fails() if outage.item(number).message.text)
    outage.transactions.write(lambda uow: _moves_on(uow, outage))
    outage.resends()
    outage.arrives()
    order, rina = outage.order(), outage.person("rina")
    again = outage.transactions.write(lambda uow: resend_message(uow, order.id, receipt, rina, outage.clock.now()))
    assert (again, outage.arrives()) == ((), [])


def test_it_is_noted_and_announced_and_only_a_leader_may_do_it() -> None:
    outage = Outage()
    number = outage.puts("rekap", bulk=True)
    outage.fails()
    with pytest.raises(NotPermitted):
        outage.transactions.write(lambda uow: resend_failed(uow, outage.person("rina"), outage.clock.now(), zone=ZONE))
    now = outage.clock.now()

    def work(uow: UnitOfWork) -> None:
        assert isinstance(uow, MemoryUnitOfWork)
        resend_failed(uow, outage.person("bagus"), now, zone=ZONE)
        assert uow.hints == [Hint(Kind.OUTBOX, (number,))]
        notes = [(note.kind, tuple(note.data)) for note in uow.state.notes.values()]
        assert notes == [("failed_sent_again", (("again", "1"),))]

    outage.transactions.write(work)
