"""What the unit of work and the owner of transactions promise."""

from contextlib import suppress
from typing import cast

import pytest

from sikpro.application.ports.runtime import LiveEvents
from sikpro.application.ports.storage import Hint, Kind, StorageBusy, StorageError, Transactions, UnitOfWork
from sikpro.domain.errors import NotFound
from sikpro.testing.builders import a_person, a_site_operation, an_order, key_of, stored_order
from sikpro.testing.contracts.base import NewStore, StoreSuite
from sikpro.testing.contracts.undone import undone
from sikpro.testing.fakes import HeardEvents


def names(store: Transactions) -> list[str]:
    return [person.name for person in store.read(lambda unit: unit.people.all())]


class TransactionsContract(StoreSuite):
    """What the unit of work and the owner of transactions promise."""

    def test_a_write_commits_and_returns_what_the_work_returned(self, store: Transactions) -> None:
        person = store.write(lambda unit: unit.people.add(a_person("Rina")))

        assert store.read(lambda unit: unit.people.get(person.id)) == person

    def test_an_exception_of_the_work_rolls_back_and_comes_through(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            unit.people.add(a_person("Rina"))
            stored_order(unit)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            store.write(work)

        assert names(store) == []
        assert store.read(lambda unit: unit.orders.find("SC32232558")) == ()
        assert store.read(lambda unit: unit.order_queries.totals()) == ()

    def test_a_savepoint_undoes_what_happened_inside_and_leaves_the_unit_usable(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            unit.people.add(a_person("Before"))
            with undone(unit):
                unit.people.add(a_person("Inside"))
                stored_order(unit)
            unit.people.add(a_person("After"))

        store.write(work)

        assert names(store) == ["After", "Before"]
        assert store.read(lambda unit: unit.order_queries.totals()) == ()

    def test_a_savepoint_inside_a_savepoint_is_undone_alone(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            with unit.savepoint():
                unit.people.add(a_person("Outer"))
                with undone(unit):
                    unit.people.add(a_person("Inner"))

        store.write(work)

        assert names(store) == ["Outer"]

    def test_an_outer_savepoint_undoes_the_inner_ones_too(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            with undone(unit):
                with unit.savepoint():
                    unit.people.add(a_person("Inner"))
                unit.people.add(a_person("Outer"))

        store.write(work)

        assert names(store) == []

    def test_hints_are_published_after_the_commit_and_not_before(self, new_store: NewStore) -> None:
        heard = HeardEvents()
        store = new_store(heard)

        def work(unit: UnitOfWork) -> list[Hint]:
            unit.announce(Hint(Kind.ORDER, (1,)))
            return list(heard.hints)

        assert store.write(work) == []
        assert heard.hints == [Hint(Kind.ORDER, (1,))]

    def test_hints_stay_back_after_a_rollback_of_the_transaction_or_of_the_savepoint(self, new_store: NewStore) -> None:
        heard = HeardEvents()
        store = new_store(heard)

        def rolled_back(unit: UnitOfWork) -> None:
            unit.announce(Hint(Kind.ORDER, (1,)))
            raise ZeroDivisionError

        def half(unit: UnitOfWork) -> None:
            unit.announce(Hint(Kind.LEDGER))
            with undone(unit):
                unit.announce(Hint(Kind.ORDER, (2,)))

        with pytest.raises(ZeroDivisionError):
            store.write(rolled_back)
        store.write(half)

        assert heard.hints == [Hint(Kind.LEDGER)]

    def test_a_subscriber_that_fails_does_not_fail_the_commit(self, new_store: NewStore) -> None:
        store = new_store(cast("LiveEvents", object()))

        def work(unit: UnitOfWork) -> None:
            unit.people.add(a_person("Rina"))
            unit.announce(Hint(Kind.BOT))

        store.write(work)

        assert names(store) == ["Rina"]

    def test_busy_work_is_repeated_whole_and_succeeds_at_the_third_try(self, store: Transactions) -> None:
        tries: list[int] = []

        def work(unit: UnitOfWork) -> None:
            unit.people.add(a_person("Rina"))
            tries.append(1)
            if len(tries) < 3:
                raise StorageBusy

        store.write(work)

        assert (len(tries), names(store)) == (3, ["Rina"])

    def test_busy_work_is_given_up_after_three_tries(self, store: Transactions) -> None:
        tries: list[int] = []

        def work(unit: UnitOfWork) -> None:
            tries.append(1)
            raise StorageBusy

        with pytest.raises(StorageBusy):
            store.write(work)

        assert len(tries) == 3

    def test_a_write_inside_a_write_is_an_error_and_the_store_lives_on(self, store: Transactions) -> None:
        with pytest.raises(RuntimeError, match="a write inside a write"):
            store.write(lambda unit: store.write(lambda inner: None))

        store.write(lambda unit: unit.people.add(a_person("Rina")))

        assert names(store) == ["Rina"]

    def test_a_block_commits_at_its_end_and_nothing_of_it_is_seen_before(self, new_store: NewStore) -> None:
        heard = HeardEvents()
        store = new_store(heard)

        with store.opened() as unit:
            unit.people.add(a_person("Rina"))
            unit.announce(Hint(Kind.LEDGER))
            before = names(store), list(heard.hints)

        assert before == ([], [])
        assert (names(store), heard.hints) == (["Rina"], [Hint(Kind.LEDGER)])

    def test_an_exception_in_a_block_rolls_back_and_comes_through(self, new_store: NewStore) -> None:
        heard = HeardEvents()
        store = new_store(heard)

        def block() -> None:
            with store.opened() as unit:
                stored_order(unit)
                unit.announce(Hint(Kind.LEDGER))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            block()

        assert store.read(lambda unit: unit.orders.find("SC32232558")) == ()
        assert heard.hints == []

    def test_a_block_is_never_repeated(self, store: Transactions) -> None:
        tries: list[int] = []

        def block() -> None:
            with store.opened() as unit:
                unit.people.add(a_person("Rina"))
                tries.append(1)
                raise StorageBusy

        with pytest.raises(StorageBusy):
            block()

        assert (len(tries), names(store)) == (1, [])

    def test_a_write_or_a_block_inside_a_block_is_an_error_and_the_block_goes_on(self, store: Transactions) -> None:
        with store.opened() as unit:
            with pytest.raises(RuntimeError, match="a write inside a write"):
                store.write(lambda inner: None)
            with pytest.raises(RuntimeError, match="a write inside a write"), store.opened():
                pass
            unit.people.add(a_person("Rina"))

        store.write(lambda unit: unit.people.add(a_person("Sari")))
        assert names(store) == ["Rina", "Sari"]

    def test_what_a_read_writes_is_an_error_or_lost(self, store: Transactions) -> None:
        with suppress(StorageError):
            store.read(lambda unit: unit.catalogue.put_site_operation(a_site_operation()))

        assert store.read(lambda unit: unit.catalogue.site_operations()) == ()

    def test_a_read_has_one_consistent_view(self, store: Transactions) -> None:
        first = store.write(lambda unit: unit.people.add(a_person("Rina")))

        def work(unit: UnitOfWork) -> tuple[int, int]:
            before = len(unit.people.all())
            store.write(lambda other: other.people.add(a_person("Sari")))
            return before, len(unit.people.all())

        assert store.read(work) == (1, 1)
        assert first.name in names(store)
        assert len(names(store)) == 2

    def test_a_write_sees_what_it_wrote(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> str:
            order = stored_order(unit)
            return unit.orders.get(order.id).number

        assert store.write(work) == "SC32232558"

    def test_an_error_of_the_domain_leaves_nothing_behind(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            order = an_order(unit.orders.next_id())
            unit.orders.add(order, key_of(order))
            unit.orders.get(order.id + 1000)

        with pytest.raises(NotFound):
            store.write(work)

        assert store.read(lambda unit: unit.orders.find("SC32232558")) == ()

    def test_every_transaction_draws_from_chance_and_no_two_draw_the_same(self, store: Transactions) -> None:
        drawn = [store.write(lambda unit: unit.chance.hexadecimal(8)) for _ in range(20)]

        assert len(set(drawn)) == 20
        assert {len(one) for one in drawn} == {16}
