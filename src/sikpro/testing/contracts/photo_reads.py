"""What photos to read promise."""

from datetime import timedelta
from typing import Any

import pytest

from sikpro.application.ports.barcodes import Barcode, PhotoReading, Refusal
from sikpro.application.ports.network import RemoteFile
from sikpro.application.ports.photo_reads import PhotoRead, PhotoState
from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.application.ports.storage import Transactions
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import after
from sikpro.testing.contracts.base import StoreSuite

LEASE = timedelta(minutes=2)


READING = PhotoReading((Barcode("ZTEGC6754546", True), Barcode("😀", False)))


def want(store: Transactions, message_id: int = 5, minute: float = 0, album: str | None = None, **more: Any) -> int:
    known: dict[str, Any] = {"chat_id": 700, "transport": "bot_api", "reference": "file-1"}
    remote = RemoteFile(message_id=message_id, **(known | more))
    return store.write(lambda unit: unit.photo_reads.want(remote, telegram_id=77, album=album, at=after(minute)))


def claim(store: Transactions, minute: float, transport: str = "bot_api") -> PhotoRead | None:
    return store.write(lambda unit: unit.photo_reads.claim(after(minute), LEASE, [transport]))


class PhotoReadsContract(StoreSuite):
    """What photos to read promise."""

    def test_a_photo_is_wanted_claimed_and_keeps_what_was_read(self, store: Transactions) -> None:
        photo_id = want(store, album="a1")
        photo = claim(store, 1)
        assert photo is not None
        assert (photo.id, photo.attempts, photo.state, photo.telegram_id) == (photo_id, 1, PhotoState.WANTED, 77)
        assert (photo.remote.chat_id, photo.remote.message_id, photo.remote.reference) == (700, 5, "file-1")
        assert (photo.album, photo.reading, photo.wanted_at) == ("a1", None, after(0))

        assert store.write(lambda unit: unit.photo_reads.done(photo_id, READING))

        kept = store.read(lambda unit: unit.photo_reads.get(photo_id))
        assert (kept.state, kept.reading, kept.album) == (PhotoState.READ, READING, "a1")
        assert claim(store, 99) is None

    def test_a_refused_photo_keeps_its_reason(self, store: Transactions) -> None:
        photo_id = want(store)
        store.write(lambda unit: unit.photo_reads.done(photo_id, PhotoReading(refused=Refusal.BROKEN)))
        assert store.read(lambda unit: unit.photo_reads.get(photo_id)).reading == PhotoReading(refused=Refusal.BROKEN)

    def test_the_end_of_a_photo_is_recorded_once_and_nothing_changes_it(self, store: Transactions) -> None:
        photo_id = want(store)
        assert store.write(lambda unit: unit.photo_reads.done(photo_id, None, "gone"))
        assert not store.write(lambda unit: unit.photo_reads.done(photo_id, READING))
        store.write(lambda unit: unit.photo_reads.later(photo_id, after(3), "unreachable"))
        lost = store.read(lambda unit: unit.photo_reads.get(photo_id))
        assert (lost.state, lost.reading, lost.reason) == (PhotoState.LOST, None, "gone")
        assert claim(store, 99) is None

    def test_the_same_file_of_the_same_message_is_wanted_once_also_after_it_was_read(self, store: Transactions) -> None:
        first = want(store)
        store.write(lambda unit: unit.photo_reads.done(first, READING))
        assert want(store, minute=3) == first
        others = {want(store, 6), want(store, reference="file-2"), want(store, chat_id=701), want(store, transport="x")}
        assert len(others | {first}) == 5

    def test_a_photo_in_hand_is_nobody_elses_until_its_lease_ends(self, store: Transactions) -> None:
        want(store)
        assert claim(store, 1, "mtproto") is None
        attempts = [photo.attempts if photo else None for photo in (claim(store, minute) for minute in (1, 2.9, 3))]
        assert attempts == [1, None, 2]

    def test_a_photo_comes_later_and_says_why(self, store: Transactions) -> None:
        photo_id = want(store)
        store.write(lambda unit: unit.photo_reads.later(photo_id, after(10), "unreachable"))
        assert claim(store, 9) is None
        photo = claim(store, 10)
        assert photo is not None
        assert (photo.reason, photo.attempts) == ("unreachable", 1)

    def test_the_photo_due_longest_comes_first_also_if_the_clock_was_set_back(self, store: Transactions) -> None:
        late, early = want(store, 5, 60), want(store, 6, 30)
        claimed = [claim(store, 0), claim(store, 0)]
        assert [photo.id for photo in claimed if photo] == [early, late]

    def test_a_photo_that_was_put_off_by_a_clock_that_was_ahead_for_days_is_due(self, store: Transactions) -> None:
        photo_id = want(store, 5)
        claim(store, 0)
        store.write(lambda unit: unit.photo_reads.later(photo_id, after(5) + FAR_AHEAD, "unreachable"))
        assert claim(store, 5) is None
        assert claim(store, 4) is not None

    def test_an_album_is_listed_in_order_and_is_its_chats_own(self, store: Transactions) -> None:
        ids = [want(store, 6, album="a1"), want(store, 5, album="a1")]
        want(store, 7, album="a2")
        want(store, 8)
        want(store, chat_id=701, album="a1")
        assert [photo.id for photo in store.read(lambda unit: unit.photo_reads.of_album(700, "a1"))] == ids

    def test_finished_photos_are_forgotten_and_open_ones_are_not(self, store: Transactions) -> None:
        old, waiting, young = want(store, 5), want(store, 6), want(store, 7, 60)
        for photo_id in (old, young):
            store.write(lambda unit, done=photo_id: unit.photo_reads.done(done, None))  # type: ignore[misc]  # bound now
        store.write(lambda unit: unit.photo_reads.forget(after(60)))
        assert [store.read(lambda unit, of=each: unit.photo_reads.get(of)).id for each in (waiting, young)] == [  # type: ignore[misc]  # bound now
            waiting,
            young,
        ]
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.photo_reads.get(old))
        store.write(lambda unit: unit.photo_reads.done(young, None))
        store.write(lambda unit: unit.photo_reads.forget(after(999)))
        assert want(store, 9) > young

    def test_an_unknown_photo_is_not_found(self, store: Transactions) -> None:
        for work in (
            lambda unit: unit.photo_reads.get(404),
            lambda unit: unit.photo_reads.done(404, None),
            lambda unit: unit.photo_reads.later(404, after(0), ""),
        ):
            with pytest.raises(NotFound):
                store.write(work)
