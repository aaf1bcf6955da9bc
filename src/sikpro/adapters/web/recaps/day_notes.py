"""Notes of days: a form to pin one, to change it and to take it away."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.recaps.pin_notes import LONGEST, add_note, change_note, drop_note, may_change
from sikpro.domain.errors import DomainError, InvalidFields, NotPermitted
from sikpro.domain.people import Permission, Person

PATH = "/recap/notes"
ENTRIES = ("day", "day_note", "place")


class DayNotesController(Controller):
    """The notes that people pin to days of the recap."""

    path = PATH
    guards = (only(Permission.VIEW_REPORTS),)

    @get("/new")
    async def begin(
        self,
        request: Request[Any, Any, Any],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the form of a new note, for the day of the address or today."""
        today = visit.words.local(parts.clock.now()).date().isoformat()
        typed = {"day": request.query_params.get("day", "") or today, "day_note": "", "place": ""}
        return await _form(request, pages, parts, typed)

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Pin a note; a refused one is shown again as typed."""
        typed, now = _typed(form), parts.clock.now()
        try:
            note = await parts.transactions.write(lambda uow: add_note(uow, typed, me, now))
        except InvalidFields as error:
            return await _form(request, pages, parts, typed, error)
        visit.toast("day_note_kept")
        return go(request, _back(note))

    @get("/{note_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        note_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show the form to change a note."""
        note = await parts.transactions.read(lambda uow: uow.day_notes.get(note_id))
        if not may_change(note, me):
            raise NotPermitted
        place = f"sto:{note.sto}" if note.sto else f"so:{note.site_operation}" if note.site_operation else ""
        typed = {"day": note.day.isoformat(), "day_note": note.text, "place": place}
        return await _form(request, pages, parts, typed, note_id=note_id)

    @post("/{note_id:int}")
    async def change(
        self,
        request: Request[Any, Any, Any],
        note_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
        form: NamedDependency[Form],
    ) -> Response[str]:
        """Change a note; a refused change is shown again as typed."""
        typed, now = _typed(form), parts.clock.now()
        try:
            note = await parts.transactions.write(lambda uow: change_note(uow, note_id, typed, me, now))
        except InvalidFields as error:
            return await _form(request, pages, parts, typed, error, note_id)
        visit.toast("day_note_kept")
        return go(request, _back(note))

    @post("/{note_id:int}/delete")
    async def drop(
        self,
        request: Request[Any, Any, Any],
        note_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Take a note away."""
        now = parts.clock.now()
        note = await parts.transactions.write(lambda uow: drop_note(uow, note_id, me, now))
        visit.toast("day_note_dropped")
        return go(request, _back(note))


def _typed(form: Form) -> dict[str, str]:
    return {name: form.text(name) for name in ENTRIES}


def _back(note: DayNote) -> str:
    return f"/recap/month/{note.day.isoformat()[:7]}#heat"


async def _form(
    request: Request[Any, Any, Any],
    pages: Pages,
    parts: WebParts,
    typed: Mapping[str, str],
    error: InvalidFields | None = None,
    note_id: int = 0,
) -> Response[str]:
    """Return the form with what was typed, and the errors at their entries."""
    errors: Mapping[str, DomainError] = error.errors if error else {}
    return pages.page(
        request,
        "recaps/note.html",
        status=status_of(error) if error else 200,
        typed=typed,
        errors=errors,
        note_id=note_id,
        places=await parts.transactions.read(_places),
        longest=LONGEST,
    )


def _places(uow: UnitOfWork) -> list[tuple[str, str]]:
    sites = [(f"so:{row.code}", row.name) for row in uow.catalogue.site_operations()]
    stos = [(f"sto:{row.code}", f"{row.code} · {row.name}" if row.name else row.code) for row in uow.catalogue.stos()]
    return [*sites, *stos]
