"""What an admin may not take out of a catalogue: what orders use, and the last of what is needed."""

from collections.abc import Callable

import pytest

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.catalogue_rows import KINDS, MAKERS, STATUSES, CatalogueKind
from sikpro.application.use_cases.catalogue.edit_catalogue import (
    Use,
    add_row,
    delete_row,
    edit_row,
    row_coded,
    row_mark,
    set_row_active,
    uses,
)
from sikpro.application.use_cases.catalogue.lookup import maker_of, makers_in_use
from sikpro.application.use_cases.orders.remove_order import delete_order
from sikpro.domain.catalogue import Sto
from sikpro.domain.errors import AlreadyUsed, ConcurrencyConflict, InUse, InvalidFields, LastOne, NotFound, StillBelongs
from sikpro.domain.people import Person
from sikpro.domain.values import SerialNumber
from tests.unit.chat import NINE, WHOLE, ZONE, Phone, World

ADMIN = 6
USED = {"site-operations": "SDA", "stos": "SDA", "statuses": "menunggu", "order-types": "AO", "makers": "ZTEG"}
"""What the order `WHOLE` uses."""


@pytest.fixture
def world() -> World:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    return world


def as_admin(world: World, work: Callable[[UnitOfWork, Person], object]) -> object:
    return world.transactions.write(lambda uow: work(uow, uow.people.get(ADMIN)))


@pytest.mark.parametrize("kind", USED)
@pytest.mark.parametrize("deleted", [False, True])
def test_what_an_order_uses_is_not_deleted_even_when_the_order_is(world: World, kind: str, deleted: bool) -> None:
    def work(uow: UnitOfWork, admin: Person) -> None:
        if deleted:
            delete_order(uow, 1, admin, NINE, reason="x", zone=ZONE)
        delete_row(uow, KINDS[kind], USED[kind], admin, NINE)

    with pytest.raises(StillBelongs if kind == "site-operations" else InUse) as refused:
        as_admin(world, work)
    params = {"count": 1} | ({"stos": 3, "people": 2} if kind == "site-operations" else {})
    assert refused.value.params == params


@pytest.mark.parametrize(
    ("kind", "used", "unused"),
    [
        ("stos", "SDA", "TUN"),
        ("statuses", "menunggu", "selesai"),
        ("order-types", "AO", "MO"),
        ("makers", "ZTEG", "HWTC"),
    ],
)
def test_a_list_says_how_many_orders_use_each_row(world: World, kind: str, used: str, unused: str) -> None:
    found = world.transactions.read(lambda uow: uses(uow, KINDS[kind]))
    assert (found[used].orders, found[unused].orders) == (1, 0)
    assert (found[used].stos, found[used].people) == (0, 0)


def test_a_list_says_what_belongs_to_each_site_operation(world: World) -> None:
    found = world.transactions.read(lambda uow: uses(uow, KINDS["site-operations"]))
    assert (found["SDA"].orders, found["SDA"].stos, found["SDA"].people) == (1, 3, 2)
    assert (found["MJK"].orders, found["MJK"].stos, found["MJK"].people) == (0, 1, 1)


def test_what_nothing_uses_is_deleted(world: World) -> None:
    as_admin(world, lambda uow, admin: delete_row(uow, KINDS["stos"], "TUN", admin, NINE))
    with pytest.raises(NotFound):
        world.transactions.read(lambda uow: row_coded(uow, KINDS["stos"], "TUN"))


def retire_all(kind: CatalogueKind, of: Callable[[object], bool]) -> Callable[[UnitOfWork, Person], None]:
    def work(uow: UnitOfWork, admin: Person) -> None:
        rows = [row for row in kind.rows(uow) if of(row)]
        assert len(rows) > 1
        for row in rows[1:]:
            set_row_active(uow, kind, row.code, False, admin, NINE)
        with pytest.raises(LastOne), uow.savepoint():
            set_row_active(uow, kind, rows[0].code, False, admin, NINE)
        with pytest.raises(InUse), uow.savepoint():
            delete_row(uow, kind, rows[0].code, admin, NINE)
        assert set_row_active(uow, kind, rows[1].code, True, admin, NINE).active
        assert not set_row_active(uow, kind, rows[0].code, False, admin, NINE).active

    return work


