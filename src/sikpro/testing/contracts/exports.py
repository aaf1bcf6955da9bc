"""What exports and kept files promise."""

from datetime import timedelta

import pytest

from sikpro.application.ports.blobs import PART
from sikpro.application.ports.exports import Export, ExportState
from sikpro.application.ports.storage import StorageRejected, Transactions, UnitOfWork
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import a_person, after
from sikpro.testing.contracts.base import StoreSuite

LEASE = timedelta(minutes=2)


def asked(store: Transactions, person: int | None = None, minute: float = 0, query: str = "2026-11") -> Export:
    def work(unit: UnitOfWork) -> Export:
        who = person or unit.people.add(a_person()).id
        return unit.exports.ask(person=who, query=query, kind="xlsx", language="id", at=after(minute))

    return store.write(work)


def claimed(store: Transactions, minute: float) -> Export:
    export = store.write(lambda unit: unit.exports.claim(after(minute), LEASE))
    assert export is not None
    return export


class ExportsContract(StoreSuite):
    """What exports and kept files promise."""

    def test_a_large_file_is_kept_in_parts_and_comes_back_byte_for_byte(self, store: Transactions) -> None:
        pieces = [bytes([number % 256]) * 300_000 for number in range(8)]

        blob = store.write(lambda unit: unit.blobs.add("rekap 😀.xlsx", "application/x", iter(pieces), after(0)))

        assert store.read(lambda unit: unit.blobs.get(blob.id)) == blob
        assert (blob.name, blob.size, blob.parts) == ("rekap 😀.xlsx", 2_400_000, 3)
        parts = store.read(lambda unit: [unit.blobs.part(blob.id, place) for place in range(blob.parts)])
        assert (b"".join(parts), max(map(len, parts))) == (b"".join(pieces), PART)
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.blobs.part(blob.id, 3))

    def test_an_empty_file_has_no_parts(self, store: Transactions) -> None:
        blob = store.write(lambda unit: unit.blobs.add("kosong", "text/csv", (), after(0)))
        assert (blob.size, blob.parts) == (0, 0)

    def test_kept_files_are_dropped_and_forgotten_with_their_parts(self, store: Transactions) -> None:
        first, second, third = (
            store.write(lambda unit, minute=minute: unit.blobs.add("a", "b", [b"x"], after(minute)))  # type: ignore[misc]  # bound now
            for minute in (0, 5, 10)
        )
        store.write(lambda unit: unit.blobs.forget(after(5)))
        store.write(lambda unit: unit.blobs.drop(second.id))

        for gone in (first.id, second.id):
            with pytest.raises(NotFound):
                store.read(lambda unit, gone=gone: unit.blobs.get(gone))  # type: ignore[misc]  # bound now
            with pytest.raises(NotFound):
                store.read(lambda unit, gone=gone: unit.blobs.part(gone, 0))  # type: ignore[misc]  # bound now
        assert store.read(lambda unit: unit.blobs.part(third.id, 0)) == b"x"

    def test_an_export_is_asked_for_claimed_told_of_and_done(self, store: Transactions) -> None:
        export = asked(store)
        assert (export.state, export.done, export.total, export.attempts) == (ExportState.QUEUED, 0, 0, 0)

        running = claimed(store, 1)
        assert (running.id, running.state, running.attempts) == (export.id, ExportState.RUNNING, 1)
        assert store.write(lambda unit: unit.exports.progress(running, 500, 2000, after(4), LEASE))
        seen = store.read(lambda unit: unit.exports.get(export.id))
        assert (seen.done, seen.total) == (500, 2000)

        blob = store.write(lambda unit: unit.blobs.add("a", "b", [b"x"], after(3)))
        assert store.write(lambda unit: unit.exports.finish(running, blob.id, after(3)))
        (done,) = store.read(lambda unit: unit.exports.of_person(export.person, 10))
        assert (done.state, done.blob, done.done, done.finished_at) == (ExportState.DONE, blob.id, 2000, after(3))
        assert store.write(lambda unit: unit.exports.claim(after(99), LEASE)) is None

    def test_asking_twice_for_what_is_still_open_is_one_export(self, store: Transactions) -> None:
        first = asked(store)
        assert asked(store, first.person, 1).id == first.id
        assert asked(store, first.person, 1, "2026-10").id != first.id
        store.write(lambda unit: unit.exports.cancel(first.id, after(2)))
        again = asked(store, first.person, 3)
        assert again.id != first.id
        shown = store.read(lambda unit: unit.exports.of_person(first.person, 2))
        assert [one.id for one in shown] == sorted([one.id for one in shown], reverse=True)

    def test_the_same_file_for_a_chat_is_an_export_of_its_own(self, store: Transactions) -> None:
        mine = asked(store)

        def ask(send_to: int, topic: int | None = None) -> Export:
            def work(unit: UnitOfWork) -> Export:
                chat = {"send_to": send_to, "topic": topic}
                return unit.exports.ask(
                    person=mine.person, query=mine.query, kind="xlsx", language="id", at=after(1), **chat
                )

            return store.write(work)

        theirs = ask(-100)
        assert (theirs.send_to, theirs.id == mine.id, ask(-100).id) == (-100, False, theirs.id)
        assert ask(-101).id != theirs.id
        in_topic = ask(-100, 12)
        assert (in_topic.topic, in_topic.id == theirs.id, ask(-100, 12).id) == (12, False, in_topic.id)

    def test_an_export_whose_worker_died_is_claimed_again_and_the_dead_one_has_no_say(
        self, store: Transactions
    ) -> None:
        asked(store)
        lost = claimed(store, 1)
        assert store.write(lambda unit: unit.exports.claim(after(2.9), LEASE)) is None

        taken = claimed(store, 3)

        assert taken.attempts == 2
        assert not store.write(lambda unit: unit.exports.progress(lost, 1, 2, after(9), LEASE))
        assert not store.write(lambda unit: unit.exports.fail(lost, "x", after(3)))
        assert store.write(lambda unit: unit.exports.progress(taken, 1, 2, after(7), LEASE))
        assert store.write(lambda unit: unit.exports.claim(after(8.9), LEASE)) is None

    def test_a_cancelled_export_is_nobodys_work_and_cannot_become_done(self, store: Transactions) -> None:
        export = asked(store)
        running = claimed(store, 1)
        blob = store.write(lambda unit: unit.blobs.add("a", "b", [b"x"], after(1)))

        store.write(lambda unit: unit.exports.cancel(export.id, after(2)))

        assert not store.write(lambda unit: unit.exports.progress(running, 1, 2, after(9), LEASE))
        assert not store.write(lambda unit: unit.exports.finish(running, blob.id, after(3)))
        store.write(lambda unit: unit.exports.cancel(export.id, after(5)))
        seen = store.read(lambda unit: unit.exports.get(export.id))
        assert (seen.state, seen.finished_at) == (ExportState.CANCELLED, after(2))
        assert store.write(lambda unit: unit.exports.claim(after(99), LEASE)) is None

    def test_a_failed_attempt_comes_again_or_ends_with_its_reason(self, store: Transactions) -> None:
        asked(store)
        first = claimed(store, 1)
        assert store.write(lambda unit: unit.exports.fail(first, "killed", after(1), again=True))
        second = claimed(store, 1)
        assert (second.attempts, second.error) == (2, "killed")
        assert store.write(lambda unit: unit.exports.fail(second, "killed", after(2)))
        seen = store.read(lambda unit: unit.exports.get(first.id))
        assert (seen.state, seen.error, seen.finished_at) == (ExportState.FAILED, "killed", after(2))

    def test_old_exports_are_forgotten_but_not_those_still_open(self, store: Transactions) -> None:
        old = asked(store)
        running = claimed(store, 0)
        blob = store.write(lambda unit: unit.blobs.add("a", "b", [b"x"], after(1)))
        store.write(lambda unit: unit.exports.finish(running, blob.id, after(1)))
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.blobs.drop(blob.id))
        waiting = asked(store, old.person, 1, "2026-10")

        store.write(lambda unit: unit.exports.forget(after(60)))
        store.write(lambda unit: unit.blobs.forget(after(60)))

        assert [one.id for one in store.read(lambda unit: unit.exports.of_person(old.person, 9))] == [waiting.id]
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.exports.get(old.id))
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.blobs.get(blob.id))

    def test_an_export_of_nobody_is_refused(self, store: Transactions) -> None:
        with pytest.raises(StorageRejected):
            asked(store, 404)

    def test_an_export_claimed_before_the_clock_was_set_back_is_claimed_again(self, store: Transactions) -> None:
        asked(store)
        claimed(store, 60)
        assert claimed(store, 1).attempts == 2
        assert store.write(lambda unit: unit.exports.claim(after(1.5), LEASE)) is None
