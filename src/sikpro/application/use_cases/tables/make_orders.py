"""Make orders of the rows of a provider's table that have none here, read as an import reads them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from sikpro.application.fields import FIELDS
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.tables import TableSheet
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.catalogue.lookup import first_status
from sikpro.application.use_cases.tables.import_orders import order_work, plan_orders
from sikpro.application.use_cases.tables.judge_orders import Decisions
from sikpro.application.use_cases.tables.order_plan import OrderPlan
from sikpro.application.use_cases.tables.order_work import OrderWork
from sikpro.application.use_cases.tables.portions import write_whole
from sikpro.application.use_cases.tables.reconcile_orders import FileLine
from sikpro.application.use_cases.tables.table_columns import header_place, rule_named, texts_of
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.catalogue import Meaning
from sikpro.domain.people import Permission, Person
from sikpro.domain.phase import Phase

NEEDED = (*(field.name for field in FIELDS), "received_at", "status", "completed_at")
"""The columns of an import that a table of the provider can fill."""

_DATES = {"received_at": "date", "completed_at": "ended_at"}


@frozen
class Requests:
    """Rows of a provider's table as a table for the import: each at its own place, under the import's columns."""

    sheet: TableSheet
    columns: Mapping[int, str]

    def texts(self, place: int) -> dict[str, str]:
        """Return the cells of a row by the import's columns."""
        return texts_of(self.sheet.rows[place], self.columns)


def requests_of(
    uow: UnitOfWork,
    sheet: TableSheet,
    columns: Mapping[int, str],
    lines: Iterable[FileLine],
    meanings: Mapping[str, Meaning],
) -> Requests:
    """Return rows as the import reads them: finished there is completed here, and open there waits here.

    Nothing is guessed: what the table does not have stays empty, and the import says that it is missing.
    """
    start = header_place(sheet)
    rows: list[Sequence[str]] = [()] * len(sheet.rows)
    rows[start] = NEEDED
    completed = first_status(uow, Phase.COMPLETED).code
    for line in lines:
        texts = texts_of(sheet.rows[line.place], columns)
        finished = meanings.get(line.status) is Meaning.FINISHED
        own = {
            "registration_number": line.number,
            "received_at": texts.get("date", ""),
            "status": completed if finished else "",
            "completed_at": texts.get("ended_at", "") if finished else "",
        }
        rows[line.place] = [(texts | own).get(name, "") for name in NEEDED]
    rules = {NEEDED.index(name): rule_named(sheet, columns, there) for name, there in _DATES.items()}
    dates = {place: rule for place, rule in rules.items() if rule}
    made = evolve(sheet, rows=rows, header=start, header_lines=1, dates=dates)
    return Requests(made, dict(enumerate(NEEDED)))


def plan_requests(uow: UnitOfWork, requests: Requests, by: Person, now: datetime, zone: ZoneInfo) -> OrderPlan:
    """Judge the rows as an import does; write nothing. Raises `NotPermitted`."""
    return plan_orders(uow, requests.sheet, requests.columns, by, now, zone, permission=Permission.LEAD)


def request_work(
    uow: UnitOfWork,
    requests: Requests,
    mark: str,
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    *,
    closed_months: bool = False,
) -> tuple[OrderPlan, OrderWork | None]:
    """Return the verdicts, and every row that has all that an order needs, to write it. Raises as `order_work`."""
    decisions = Decisions(closed_months=closed_months)
    return order_work(
        *(uow, requests.sheet, requests.columns, mark, by, now, zone, decisions), permission=Permission.LEAD
    )


def make_orders(
    uow: UnitOfWork,
    requests: Requests,
    mark: str,
    source: str,
    by: Person,
    now: datetime,
    zone: ZoneInfo,
    *,
    closed_months: bool = False,
) -> tuple[OrderPlan, WrittenTable | None]:
    """Make an order of every row that has all that an order needs, as one writing. Nobody gets a message.

    Returns and raises as `import_orders`.
    """
    plan, work = request_work(uow, requests, mark, by, now, zone, closed_months=closed_months)
    return plan, write_whole(uow, ORDERS, source, by, now, work) if work else None
