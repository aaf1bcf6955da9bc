"""What files of orders and alerts promise."""

from datetime import timedelta
from typing import Any

import pytest

from sikpro.application.ports.files import FileState
from sikpro.application.ports.runtime import FAR_AHEAD
from sikpro.application.ports.storage import StorageRejected, Transactions
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import after, stored_order
from sikpro.testing.contracts.base import StoreSuite

LEASE = timedelta(minutes=2)


PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 40


SOME = ("SC10000001", "SC10000002")


def want(store: Transactions, order_id: int, minute: float = 0, **more: Any) -> int:
    known: dict[str, Any] = {
        "order_id": order_id,
        "chat_id": 700,
        "message_id": 5,
        "transport": "bot_api",
        "reference": "file-1",
        "kind": "photo",
        "name": "",
        "size": 1000,
        "at": after(minute),
    }
    return store.write(lambda unit: unit.files.want(**(known | more)))


class FilesContract(StoreSuite):
    """What files of orders and alerts promise."""

    def test_a_file_is_wanted_fetched_and_kept_byte_for_byte(self, store: Transactions) -> None:
        order = store.write(stored_order)
        file_id = want(store, order.id, name="label 😀.jpg")

        taken = store.write(lambda unit: unit.files.claim(after(1), LEASE, ["bot_api"]))
        assert taken is not None
        assert (taken.id, taken.attempts, taken.state, taken.name) == (file_id, 1, FileState.WANTED, "label 😀.jpg")
        assert (taken.remote.chat_id, taken.remote.message_id, taken.remote.reference) == (700, 5, "file-1")
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.files.content(file_id))
        store.write(lambda unit: unit.files.keep(file_id, PHOTO, "image/jpeg"))

        (kept,) = store.read(lambda unit: unit.files.of_order(order.id))
        assert (kept.state, kept.media_type, kept.size) == (FileState.STORED, "image/jpeg", len(PHOTO))
        assert store.read(lambda unit: unit.files.content(file_id)) == PHOTO
        assert store.write(lambda unit: unit.files.claim(after(99), LEASE, ["bot_api"])) is None

    def test_a_file_larger_than_a_database_counts_is_wanted_all_the_same(self, store: Transactions) -> None:
        order = store.write(stored_order)
        want(store, order.id, size=4 * 2**30)
        (file,) = store.read(lambda unit: unit.files.of_order(order.id))
        assert file.size is not None
        assert file.size >= 2**31 - 1

    def test_the_same_file_of_the_same_order_is_wanted_once(self, store: Transactions) -> None:
        order = store.write(stored_order)

        ids = {want(store, order.id), want(store, order.id, 3), want(store, order.id, message_id=6)}

        assert len(ids) == 2
        assert len(store.read(lambda unit: unit.files.of_order(order.id))) == 2

    def test_a_file_in_hand_is_nobody_elses_until_its_lease_runs_out(self, store: Transactions) -> None:
        order = store.write(stored_order)
        want(store, order.id)

        def claim(minute: float, transport: str = "bot_api") -> int | None:
            file = store.write(lambda unit: unit.files.claim(after(minute), LEASE, [transport]))
            return file.attempts if file else None

        assert claim(1, "mtproto") is None
        assert [claim(1), claim(2.9), claim(3)] == [1, None, 2]

    def test_a_file_comes_later_or_never_and_says_why(self, store: Transactions) -> None:
        order = store.write(stored_order)
        file_id = want(store, order.id)

        store.write(lambda unit: unit.files.later(file_id, after(10), "unreachable"))
        assert store.write(lambda unit: unit.files.claim(after(9), LEASE, ["bot_api"])) is None
        store.write(lambda unit: unit.files.give_up(file_id, "gone"))

        assert store.write(lambda unit: unit.files.claim(after(99), LEASE, ["bot_api"])) is None
        file = store.read(lambda unit: unit.files.get(file_id))
        assert (file.state, file.reason) == (FileState.FAILED, "gone")

    def test_a_file_of_no_order_is_refused_and_an_unknown_one_is_not_found(self, store: Transactions) -> None:
        with pytest.raises(StorageRejected):
            want(store, 404)
        for work in (
            lambda unit: unit.files.get(404),
            lambda unit: unit.files.content(404),
            lambda unit: unit.files.later(404, after(0), ""),
            lambda unit: unit.files.keep(404, b"", ""),
        ):
            with pytest.raises(NotFound):
                store.write(work)

    def test_an_alert_is_given_once_for_each_step_of_an_order(self, store: Transactions) -> None:
        order, other = (store.write(lambda unit, number=number: stored_order(unit, number)) for number in SOME)  # type: ignore[misc]  # bound now

        def given(*alerts: tuple[int, str]) -> frozenset[tuple[int, str]]:
            return store.write(lambda unit: unit.alerts.record(alerts, after(1)))

        assert given() == frozenset()
        assert given((order.id, "first_action")) == {(order.id, "first_action")}
        assert given((order.id, "first_action"), (order.id, "completion"), (other.id, "completion")) == {
            (order.id, "completion"),
            (other.id, "completion"),
        }
        assert store.read(lambda unit: unit.alerts.is_recorded(order.id, "completion"))
        assert not store.read(lambda unit: unit.alerts.is_recorded(other.id, "first_action"))

    def test_a_file_that_was_put_off_by_a_clock_that_was_ahead_for_days_is_due(self, store: Transactions) -> None:
        order = store.write(stored_order)
        file_id = want(store, order.id)
        store.write(lambda unit: unit.files.claim(after(0), LEASE, ["bot_api"]))
        store.write(lambda unit: unit.files.later(file_id, after(5) + FAR_AHEAD, "unreachable"))
        assert store.write(lambda unit: unit.files.claim(after(5), LEASE, ["bot_api"])) is None
        assert store.write(lambda unit: unit.files.claim(after(4), LEASE, ["bot_api"])) is not None

    def test_a_file_that_was_never_put_off_is_due_by_any_clock(self, store: Transactions) -> None:
        order = store.write(stored_order)
        want(store, order.id, minute=60)
        assert store.write(lambda unit: unit.files.claim(after(1), LEASE, ["bot_api"])) is not None
