"""What claims of processes promise: they end when nobody can finish them, each kind of them."""

from datetime import timedelta

from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.application.ports.written_tables import WrittenState, WrittenTable
from sikpro.testing.builders import a_person, a_webhook, after, an_outgoing, stored_order
from sikpro.testing.contracts.base import PROCESS, StoreSuite

LEASE = timedelta(days=1)


LATER = 2
"""Minutes after which everything is claimed again, long before its lease is over."""


def furnish(unit: UnitOfWork) -> None:
    """One thing of each kind to claim."""
    person = unit.people.add(a_person())
    unit.outbox.put(an_outgoing("answer"), after(0))
    unit.jobs.schedule("count", "", after(0))
    waits = WrittenState.WAITING
    unit.written_tables.add(
        WrittenTable(kind="orders", source="", by=1, at=after(0), added=0, changed=0, total=9, state=waits), []
    )
    webhook = unit.webhooks.add(a_webhook(person.id))
    unit.webhooks.queue(webhook.id, "order.placed", "{}", after(0), order_id=None)
    unit.exports.ask(person=person.id, query="2026-11", kind="csv", language="id", at=after(0))
    file = RemoteFile(chat_id=700, message_id=5, transport="bot_api", reference="f")
    unit.photo_reads.want(file, telegram_id=77, album=None, at=after(0))
    unit.files.want(
        order_id=stored_order(unit).id,
        chat_id=700,
        message_id=5,
        transport="bot_api",
        reference="f",
        kind="photo",
        name="",
        size=None,
        at=after(0),
    )


def try_all_again_later(unit: UnitOfWork, minutes: int = 1) -> None:
    """A first try of each file, so that the due time of the second is not the time since which it is wanted."""
    for files in (unit.files, unit.photo_reads):
        one = files.claim(after(0), LEASE, ["bot_api"])
        assert one
        files.later(one.id, after(minutes), "slow")


def claimed(unit: UnitOfWork, owner: str = PROCESS) -> list[str]:
    """Claim whatever can be claimed, and return of which kinds there was something."""
    now, found = after(LATER), list[str]()
    if unit.bots.lease("bot", owner, now, LEASE, take_over=False):
        found.append("bot")
    for kind, one in (
        ("outbox", unit.outbox.claim(now, LEASE, 9)),
        ("job", unit.jobs.claim(now, LEASE)),
        ("export", unit.exports.claim(now, LEASE)),
        ("table", unit.written_tables.claim(now, LEASE)),
        ("delivery", unit.webhooks.claim(now, LEASE)),
        ("file", unit.files.claim(now, LEASE, ["bot_api"])),
        ("photo", unit.photo_reads.claim(now, LEASE, ["bot_api"])),
    ):
        if one:
            found.append(kind)
    return found


EVERYTHING = ["bot", "outbox", "job", "export", "table", "delivery", "file", "photo"]


class ClaimsContract(StoreSuite):
    """What claims of processes promise: they end when nobody can finish them, each kind of them."""

    def test_whatever_was_claimed_before_a_crash_can_be_claimed_at_once(self, store: Transactions) -> None:
        store.write(furnish)
        store.write(try_all_again_later)
        assert store.write(claimed) == EVERYTHING
        assert store.write(lambda unit: claimed(unit, "2-def")) == [], "it is claimed"

        assert store.write(lambda unit: unit.claims.free_all()) == len(EVERYTHING)

        assert store.write(lambda unit: claimed(unit, "2-def")) == EVERYTHING

    def test_a_message_that_may_have_been_sent_is_doubtful_when_its_claim_ended_early(
        self, store: Transactions
    ) -> None:
        store.write(furnish)
        store.write(lambda unit: unit.outbox.claim(after(1), LEASE, 9))
        store.write(lambda unit: unit.claims.free_all())

        (again,) = store.write(lambda unit: unit.outbox.claim(after(1), LEASE, 9))
        assert (again.message.text, again.doubtful, again.attempts) == ("answer", True, 2)

    def test_what_is_not_claimed_keeps_its_due_time(self, store: Transactions) -> None:
        store.write(furnish)
        store.write(lambda unit: try_all_again_later(unit, minutes=9))
        store.write(lambda unit: unit.outbox.later(1, after(9), "slow_down", at=after(1)))

        assert store.write(lambda unit: unit.claims.free_all()) == 0

        assert store.write(claimed) == ["bot", "job", "export", "table", "delivery"]

    def test_nobody_is_gone_who_holds_nothing_and_oneself_is_never_gone(self, store: Transactions) -> None:
        assert store.read(lambda unit: unit.claims.gone()) == frozenset()
        store.write(furnish)
        store.write(claimed)

        assert store.read(lambda unit: unit.claims.gone()) == frozenset()
        assert store.write(lambda unit: unit.claims.free([PROCESS])) == 0
        assert store.write(lambda unit: claimed(unit, "2-def")) == []
