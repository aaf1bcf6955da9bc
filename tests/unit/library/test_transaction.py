"""Several steps of a script in one transaction: all of them are stored, or none."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sikpro import (
    DuplicateOrder,
    InvalidFields,
    NotFound,
    NotPermitted,
    Phase,
    ReasonRequired,
    SiteOperation,
    Sto,
)
from tests.unit.library.conftest import FIRST, MESSAGE, SECOND, Office

THIRD = "SC32232560"
NEW = f"AO {THIRD} ZTEGC6754548 SDA ODP-SDA-004 F5SDA445"


def test_the_steps_of_a_block_are_stored_at_its_end_and_see_each_other(office: Office) -> None:
    app = office.rina
    with app.transaction() as work:
        work.register(NEW)
        work.orders.take(THIRD)
        work.change_status(THIRD, "selesai")
        assert [row.number for row in work.orders.where(open=False)] == [THIRD]
        assert work.orders.where(open=False).count() == 1
        with ThreadPoolExecutor() as others:
            assert others.submit(lambda: len(app.orders())).result() == 2, "nobody else sees it yet"
    assert app.order(THIRD).phase is Phase.COMPLETED
    assert {entry.actor for entry in app.orders.journal(THIRD)} == {app.actor.id}


def test_an_exception_undoes_the_whole_block(office: Office) -> None:
    def block() -> None:
        with office.script.transaction() as work:
            work.register(NEW)
            work.orders.take(FIRST)
            work.register(MESSAGE)

    with pytest.raises(DuplicateOrder):
        block()
    with pytest.raises(NotFound):
        office.script.order(THIRD)
    assert office.script.order(FIRST).phase is Phase.WAITING


def test_a_step_whose_error_is_caught_leaves_nothing_of_itself(office: Office) -> None:
    with office.script.transaction() as work:
        with pytest.raises(ReasonRequired):
            work.change_status(FIRST, "batal")
        work.change_status(SECOND, "selesai")
    phases = {row.number: row.phase for row in office.script.orders.where()}
    assert phases == {FIRST: Phase.WAITING, SECOND: Phase.COMPLETED}


def test_the_first_half_of_a_step_goes_with_its_other_half(office: Office) -> None:
    with office.admin.transaction() as work:
        with pytest.raises(InvalidFields):
            work.catalogue.put(SiteOperation(code="MLG", name="Malang"), Sto(code="MLG", name="", site_operation="XXX"))
        work.catalogue.put(SiteOperation(code="BWI", name="Banyuwangi"))
    assert [row.code for row in office.admin.catalogue.site_operations()] == ["BWI", "MJK", "SDA"]


def test_a_block_keeps_the_rights_of_who_acts(office: Office) -> None:
    with pytest.raises(NotPermitted), office.sari.transaction() as work:
        work.register(NEW)


def test_a_block_inside_a_block_and_a_step_beside_it_are_refused(office: Office) -> None:
    app, selected = office.script, office.script.orders.where()
    with app.transaction() as work:
        with pytest.raises(RuntimeError, match="there is a transaction already"), work.transaction():
            pass
        steps: tuple[Callable[[], object], ...] = (
            lambda: app.take(FIRST),
            lambda: app.order(FIRST),
            lambda: selected.count(),
            lambda: app.acting_as("rina"),
            lambda: app.add_to_catalogue(SiteOperation(code="MLG", name="Malang")),
            lambda: app.transaction().__enter__(),
        )
        for beside in steps:
            with pytest.raises(RuntimeError, match="inside the block use what `as` gave"):
                beside()
        work.take(SECOND)
    assert app.order(SECOND).phase is Phase.IN_PROGRESS
    with pytest.raises(RuntimeError, match="this transaction is over"):
        work.take(FIRST)
    with pytest.raises(RuntimeError, match="this transaction is over"):
        list(work.orders.where())
