"""What bot accounts promise: lease, cursors, session, addresses, menus."""

from datetime import timedelta

import pytest

from sikpro.application.ports.bots import LeaseLost
from sikpro.application.ports.storage import Transactions
from sikpro.testing.builders import after
from sikpro.testing.contracts.base import StoreSuite

LEASE = timedelta(minutes=1)


def lease(store: Transactions, owner: str, minute: float, *, take_over: bool = False) -> bool:
    return store.write(lambda unit: unit.bots.lease("bot", owner, after(minute), LEASE, take_over=take_over))


def move(store: Transactions, cursor: str, owner: str, *, account: str = "bot", transport: str = "bot_api") -> None:
    store.write(lambda unit: unit.bots.move_cursor(account, transport, cursor, owner))


def cursor(store: Transactions, transport: str = "bot_api") -> str:
    return store.read(lambda unit: unit.bots.cursor("bot", transport))


def address(store: Transactions, chat_id: int) -> str | None:
    return store.read(lambda unit: unit.bots.address("bot", chat_id))


class BotsContract(StoreSuite):
    """What bot accounts promise: lease, cursors, session, addresses, menus."""

    def test_one_process_has_the_lease_and_renews_it(self, store: Transactions) -> None:
        assert lease(store, "a", 0)
        assert not lease(store, "b", 0.5)
        assert lease(store, "a", 0.9)
        assert not lease(store, "b", 1.5)

    def test_a_lease_that_ran_out_or_was_given_back_or_is_taken_over_is_anothers(self, store: Transactions) -> None:
        assert lease(store, "a", 0)
        assert lease(store, "b", 1)
        store.write(lambda unit: unit.bots.release("bot", "a"))
        assert not lease(store, "a", 1.5)
        store.write(lambda unit: unit.bots.release("bot", "b"))
        assert lease(store, "a", 1.5)
        assert lease(store, "c", 1.6, take_over=True)

    def test_only_whoever_has_the_lease_moves_the_cursor(self, store: Transactions) -> None:
        assert cursor(store) == ""
        lease(store, "a", 0)
        move(store, "17", "a")
        lease(store, "b", 2)

        with pytest.raises(LeaseLost):
            move(store, "18", "a")
        with pytest.raises(LeaseLost):
            move(store, "1", "a", account="another")

        assert cursor(store) == "17"
        move(store, "5", "b")
        assert cursor(store) == "5"

    def test_each_transport_goes_on_where_it_was(self, store: Transactions) -> None:
        lease(store, "a", 0)
        move(store, "17", "a")
        move(store, "{pts}", "a", transport="mtproto")

        assert (cursor(store), cursor(store, "mtproto")) == ("17", "{pts}")

    def test_a_switch_of_transport_is_noticed_once(self, store: Transactions) -> None:
        before = [
            store.write(lambda unit, now=transport: unit.bots.served_by("bot", now))  # type: ignore[misc]  # bound now
            for transport in ("bot_api", "bot_api", "mtproto", "mtproto")
        ]

        assert before == ["", "bot_api", "bot_api", "mtproto"]

    def test_the_session_is_kept_and_can_be_forgotten(self, store: Transactions) -> None:
        assert store.read(lambda unit: unit.bots.session("bot")) == ""
        store.write(lambda unit: unit.bots.keep_session("bot", "secret"))
        lease(store, "a", 0)
        assert store.read(lambda unit: unit.bots.session("bot")) == "secret"
        store.write(lambda unit: unit.bots.keep_session("bot", ""))
        assert store.read(lambda unit: unit.bots.session("bot")) == ""

    def test_a_chats_last_address_is_what_is_used(self, store: Transactions) -> None:
        store.write(lambda unit: unit.bots.note_addresses("bot", {700: "1", -1001234567890123: "2"}))
        store.write(lambda unit: unit.bots.note_addresses("bot", {700: "3"}))
        store.write(lambda unit: unit.bots.note_addresses("bot", {}))

        assert [address(store, chat_id) for chat_id in (700, -1001234567890123, 9)] == ["3", "2", None]
        assert store.read(lambda unit: unit.bots.address("other", 700)) is None

    def test_the_menus_that_were_set_are_remembered_by_scope(self, store: Transactions) -> None:
        assert store.read(lambda unit: unit.bots.menus("bot")) == {}
        for scope, fingerprint in (("", "abc"), ("700:en", "def"), ("", "xyz"), ("700:en", "")):
            store.write(lambda unit, s=scope, f=fingerprint: unit.bots.set_menu("bot", s, f))  # type: ignore[misc]  # bound now

        assert store.read(lambda unit: unit.bots.menus("bot")) == {"": "xyz"}

    def test_a_lease_taken_before_the_clock_was_set_back_is_over(self, store: Transactions) -> None:
        assert lease(store, "a", 60)
        assert lease(store, "b", 1)
        assert not lease(store, "c", 1.5)
