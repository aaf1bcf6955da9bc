"""What the store of written tables promises: each as a whole, with old and new, written and taken back in portions."""

from datetime import timedelta

import pytest
from attrs import evolve

from sikpro.application.ports.sessions import BindLink, Session
from sikpro.application.ports.storage import StorageRejected, Transactions, UnitOfWork
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenState, WrittenTable
from sikpro.domain.errors import ConcurrencyConflict, InvalidValue, NotFound, StillUsed
from sikpro.testing.builders import IN_PROGRESS, a_person, after, stored_order
from sikpro.testing.contracts.base import StoreSuite

TABLE = WrittenTable(kind="people", source="kru \u2028 🙂.xlsx", by=3, at=after(1), added=1, changed=1)


ADDED = WrittenRow(name="Wayan", subject="7", after={"name": "Wayan", "phone": ""}, version=1)


CHANGED = WrittenRow(name="Budi", subject="2", before={"name": "Budi"}, after={"name": "Budi S."}, version=4)


LEASE = timedelta(seconds=20)


ROWS = [evolve(ADDED, subject=str(number), name=f"Wayan {number}") for number in range(3)]


def waiting(unit: UnitOfWork, total: int = 4) -> WrittenTable:
    work = unit.blobs.add("table:3", "application/json", [b"[]"], after(0)).id
    new = evolve(TABLE, kind="orders", added=0, changed=0, total=total, work=work, state=WrittenState.WAITING)
    return unit.written_tables.add(new, [])


def claim(store: Transactions, minute: int = 1) -> WrittenTable | None:
    return store.write(lambda unit: unit.written_tables.claim(after(minute), LEASE))


def claimed(store: Transactions, minute: int = 1) -> WrittenTable:
    found = claim(store, minute)
    assert found
    return found


