"""What the store of written tables promises: each as a whole, with old and new, taken back once."""

import pytest
from attrs import evolve

from sikpro.application.ports.sessions import BindLink, Session
from sikpro.application.ports.storage import StorageRejected, Transactions, UnitOfWork
from sikpro.application.ports.written_tables import WrittenRow, WrittenTable
from sikpro.domain.errors import ConcurrencyConflict, NotFound
from tests.builders import IN_PROGRESS, a_person, after, stored_order

TABLE = WrittenTable(kind="people", source="kru \u2028 🙂.xlsx", by=3, at=after(1), added=1, changed=1)
ADDED = WrittenRow(name="Wayan", subject="7", after={"name": "Wayan", "phone": ""}, version=1)
CHANGED = WrittenRow(name="Budi", subject="2", before={"name": "Budi"}, after={"name": "Budi S."}, version=4)


def test_a_writing_is_kept_with_its_rows_in_their_order(store: Transactions) -> None:
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


def test_a_writing_is_taken_back_once_and_its_added_rows_are_known_then(store: Transactions) -> None:
    one = store.write(lambda unit: unit.written_tables.add(TABLE, [ADDED, CHANGED]))
    wanted = ["7", "2", "x", *map(str, range(1000, 2200))]
    assert store.read(lambda unit: unit.written_tables.taken_back("people", wanted)) == frozenset()
    assert store.write(lambda unit: unit.written_tables.take_back(one.id, 9, after(5)))
    assert not store.write(lambda unit: unit.written_tables.take_back(one.id, 8, after(6)))
    assert not store.write(lambda unit: unit.written_tables.take_back(99, 8, after(6)))
    kept = store.read(lambda unit: unit.written_tables.get(one.id))
    assert (kept.taken_back_by, kept.taken_back_at) == (9, after(5))
    assert store.read(lambda unit: unit.written_tables.taken_back("people", wanted)) == {"7"}
    assert store.read(lambda unit: unit.written_tables.taken_back("orders", wanted)) == frozenset()


def test_a_person_is_dropped_at_the_version_that_was_read_unless_something_is_theirs(store: Transactions) -> None:
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
