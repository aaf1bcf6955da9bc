"""The notes of a recap's days: for page, Excel file and print."""

from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.queries import UNKNOWN
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.reports.recap_query import RecapQuery


def notes_of(uow: UnitOfWork, query: RecapQuery) -> tuple[DayNote, ...]:
    """Return the notes of a query's days, in order.

    With a filter of STO or Site Operation, only its notes and the general ones.
    """
    belongs = {row.code: row.site_operation for row in uow.catalogue.stos()}
    sto, site = query.filters.get("sto", ""), query.filters.get("site_operation", "")
    sites = {site} if site else {belongs.get(sto, "")} if sto else set()
    return tuple(
        note
        for note in uow.day_notes.between(query.first, query.last)
        if (not sto or note.sto in {"", sto})
        and (not sites or not note.site_operation or note.site_operation in sites)
        and (not site or not note.sto or (belongs.get(note.sto) or UNKNOWN) == site)
    )
