"""Imports: orders and lists from a table, and taking back what a table wrote."""

from collections.abc import Mapping
from datetime import datetime
from os import PathLike
from typing import Unpack

from attrs import evolve, frozen

from sikpro.application.i18n import words_in
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.tables.import_orders import order_work, plan_orders
from sikpro.application.use_cases.tables.import_rows import ImportPlan, list_columns, list_work, plan_import
from sikpro.application.use_cases.tables.judge_orders import COLUMNS, Decisions
from sikpro.application.use_cases.tables.order_plan import OrderPlan
from sikpro.application.use_cases.tables.portions import PORTION, TableWork
from sikpro.application.use_cases.tables.row_list import RowList
from sikpro.application.use_cases.tables.row_lists import LISTS
from sikpro.application.use_cases.tables.take_back import (
    ORDERS,
    TakeBackPlan,
    ask_take_back,
    may_take_back,
    plan_take_back,
    take_back,
    take_portion_back,
)
from sikpro.domain.errors import ConcurrencyConflict, InvalidValue
from sikpro.domain.people import Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.provider import ProviderTables
from sikpro.entrypoints.library.session import person_named
from sikpro.entrypoints.library.tables import OrderTable, TableOptions, opened_table, written_table

MOST_WRITTEN = 200


@frozen
class ImportedRows:
    """What an import of a list found in each row, and the writing, which can be taken back."""

    plan: ImportPlan
    table: WrittenTable


@frozen
class ImportedOrders:
    """What an import found in each row, and the writing, which can be taken back."""

    plan: OrderPlan
    table: WrittenTable


@held_as("imports")
class Imports(ProviderTables):
    """`app.imports`: tables from a path, a workbook or a CSV, by the same rules as on the console.

    Rows are judged first; the good ones are written, the others are in the plan with their errors. Options are those of
    `TableOptions` and `OrderTable`. Every method raises `OSError`, `InvalidValue` for a file that is no table,
    `ValueError` for one without the columns that are needed, and `NotPermitted`.
    """

    def plan_orders(self, path: str | PathLike[str], **options: Unpack[OrderTable]) -> OrderPlan:
        """Say what each row of a table of orders would do; write nothing. For admins."""
        return self._judged("imports.plan_orders", path, options)[0]

    def orders(self, path: str | PathLike[str], **options: Unpack[OrderTable]) -> ImportedOrders:
        """Write the new rows of a table of orders, many of them in portions; nobody gets a message. For admins.

        Raises `InvalidValue` (`import.closed_month`) where figures of closed months would change without a yes.
        """
        plan, work, file = self._judged("imports.orders", path, options, to_write=True)
        return ImportedOrders(plan, written_table(self._session, ORDERS, file, work))

    def plan_rows(self, what: str, path: str | PathLike[str], **options: Unpack[TableOptions]) -> ImportPlan:
        """Say what each row of a list would do: `people`, `targets`, or a catalogue (`stos`); write nothing."""
        rows = _list("plan_rows", what)
        table = opened_table("imports.plan_rows", path, list_columns(rows), options)
        return self._session.read(lambda uow, by, now: plan_import(uow, rows, table.sheet, by, table.columns))

    def rows(
        self, what: str, path: str | PathLike[str], *, replace_people: bool = False, **options: Unpack[TableOptions]
    ) -> ImportedRows:
        """Write the good rows of a list: `people`, `targets`, or a catalogue (`stos`).

        Raises `InvalidValue` (`import.not_looked`) where a row replaces what identifies a person, without
        `replace_people`.
        """
        rows = _list("rows", what)
        table = opened_table("imports.rows", path, list_columns(rows), options)

        def look(uow: UnitOfWork, by: Person, now: datetime) -> tuple[ImportPlan, TableWork | None]:
            plan = plan_import(uow, rows, table.sheet, by, table.columns)
            if plan.replacing(rows.person) and not replace_people:
                raise InvalidValue("import.not_looked", "")
            return list_work(uow, rows, table.sheet, plan.mark, by, table.columns)

        plan, work = self._session.read(look)
        return ImportedRows(plan, written_table(self._session, rows.name, table.file, work))

    def written(self) -> tuple[WrittenTable, ...]:
        """Return the tables that who acts wrote, for admins all, newest first."""
        return self._session.read(
            lambda uow, by, now: tuple(one for one in uow.written_tables.latest(MOST_WRITTEN) if may_take_back(by, one))
        )

    def plan_take_back(self, table_id: int) -> TakeBackPlan:
        """Return what a table wrote, and what would stay where it is taken back. Raises `NotFound`."""
        return self._session.read(lambda uow, by, now: plan_take_back(uow, table_id, by))

    def take_back(self, table_id: int) -> bool:
        """Take back all that a table wrote, if nothing else touched it since, and return whether it is.

        A large one goes back in portions; rows that something touches meanwhile stay. Raises `NotFound`, `StillUsed`.
        """
        zone = self._session.zone

        def begin(uow: UnitOfWork, by: Person, now: datetime) -> tuple[TakeBackPlan, bool]:
            plan = plan_take_back(uow, table_id, by)
            if plan.table.written - plan.table.gone_through > PORTION:
                return plan, ask_take_back(uow, plan, by, now)
            return take_back(uow, table_id, by, now, reason=self._reason(plan, by), zone=zone)

        plan, begun = self._session.write(begin)
        table = self._session.read(lambda uow, by, now: uow.written_tables.get(table_id))

        def portion(uow: UnitOfWork, by: Person, now: datetime) -> WrittenTable:
            return take_portion_back(uow, table, now, reason=self._reason(plan, by), zone=zone)[0]

        while begun and table.state.open:
            try:
                table = self._session.write(portion)
            except ConcurrencyConflict:  # a server goes on with it
                return True
        return begun

    def _reason(self, plan: TakeBackPlan, by: Person) -> str:
        return words_in(by.language, self._session.zone)("written.reason", file=plan.table.source)

    def _judged(
        self, where: str, path: str | PathLike[str], options: OrderTable, *, to_write: bool = False
    ) -> tuple[OrderPlan, TableWork | None, str]:
        table = opened_table(where, path, COLUMNS, options)

        def look(uow: UnitOfWork, by: Person, now: datetime) -> tuple[OrderPlan, TableWork | None]:
            people: Mapping[str, str] = options.get("helpdesks", {})
            decided = Decisions(
                received_now=options.get("received_now", False),
                helpdesks={name: person_named(uow, username).id for name, username in people.items()},
                other_sto=options.get("other_sto", False),
            )
            local = self._session.local
            plan = plan_orders(uow, table.sheet, table.columns, by, now, local, decided)
            if not to_write:
                return plan, None
            agreed = evolve(decided, closed_months=options.get("closed_months", False))
            return order_work(uow, table.sheet, table.columns, plan.mark, by, now, local, agreed)

        plan, work = self._session.read(look)
        return plan, work, table.file


def _list(method: str, what: str) -> RowList:
    if what not in LISTS:
        raise ValueError(f"imports.{method}: there is no list {what!r}; there are {', '.join(LISTS)}")
    return LISTS[what]
