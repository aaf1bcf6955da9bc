"""Put pseudonyms where closed months have the names of people who left. No figure changes."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from sikpro.application.ports.facts import Dimension
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.retention import pseudonym

Labels = Mapping[tuple[str, str], str]
"""The labels of people who have a pseudonym, as a recap makes them, by dimension and value."""


def month_to_relabel(uow: UnitOfWork) -> str | None:
    """Return the first closed month that still has the name of somebody who has a pseudonym now, None without one."""
    labels = _labels(uow)
    for month in sorted(uow.closed_months.names()) if labels else ():
        closed = uow.closed_months.get(month)
        if closed is not None and _relabelled(closed.figures, labels) != closed.figures:
            return month
    return None


def relabel_month(uow: UnitOfWork, month: str) -> int:
    """Put the pseudonyms in, and return how many months changed: 1, or 0 for one that is open now."""
    closed = uow.closed_months.get(month)
    if closed is None:
        return 0
    figures = _relabelled(closed.figures, _labels(uow))
    return int(uow.closed_months.relabel(evolve(closed, figures=figures)))


def _labels(uow: UnitOfWork) -> Labels:
    left = [person for person in uow.people.all() if not person.active and pseudonym(person) == person]
    helpdesks = {(Dimension.HELPDESK.value, str(person.id)): person.name for person in left}
    return helpdesks | {
        (Dimension.TECHNICIAN.value, person.technician_code): f"{person.technician_code} · {person.name}"
        for person in left
        if person.technician_code
    }


def _relabelled(figures: Mapping[str, Any], labels: Labels) -> Mapping[str, Any]:
    tables = [
        table | {"rows": [_row(row, labels.get((table["dimension"], row["value"]))) for row in table["rows"]]}
        for table in figures.get("tables", ())
    ]
    return {**figures, "tables": tables} if tables else figures


def _row(row: Mapping[str, Any], label: str | None) -> Mapping[str, Any]:
    return row if label is None else {**row, "label": label}