class WrittenTablesContract(StoreSuite):
    """What the store of written tables promises."""

    def test_a_writing_is_kept_with_its_rows_in_their_order(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[WrittenTable, WrittenTable, WrittenRow]:
            order = stored_order(unit).take(4, IN_PROGRESS, after(2)).order
            whole = WrittenRow(name=order.number, subject=str(order.id), before={}, version=2, order=order)
            first = unit.written_tables.add(TABLE, [CHANGED, ADDED, whole])
            return first, unit.written_tables.add(evolve(TABLE, kind="orders"), []), whole

        first, second, whole = store.write(work)
        with_rows = store.read(lambda unit: (unit.written_tables.get(first.id), unit.written_tables.rows(first.id)))
        assert with_rows == (evolve(TABLE, id=first.id), (CHANGED, ADDED, whole))
        assert store.read(lambda unit: unit.written_tables.rows(second.id)) == ()
        assert store.read(lambda unit: unit.written_tables.latest(9)) == (second, first)
        assert store.read(lambda unit: unit.written_tables.latest(1)) == (second,)
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.written_tables.get(99))

    def test_a_table_is_written_in_portions_which_add_up(self, store: Transactions) -> None:
        one = store.write(waiting)
        table = claimed(store)
        assert (table.id, table.state, table.attempts, table.done) == (one.id, WrittenState.WRITING, 1, 0)
        refused = UnwrittenRow(7, "SC1 \u2028", InvalidValue("import.month_closed", "2026-10"))
        first = store.write(lambda unit: unit.written_tables.portion(table, ROWS[:1], [refused], after(1), LEASE))
        assert (first.state, first.done, first.attempts) == (WrittenState.WRITING, 2, 0)
        assert store.read(lambda unit: unit.written_tables.get(one.id)) == first
        last = store.write(lambda unit: unit.written_tables.portion(first, [CHANGED, ROWS[1]], [], after(1), LEASE))
        assert (last.state, last.added, last.changed, last.refused, last.work) == (WrittenState.WRITTEN, 2, 1, 1, None)
        assert store.read(lambda unit: unit.written_tables.rows(one.id)) == (ROWS[0], CHANGED, ROWS[1])
        (kept,) = store.read(lambda unit: unit.written_tables.refused(one.id))
        assert (kept.number, kept.name, kept.error.code, kept.error.params["typed"]) == (
            *(7, "SC1 \u2028", "import.month_closed", "2026-10"),
        )
        assert claim(store, 9) is None
        assert store.read(lambda unit: unit.written_tables.wrote(one.id, ["0", "2", "9"])) == {"0", "2"}
        assert store.read(lambda unit: unit.written_tables.wrote(99, ["0"])) == frozenset()
        assert store.read(lambda unit: unit.written_tables.refused(99)) == ()

    def test_a_portion_is_written_once_whoever_goes_on(self, store: Transactions) -> None:
        store.write(waiting)
        table = claimed(store)
        assert claim(store) is None, "it is claimed"
        late = claimed(store, 3)
        assert late.attempts == 2
        store.write(lambda unit: unit.written_tables.portion(late, ROWS[:2], [], after(3), LEASE))
        with pytest.raises(ConcurrencyConflict):
            store.write(lambda unit: unit.written_tables.portion(table, ROWS[:2], [], after(3), LEASE))
        assert len(store.read(lambda unit: unit.written_tables.rows(table.id))) == 2

    def test_tables_wait_their_turn(self, store: Transactions) -> None:
        first, second = store.write(lambda unit: (waiting(unit, 1), waiting(unit, 1)))
        table = claimed(store)
        assert (table.id, claim(store)) == (first.id, None)
        store.write(lambda unit: unit.written_tables.portion(table, ROWS[:1], [], after(1), LEASE))
        assert claimed(store).id == second.id

    def test_a_stopped_table_keeps_what_was_written_and_can_be_taken_back(self, store: Transactions) -> None:
        store.write(waiting)
        table = claimed(store)
        table = store.write(lambda unit: unit.written_tables.portion(table, ROWS[:1], [], after(1), LEASE))
        store.write(lambda unit: unit.written_tables.stop(table, "internal"))
        stopped = store.read(lambda unit: unit.written_tables.get(table.id))
        assert (stopped.state, stopped.error, stopped.done, stopped.work) == (WrittenState.STOPPED, "internal", 1, None)
        assert claim(store, 9) is None
        with pytest.raises(ConcurrencyConflict):
            store.write(lambda unit: unit.written_tables.portion(table, ROWS[1:2], [], after(1), LEASE))
        assert store.write(lambda unit: unit.written_tables.take_back(table.id, 9, after(5)))

    def test_a_worker_that_hung_does_not_stop_what_another_goes_on_with(self, store: Transactions) -> None:
        one = store.write(waiting)
        hung, now = claimed(store), claimed(store, 3)

        def stops(table: WrittenTable) -> WrittenTable:
            store.write(lambda unit: unit.written_tables.stop(table, "internal"))
            return store.read(lambda unit: unit.written_tables.get(one.id))

        assert stops(hung) == now
        assert claim(store, 3) is None, "its lease stands"
        further = store.write(lambda unit: unit.written_tables.portion(now, ROWS[:1], [], after(3), LEASE))
        assert stops(hung) == stops(now) == further
        assert stops(further).state is WrittenState.STOPPED

    def test_a_writing_is_taken_back_once_from_its_end(self, store: Transactions) -> None:
        one = store.write(lambda unit: unit.written_tables.add(TABLE, [ADDED, CHANGED]))
        assert store.write(lambda unit: unit.written_tables.take_back(one.id, 9, after(5)))
        assert not store.write(lambda unit: unit.written_tables.take_back(one.id, 8, after(6)))
        assert not store.write(lambda unit: unit.written_tables.take_back(99, 8, after(6)))
        table = claimed(store)
        assert (table.state, table.taken_back_by, table.taken_back_at) == (WrittenState.TAKING_BACK, 9, after(5))
        assert store.read(lambda unit: unit.written_tables.to_take_back(one.id, 1)) == (CHANGED,)

    def test_rows_that_stay_are_named_and_are_not_known_as_taken_back(self, store: Transactions) -> None:
        one = store.write(lambda unit: unit.written_tables.add(evolve(TABLE, added=3, changed=0), ROWS))
        assert store.read(lambda unit: unit.written_tables.taken_back("people", ["0", "1", "2"])) == frozenset()
        store.write(lambda unit: unit.written_tables.take_back(one.id, 9, after(5)))
        table = claimed(store)
        touched = StillUsed("taken_back.touched", name="Wayan 2")
        first = store.write(
            lambda unit: unit.written_tables.portion_back(table, ["1"], {"2": touched}, after(1), LEASE)
        )
        assert (first.state, first.returned, first.kept) == (WrittenState.TAKING_BACK, 1, 1)
        with pytest.raises(ConcurrencyConflict):
            store.write(lambda unit: unit.written_tables.portion_back(table, ["1"], {}, after(1), LEASE))
        assert [row.subject for row in store.read(lambda unit: unit.written_tables.to_take_back(one.id, 9))] == ["0"]
        last = store.write(lambda unit: unit.written_tables.portion_back(first, ["0"], {}, after(1), LEASE))
        assert last.state is WrittenState.TAKEN_BACK
        zero, _, two = store.read(lambda unit: unit.written_tables.rows(one.id))
        assert (zero, two.back, two.kept and (two.kept.code, dict(two.kept.params))) == (
            *(evolve(ROWS[0], back=True), False, ("taken_back.touched", {"name": "Wayan 2"})),
        )
        wanted = ["0", "1", "2", "x", *map(str, range(1000, 2200))]
        assert store.read(lambda unit: unit.written_tables.taken_back("people", wanted)) == {"0", "1"}
        assert store.read(lambda unit: unit.written_tables.taken_back("orders", wanted)) == frozenset()
        assert not store.write(lambda unit: unit.written_tables.take_back(one.id, 8, after(6)))

    def test_the_rows_that_a_table_still_needs_are_not_forgotten(self, store: Transactions) -> None:
        table = store.write(waiting)
        store.write(lambda unit: unit.blobs.forget(after(99)))
        assert store.read(lambda unit: unit.blobs.get(table.work or 0)).size == 2
        with pytest.raises(StorageRejected):
            store.write(lambda unit: unit.blobs.drop(table.work or 0))
        store.write(lambda unit: unit.written_tables.stop(table, "lost"))
        store.write(lambda unit: unit.blobs.forget(after(99)))
        with pytest.raises(NotFound):
            store.read(lambda unit: unit.blobs.get(table.work or 0))

    def test_a_person_is_dropped_at_the_version_that_was_read_unless_something_is_theirs(
        self, store: Transactions
    ) -> None:
        def work(unit: UnitOfWork) -> tuple[int, int]:
            free = unit.people.add(a_person("Bebas", username="bebas"))
            unit.bind_links.put(BindLink(id="x", person=free.id, made_by=free.id, expires_at=after(9)))
            taken = unit.people.add(a_person("Masuk", username="masuk"))
            unit.sessions.add(Session(id="s", person=taken.id, created_at=after(0), used_at=after(0)))
            return free.id, taken.id

        free, taken = store.write(work)
        with pytest.raises(ConcurrencyConflict):
            store.write(lambda unit: unit.people.drop(evolve(unit.people.get(free), version=2)))

        def refused(unit: UnitOfWork) -> None:
            with pytest.raises(StorageRejected):
                unit.people.drop(unit.people.get(taken))
            unit.people.drop(unit.people.get(free))

        store.write(refused)
        assert store.read(lambda unit: [person.id for person in unit.people.all()]) == [taken]
        assert store.read(lambda unit: unit.bind_links.get("x")) is None
        assert store.write(lambda unit: unit.people.add(a_person("Lagi", username="bebas"))).id not in {free, taken}
