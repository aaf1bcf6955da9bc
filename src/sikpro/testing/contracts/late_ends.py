"""A process that hung lost its claim: what it says afterwards of the end changes nothing, but for facts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from sikpro.application.ports.barcodes import PhotoReading
from sikpro.application.ports.files import FileState
from sikpro.application.ports.jobs import Job
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.outbox import TOPIC_DELETED, Delivery, OutboxItem
from sikpro.application.ports.photo_reads import PhotoRead, PhotoState
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.testing.builders import after, an_outgoing, stored_order
from sikpro.testing.contracts.base import StoreSuite

LEASE = timedelta(minutes=1)


FILE = {"chat_id": 700, "message_id": 5, "transport": "bot_api", "reference": "f"}


Say = Callable[[UnitOfWork, int, int], object]
"""What somebody says of a thing and their try of it."""


OF_A_MESSAGE: dict[str, Say] = {
    "later": lambda unit, number, attempt: unit.outbox.later(
        number, after(9), "unreachable", at=after(2), doubtful=True, attempt=attempt
    ),
    "given up": lambda unit, number, attempt: unit.outbox.give_up(
        number, Delivery.FAILED, "blocked", "", after(2), attempt=attempt
    ),
    "to General": lambda unit, number, attempt: unit.outbox.to_general(number, after(2), attempt=attempt),
}


def claimed(store: Transactions, minute: float) -> OutboxItem:
    (item,) = store.write(lambda unit: unit.outbox.claim(after(minute), LEASE, 9))
    return item


def a_job(store: Transactions, minute: float) -> Job:
    job = store.write(lambda unit: unit.jobs.claim(after(minute), LEASE))
    assert job is not None
    return job


def _wanted(unit: UnitOfWork) -> tuple[int, int]:
    order = stored_order(unit)
    file_id = unit.files.want(order_id=order.id, kind="photo", name="", size=None, at=after(0), **FILE)  # type: ignore[arg-type]  # as FILE has them
    return file_id, unit.photo_reads.want(RemoteFile(**FILE), telegram_id=7, album=None, at=after(0))  # type: ignore[arg-type]  # as FILE has them


def _claim_both(unit: UnitOfWork, minute: float) -> tuple[int, PhotoRead]:
    file = unit.files.claim(after(minute), LEASE, ["bot_api"])
    photo = unit.photo_reads.claim(after(minute), LEASE, ["bot_api"])
    assert file is not None
    assert photo is not None
    return file.attempts, photo


class LateEndsContract(StoreSuite):
    """A process that hung lost its claim: what it says afterwards of the end changes nothing, but for facts."""

    @pytest.mark.parametrize("what", OF_A_MESSAGE)
    def test_a_message_is_theirs_who_claimed_it_last(self, store: Transactions, what: str) -> None:
        say = OF_A_MESSAGE[what]
        store.write(lambda unit: unit.outbox.put(an_outgoing(topic=12), after(0)))
        hung, now = claimed(store, 0), claimed(store, 1)
        assert (hung.id, hung.attempts, now.attempts) == (now.id, 1, 2)

        store.write(lambda unit: say(unit, hung.id, hung.attempts))

        assert store.read(lambda unit: unit.outbox.get(now.id)) == now
        assert store.write(lambda unit: unit.outbox.claim(after(1.5), LEASE, 9)) == (), "its lease stands"
        assert store.read(lambda unit: unit.seals.facts(0, 9)) == ()
        store.write(lambda unit: say(unit, now.id, now.attempts))
        item = store.read(lambda unit: unit.outbox.get(now.id))
        assert item.state in {Delivery.QUEUED, Delivery.FAILED}
        assert item.reason in {"unreachable", "blocked", TOPIC_DELETED}
        store.write(lambda unit: say(unit, now.id, now.attempts))
        assert store.read(lambda unit: unit.outbox.get(now.id)) == item, "what was said twice counts once"

    def test_an_arrival_counts_whoever_tells_of_it(self, store: Transactions) -> None:
        store.write(lambda unit: unit.outbox.put(an_outgoing(), after(0)))
        hung, now = claimed(store, 0), claimed(store, 1)

        store.write(lambda unit: unit.outbox.sent(hung.id, 77, after(2)))
        store.write(lambda unit: unit.outbox.give_up(now.id, Delivery.FAILED, "blocked", "", after(3), attempt=2))

        item = store.read(lambda unit: unit.outbox.get(now.id))
        assert (item.state, item.message_id) == (Delivery.PERHAPS_TWICE, 77)

    def test_a_job_is_theirs_who_claimed_it_last(self, store: Transactions) -> None:
        store.write(lambda unit: unit.jobs.schedule("recap", "", after(0)))
        hung, now = a_job(store, 0), a_job(store, 1)

        assert not store.write(lambda unit: unit.jobs.again(hung, after(1)))
        assert not store.write(lambda unit: unit.jobs.again(hung, after(1), "boom"))
        store.write(lambda unit: unit.jobs.done(hung))

        assert store.read(lambda unit: unit.jobs.all()) == (now,)
        assert store.write(lambda unit: unit.jobs.claim(after(1.5), LEASE)) is None, "its lease stands"
        assert store.write(lambda unit: unit.jobs.again(now, after(3)))
        following = a_job(store, 3)
        assert following.attempts == hung.attempts
        assert not store.write(lambda unit: unit.jobs.again(hung, after(4))), "not even in a later round"
        assert store.write(lambda unit: unit.jobs.again(following, after(5)))

    @pytest.mark.parametrize("lost", [False, True])
    def test_a_file_and_a_photo_are_theirs_who_claimed_them_last(self, store: Transactions, lost: bool) -> None:
        file_id, photo_id = store.write(_wanted)
        for minute in (0, 2):
            store.write(lambda unit, minute=minute: _claim_both(unit, minute))  # type: ignore[misc]  # bound now

        def says(attempt: int) -> None:
            def work(unit: UnitOfWork) -> None:
                if lost:
                    unit.files.give_up(file_id, "gone", attempt=attempt)
                    unit.photo_reads.done(photo_id, None, "gone", attempt=attempt)
                else:
                    unit.files.later(file_id, after(9), "slow", attempt=attempt)
                    unit.photo_reads.later(photo_id, after(9), "slow", attempt=attempt)

            store.write(work)

        def known() -> tuple[FileState, str, PhotoState, str]:
            file, photo = store.read(lambda unit: (unit.files.get(file_id), unit.photo_reads.get(photo_id)))
            return file.state, file.reason, photo.state, photo.reason

        says(1)
        assert known() == (FileState.WANTED, "", PhotoState.WANTED, "")
        assert store.write(lambda unit: unit.files.claim(after(2.5), LEASE, ["bot_api"])) is None, "its lease stands"
        assert store.write(lambda unit: unit.photo_reads.claim(after(2.5), LEASE, ["bot_api"])) is None
        says(2)
        states = (FileState.FAILED, "gone", PhotoState.LOST, "gone")
        assert known() == (states if lost else (FileState.WANTED, "slow", PhotoState.WANTED, "slow"))

    def test_what_was_fetched_and_read_counts_whoever_has_it_and_is_not_lost_afterwards(
        self, store: Transactions
    ) -> None:
        file_id, photo_id = store.write(_wanted)
        for minute in (0, 2):
            store.write(lambda unit, minute=minute: _claim_both(unit, minute))  # type: ignore[misc]  # bound now

        store.write(lambda unit: unit.files.keep(file_id, b"x", "image/jpeg"))
        assert store.write(lambda unit: unit.photo_reads.done(photo_id, PhotoReading(), attempt=1))
        store.write(lambda unit: unit.files.give_up(file_id, "gone", attempt=2))
        store.write(lambda unit: unit.files.later(file_id, after(9), "slow", attempt=2))
        assert not store.write(lambda unit: unit.photo_reads.done(photo_id, None, "gone", attempt=2))

        file, photo = store.read(lambda unit: (unit.files.get(file_id), unit.photo_reads.get(photo_id)))
        assert (file.state, photo.state) == (FileState.STORED, PhotoState.READ)
