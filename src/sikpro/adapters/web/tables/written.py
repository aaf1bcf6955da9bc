"""What uploaded tables wrote: a list, each as a whole with old and new values, and a button that takes it back."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from sikpro.adapters.web.account.asking_again import AsksAgain
from sikpro.adapters.web.site.admission import only
from sikpro.adapters.web.site.errors import status_of
from sikpro.adapters.web.site.forms import Form
from sikpro.adapters.web.site.pages import Pages, go
from sikpro.adapters.web.site.paging import page_number, page_of
from sikpro.adapters.web.site.parts import WebParts
from sikpro.adapters.web.site.visit import Visit
from sikpro.adapters.web.tables.lists import page_of as page_of_list
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenTable
from sikpro.application.use_cases.tables.import_rows import heading
from sikpro.application.use_cases.tables.judge_list import shown_value
from sikpro.application.use_cases.tables.portions import PORTION
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.take_back import (
    COMPLETED,
    ORDERS,
    TakeBackPlan,
    ask_take_back,
    may_take_back,
    plan_take_back,
    take_back,
)
from sikpro.domain.errors import DomainError, NotFound
from sikpro.domain.people import Permission, Person

PAGE = 100
"""Rows of a written table per page."""

LISTED = 200
"""The most written tables in the list."""

ADDRESS = "/written"


def _changes_roles(uow: UnitOfWork, about: Mapping[str, Any], _: Form) -> bool:
    """Return whether a table changed people with a role, which taking it back changes again."""
    if uow.written_tables.get(about["table_id"]).kind != "people":
        return False
    rows = uow.written_tables.rows(about["table_id"])
    return any((texts or {}).get("role") for row in rows for texts in (row.before, row.after))


class WrittenController(Controller):
    """The written tables of the person; an admin sees all."""

    path = ADDRESS
    guards = (only(Permission.ADMINISTER, Permission.CLOSE_MONTH, Permission.LEAD),)

    @get()
    async def show_all(
        self,
        request: Request[Any, Any, Any],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """List the written tables, the newest first."""

        def work(uow: UnitOfWork) -> list[tuple[WrittenTable, str]]:
            return [(table, _name(uow, table.by)) for table in uow.written_tables.latest(LISTED) if _mine(table)]

        def _mine(table: WrittenTable) -> bool:
            return may_take_back(me, table)

        return pages.page(request, "tables/written_tables.html", tables=await parts.transactions.read(work))

    @get("/{table_id:int}")
    async def show(
        self,
        request: Request[Any, Any, Any],
        table_id: FromPath[int],
        me: NamedDependency[Person],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Show what a table wrote and what taking it back would do."""
        return await _show(request, table_id, me, pages, parts)

    @post("/{table_id:int}/take-back", guards=[AsksAgain(_changes_roles)])
    async def take_it_back(
        self,
        request: Request[Any, Any, Any],
        table_id: FromPath[int],
        me: NamedDependency[Person],
        visit: NamedDependency[Visit],
        pages: NamedDependency[Pages],
        parts: NamedDependency[WebParts],
    ) -> Response[str]:
        """Take the whole table back, many rows in portions, or show which rows something else has touched."""
        now = parts.clock.now()
        plan = await parts.transactions.read_long(lambda uow: plan_take_back(uow, table_id, me))
        small = plan.table.written - plan.table.gone_through <= PORTION

        def work(uow: UnitOfWork) -> tuple[TakeBackPlan, bool]:
            if not small:
                return plan, ask_take_back(uow, plan, me, now)
            reason = visit.words("written.reason", file=plan.table.source)
            return take_back(uow, table_id, me, now, reason=reason, zone=parts.zone)

        try:
            plan, done = await parts.transactions.write(work)
        except DomainError as error:
            return await _show(request, table_id, me, pages, parts, error=error)
        if done and small:
            visit.toast("taken_back", count=visit.words.number(len(plan.rows)))
        return go(request, f"{ADDRESS}/{table_id}")


async def _show(
    request: Request[Any, Any, Any],
    table_id: int,
    me: Person,
    pages: Pages,
    parts: WebParts,
    *,
    error: DomainError | None = None,
) -> Response[str]:
    number = page_number(request.query_params.get("page", ""))

    def work(uow: UnitOfWork) -> tuple[TakeBackPlan, str, str, dict[str, str], Sequence[UnwrittenRow]]:
        plan = plan_take_back(uow, table_id, me)
        refused = () if plan.table.state.open else uow.written_tables.refused(table_id)
        back_by = plan.table.taken_back_by
        names = {status.code: status.label.in_language(me.language) for status in uow.catalogue.statuses()}
        return plan, _name(uow, plan.table.by), _name(uow, back_by) if back_by else "", names, refused

    plan, by, taken_back_by, statuses, refused = await parts.transactions.read_long(work)
    kind = plan.table.kind
    page = page_of(plan.rows, number, PAGE, f"{ADDRESS}/{table_id}?page=")
    return pages.page(
        request,
        "tables/written_table.html",
        status=status_of(error) if error else 200,
        error=error,
        plan=plan,
        table=plan.table,
        refused=refused,
        portion=PORTION,
        by=by,
        taken_back_by=taken_back_by,
        rows=[(row, _changes(row)) for row in page.rows],
        first=page.first,
        next=page.next,
        columns=LISTS[kind].columns if kind in LISTS else ("status",) if kind == COMPLETED else (),
        of_orders=kind in {ORDERS, COMPLETED},
        heading=heading,
        shown=shown_value,
        statuses=statuses,
        place=_place(kind),
    )


def _place(kind: str) -> str:
    """Return the address of the list that a table wrote into."""
    if kind in LISTS:
        return page_of_list(LISTS[kind])
    return "/orders?view=all&channel=import" if kind == ORDERS else ""


def _changes(row: WrittenRow) -> dict[str, tuple[str, str]]:
    """Return the old and the new value of each column that the row changed."""
    if row.before is None:
        return {}
    return {name: (old, row.after.get(name, "")) for name, old in row.before.items() if old != row.after.get(name, "")}


def _name(uow: UnitOfWork, person_id: int) -> str:
    try:
        return uow.people.get(person_id).name
    except NotFound:
        return str(person_id)
