"""Closed months: who left and lost their name loses it there too; nobody else's label changes."""

from typing import Any

from attrs import evolve

from sikpro.adapters.memory import MemoryTransactions
from sikpro.application.ports.months import ClosedMonth
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.retention.relabel_months import month_to_relabel, relabel_month
from sikpro.domain.people import Person
from sikpro.domain.retention import pseudonym
from sikpro.testing.builders import NOON, a_person


def labels(uow: UnitOfWork) -> list[str]:
    closed = uow.closed_months.get("2026-09")
    assert closed
    return [row["label"] for table in closed.figures["tables"] for row in table["rows"]]


def test_only_who_left_and_lost_their_name_gets_another_label_in_a_closed_month() -> None:
    def close(uow: UnitOfWork) -> list[Person]:
        crew = [uow.people.add(a_person(name)) for name in ("Rina", "Tono", "Sari")]
        rows: list[dict[str, Any]] = [{"value": str(one.id), "label": one.name} for one in crew]
        figures = {"tables": [{"dimension": "helpdesk", "rows": rows}]}
        uow.closed_months.add(ClosedMonth(month="2026-09", closed_at=NOON, closed_by=None, figures=figures))
        return crew

    def leave(uow: UnitOfWork, crew: list[Person]) -> None:
        rina, tono, sari = crew
        uow.people.save(pseudonym(evolve(rina, active=False)))
        uow.people.save(evolve(tono, active=False, name="Tono S."))
        uow.people.save(evolve(sari, name="Sari W."))

    store = MemoryTransactions()
    crew = store.write(close)
    assert store.read(month_to_relabel) is None
    store.write(lambda uow: leave(uow, crew))

    assert store.read(month_to_relabel) == "2026-09"
    assert store.write(lambda uow: relabel_month(uow, "2026-09")) == 1
    assert store.read(labels) == [f"#{crew[0].id}", "Tono", "Sari"]
    assert store.read(month_to_relabel) is None
