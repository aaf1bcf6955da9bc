"""Imports: rows of orders, targets and catalogues, judged one by one and written as on the console."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from attrs import frozen
from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from sikpro.adapters.web.api.call import LARGEST_ID, Answer, Call
from sikpro.adapters.web.api.faults import ApiFault
from sikpro.adapters.web.api.order_bodies import Strict
from sikpro.adapters.web.api.problems import FieldProblem, field_problems
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.tables.import_orders import check_date, order_work, plan_orders
from sikpro.application.use_cases.tables.import_rows import list_columns, list_work, plan_import
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.portions import Prepared
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.take_back import ORDERS, may_take_back
from sikpro.domain.errors import DomainError, InvalidFields, InvalidValue, NotFound

MOST_ROWS = 5_000
"""The most rows of one request."""

SHOWN = 100

LIST_NAMES = tuple(name for name in LISTS if name != "people")
"""The lists that scripts import; accounts change on the console alone."""

Rows = Annotated[list[dict[str, str]], Meta(min_length=1, max_length=MOST_ROWS)]


class NewImport(Strict):
    """Rows to import, each with its texts by column. With `dry_run` they are only judged.

    For orders: `received_now` says that all came in now, where no column says when; `other_sto` accepts ODPs of another
    STO, `closed_months` changes of closed months.
    """

    rows: Rows
    source: Annotated[str, Meta(max_length=80)] = "API"
    dry_run: bool = False
    received_now: bool = False
    other_sto: bool = False
    closed_months: bool = False


class JudgedJson(Struct):
    """What became of a row, by its place among the rows, counted from 0."""

    row: int
    verdict: str
    errors: list[FieldProblem]


class WritingJson(Struct):
    """A writing and its progress: of `total` rows `added`, `changed` and `refused` are done."""

    id: int
    kind: str
    source: str
    state: str
    at: datetime
    total: int
    added: int
    changed: int
    refused: int
    error: str


class ImportJson(Struct):
    """What each row is, and the writing of the good ones; null if nothing was to be written."""

    rows: list[JudgedJson]
    writing: WritingJson | None


class Writings(Struct):
    """The newest writings."""

    writings: list[WritingJson]


@frozen
class _Judged:
    rows: Sequence[tuple[int, str, Mapping[str, DomainError]]]
    prepared: Prepared | None


class ImportsApi(Controller):
    """Imports, by the rights of the console."""

    path = "/"
    tags = ["Imports"]  # noqa: RUF012  # Litestar's own type for it

    @get("/writings", operation_id="list_writings", summary="List what tables wrote")
    async def all(self, call: NamedDependency[Call]) -> Response[Writings]:
        """Return the writings that the caller may take back on the console, newest first."""

        def work(uow: UnitOfWork) -> Answer[Writings]:
            found = [one for one in uow.written_tables.latest(SHOWN) if may_take_back(call.me, one)]
            return Answer(content=Writings([_writing(one) for one in found]))

        return await call.shown(work)

    @get("/writings/{table_id:int}", operation_id="get_writing", summary="Get the progress of a writing")
    async def show(self, call: NamedDependency[Call], table_id: FromPath[int]) -> Response[WritingJson]:
        """Return how far it is; many rows are written in portions."""

        def work(uow: UnitOfWork) -> Answer[WritingJson]:
            if not 0 < table_id < LARGEST_ID:
                raise NotFound(what="written_table", name=str(table_id)[:20])
            table = uow.written_tables.get(table_id)
            if not may_take_back(call.me, table):
                raise NotFound(what="written_table", name=str(table_id))
            return Answer(content=_writing(table))

        return await call.shown(work)

    @post(
        "/imports/{what:str}",
        operation_id="import_rows",
        summary="Import rows of orders or a list",
        status_code=200,
    )
    async def take(
        self, call: NamedDependency[Call], what: FromPath[str], data: JSONBody[NewImport]
    ) -> Response[ImportJson]:
        """Judge rows of `orders`, `targets` or a catalogue, and write the good ones; nobody gets a message."""
        if what != ORDERS and what not in LIST_NAMES:
            raise ApiFault("api.catalogue", 404, {"typed": what[:64], "known": ", ".join((ORDERS, *LIST_NAMES))})
        columns = _columns(what, data.rows)
        judge = _judged_orders if what == ORDERS else _judged_list
        judged = await call.parts.transactions.read_long(lambda uow: judge(uow, call, what, data, columns))
        prepared = judged.prepared

        def work(uow: UnitOfWork) -> Answer[ImportJson]:
            table = prepared.begin(uow, what, data.source, call.me, call.now) if prepared else None
            rows = [
                JudgedJson(place, verdict, field_problems(errors, call.parts.zone))
                for place, verdict, errors in judged.rows
            ]
            return Answer(
                content=ImportJson(rows, _writing(table) if table else None),
                headers={"location": f"/api/v1/writings/{table.id}"} if table else {},
            )

        return await call.act(work)


def _columns(what: str, rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the columns of rows in their order. Raises `InvalidFields` for one that the table does not have."""
    known = [column.name for column in (COLUMNS if what == ORDERS else list_columns(LISTS[what]))]
    given = list(dict.fromkeys(name for row in rows for name in row))
    wrong = {f"rows.{one}"[:64]: _unknown(one, known) for one in given if one not in known}
    if wrong:
        raise InvalidFields(wrong)
    return given


def _unknown(name: str, known: Sequence[str]) -> InvalidValue:
    return InvalidValue("api.field.unknown", name, known=", ".join(known))


def _sheet(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> TableSheet:
    return TableSheet(
        name="", rows=[tuple(columns), *(tuple(row.get(name, "") for name in columns) for row in rows)], header=0
    )


def _judged_orders(uow: UnitOfWork, call: Call, _: str, data: NewImport, columns: Sequence[str]) -> _Judged:
    sheet, places, zone = _sheet(data.rows, columns), dict(enumerate(columns)), ZoneInfo(call.parts.zone)
    check_date(places, data.received_now)
    decided = Decisions(received_now=data.received_now, other_sto=data.other_sto, closed_months=data.closed_months)
    plan = plan_orders(uow, sheet, places, call.me, call.now, zone, decided)
    work = None if data.dry_run else order_work(uow, sheet, places, plan.mark, call.me, call.now, zone, decided)[1]
    rows = [(row.place - 1, row.verdict.value, row.errors) for row in plan.rows]
    return _Judged(rows, Prepared.of(work) if work and work.total else None)


def _judged_list(uow: UnitOfWork, call: Call, what: str, data: NewImport, columns: Sequence[str]) -> _Judged:
    sheet, places, which = _sheet(data.rows, columns), dict(enumerate(columns)), LISTS[what]
    plan = plan_import(uow, which, sheet, call.me, places)
    work = None if data.dry_run else list_work(uow, which, sheet, plan.mark, call.me, places)[1]
    rows = [(line.number - 2, line.verdict.value, line.errors) for line in plan.lines]
    return _Judged(rows, Prepared.of(work) if work and work.total else None)


def _writing(table: WrittenTable) -> WritingJson:
    same = {name: getattr(table, name) for name in WritingJson.__struct_fields__ if name != "state"}
    return WritingJson(state=table.state.value, **same)
