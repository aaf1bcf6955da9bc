"""A closed month is opened by a supervisor, with a reason, and stays open until somebody closes it."""

from datetime import timedelta

import pytest

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.reports.closing import count_month, next_closing, open_month
from sikpro.domain.errors import InvalidValue, NotPermitted
from sikpro.domain.people import Role
from sikpro.testing.builders import NOON, a_person, coded, stored_order

ZONE = "Asia/Jakarta"
LATER = NOON + timedelta(days=60)


def test_an_opened_month_stays_open_until_a_person_closes_it() -> None:
    store = MemoryTransactions()
    sari = store.write(lambda uow: uow.people.add(a_person("Sari", role=Role.SUPERVISOR)))
    rina = store.write(lambda uow: uow.people.add(a_person("Rina")))
    store.write(stored_order)
    store.write(store.read(lambda uow: count_month(uow, "2026-11", sari, LATER, ZONE)))

    with pytest.raises(NotPermitted):
        store.write(lambda uow: open_month(uow, "2026-11", rina, LATER, "impor"))
    with pytest.raises(InvalidValue, check=coded("month.reason")):
        store.write(lambda uow: open_month(uow, "2026-11", sari, LATER, "  "))
    with pytest.raises(InvalidValue, check=coded("month.open")):
        store.write(lambda uow: open_month(uow, "2026-10", sari, LATER, "impor"))

    store.write(lambda uow: open_month(uow, "2026-11", sari, LATER, "impor Oktober"))
    assert store.read(lambda uow: uow.closed_months.opened())["2026-11"].reason == "impor Oktober"
    assert store.read(lambda uow: next_closing(uow, LATER - timedelta(days=25), ZONE)) is None

    store.write(store.read(lambda uow: count_month(uow, "2026-11", sari, LATER, ZONE)))
    assert store.read(lambda uow: uow.closed_months.names()) == {"2026-11"}
    assert store.read(lambda uow: uow.closed_months.opened()) == {}