def test_of_the_statuses_of_a_phase_and_of_the_order_types_one_stays_active(world: World) -> None:
    as_admin(world, retire_all(STATUSES, lambda row: getattr(row, "phase", "") == "cancelled"))
    as_admin(world, retire_all(KINDS["order-types"], lambda row: True))


def edited(uow: UnitOfWork, admin: Person, code: str, mark: str = "", **typed: str) -> object:
    row = row_coded(uow, STATUSES, code)
    texts = STATUSES.texts(row) | typed
    return edit_row(uow, STATUSES, code, texts, mark=mark or row_mark(row), by=admin, now=NINE)


def test_a_status_that_orders_have_keeps_its_phase_and_another_may_change_it(world: World) -> None:
    world.sets("odp_penuh")
    with pytest.raises(InvalidFields) as refused:
        as_admin(world, lambda uow, admin: edited(uow, admin, "odp_penuh", phase="cancelled", turn="nobody"))
    assert refused.value.errors["phase"].code == "status.phase_in_use"
    as_admin(world, lambda uow, admin: edited(uow, admin, "odp_penuh", label_id="ODP sudah penuh"))
    as_admin(world, lambda uow, admin: edited(uow, admin, "odp_loss", phase="cancelled", turn="nobody", group=""))


def test_of_two_who_edit_a_row_the_second_is_told(world: World) -> None:
    def work(uow: UnitOfWork, admin: Person) -> None:
        mark = row_mark(row_coded(uow, STATUSES, "odp_penuh"))
        edited(uow, admin, "odp_penuh", mark, label_id="Penuh")
        edited(uow, admin, "odp_penuh", mark, label_id="Penuh")  # the same once more is stored once
        edited(uow, admin, "odp_penuh", mark, label_id="Penuh sekali")

    with pytest.raises(ConcurrencyConflict):
        as_admin(world, work)


def test_a_code_is_one_rows_alone(world: World) -> None:
    def add(name: str) -> Callable[[UnitOfWork, Person], object]:
        kind = KINDS["site-operations"]
        return lambda uow, admin: add_row(uow, kind, {"code": "GSK", "name": name}, admin, NINE)

    assert as_admin(world, add("Gresik")) == as_admin(world, add("Gresik"))
    with pytest.raises(AlreadyUsed):
        as_admin(world, add("Lain"))


@pytest.mark.parametrize(
    ("use", "used"), [(Use(), False), (Use(orders=1), True), (Use(stos=1), True), (Use(people=1), True)]
)
def test_a_row_is_in_use_by_whatever_uses_it(use: Use, used: bool) -> None:
    assert bool(use) is used


def test_a_row_that_is_edited_belongs_to_what_is_there(world: World) -> None:
    def work(uow: UnitOfWork, admin: Person) -> object:
        row = row_coded(uow, KINDS["stos"], "TUN")
        typed = {"name": "Tulangan", "site_operation": "mjk"}
        return edit_row(uow, KINDS["stos"], "TUN", typed, mark=row_mark(row), by=admin, now=NINE)

    assert as_admin(world, work) == Sto(code="TUN", name="Tulangan", site_operation="MJK")


def test_a_retired_maker_is_in_use_no_more_but_keeps_its_name_on_earlier_orders(world: World) -> None:
    as_admin(world, lambda uow, admin: set_row_active(uow, MAKERS, "ZTEG", False, admin, NINE))

    def work(uow: UnitOfWork) -> None:
        assert "ZTEG" not in makers_in_use(uow)
        assert "HWTC" in makers_in_use(uow)
        assert maker_of(uow, uow.orders.get(1).data.serial) == "ZTE"
        assert maker_of(uow, SerialNumber.parse("QQQQC6754546")) == ""

    world.transactions.read(work)
