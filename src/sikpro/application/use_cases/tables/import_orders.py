"""Import orders from a table: judge every row first, then write the good ones, now or in portions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.tables.judge_orders import UNDECIDED, Decisions, Judge, read_rows
from sikpro.application.use_cases.tables.order_plan import JudgedRow, OrderPlan
from sikpro.application.use_cases.tables.order_work import OrderWork
from sikpro.application.use_cases.tables.portions import write_whole
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.errors import InvalidValue
from sikpro.domain.people import Permission, Person


def plan_orders(
    uow: UnitOfWork,
    sheet: TableSheet,
    columns: Mapping[int, str],
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    decisions: Decisions = UNDECIDED,
    *,
    permission: Permission = Permission.ADMINISTER,
) -> OrderPlan:
    """Judge every row under the header; write nothing.

    Raises `NotPermitted`, the sheet's own error, and `InvalidValue`: `import.no_date` without a date column or
    `received_now`, `import.two_dates` with both.
    """
    by.must(permission)
    check_date(columns, decisions.received_now)
    return _plan(uow, [row for row, _ in Judge(uow, now, zone, decisions).rows(read_rows(sheet, columns))])


def order_work(
    uow: UnitOfWork,
    sheet: TableSheet,
    columns: Mapping[int, str],
    mark: str,
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    decisions: Decisions = UNDECIDED,
    *,
    permission: Permission = Permission.ADMINISTER,
) -> tuple[OrderPlan, OrderWork | None]:
    """Return the present verdicts, and the new rows to write; None if the mark of the plan differs. Write nothing.

    Raises as `plan_orders`, and `InvalidValue` (`import.closed_month`) if closed months would change without a yes.
    """
    by.must(permission)
    check_date(columns, decisions.received_now)
    reading = read_rows(sheet, columns)
    plan = _plan(uow, [row for row, _ in Judge(uow, now, zone, decisions).rows(reading)])
    if plan.mark != mark:
        return plan, None
    if plan.closed and not decisions.closed_months:
        raise InvalidValue("import.closed_month", ", ".join(sorted(plan.closed)))
    return plan, OrderWork.of(plan, reading, decisions, now, zone)


def import_orders(
    uow: UnitOfWork,
    sheet: TableSheet,
    columns: Mapping[int, str],
    mark: str,
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    source: str,
    decisions: Decisions = UNDECIDED,
    *,
    permission: Permission = Permission.ADMINISTER,
) -> tuple[OrderPlan, WrittenTable | None]:
    """Write every new row as an order in this transaction, if the verdicts still match the plan's mark.

    An open order is tied to the disturbances that it is in. Nobody gets a message, as the page says: a table is often
    the past. A large table holds up all other writers: write it in portions (`order_work`, `Prepared`).

    Return the present verdicts and what was written, which can be taken back: None if the mark differs. Raises as
    `order_work`, and `DomainError` where a row cannot be saved; then nothing may be saved.
    """
    plan, work = order_work(uow, sheet, columns, mark, by, now, zone, decisions, permission=permission)
    return plan, write_whole(uow, ORDERS, source, by, now, work) if work else None


def check_date(columns: Mapping[int, str], received_now: bool) -> None:
    """Refuse a table without a decision on the time of receipt. Raises `InvalidValue`."""
    dated = "received_at" in columns.values()
    if dated and received_now:
        raise InvalidValue("import.two_dates", "")
    if not dated and not received_now:
        raise InvalidValue("import.no_date", "")


def _plan(uow: UnitOfWork, rows: Sequence[JudgedRow]) -> OrderPlan:
    closed = uow.closed_months.names()
    touched = Counter(month for row in rows for month in row.months if month in closed)
    return OrderPlan(rows=rows, closed=dict(touched))
