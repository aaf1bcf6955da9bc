"""The new rows of a table of orders that a person decided to write; each is judged again when it is written."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from attrs import asdict, frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import UnwrittenRow, WrittenRow, WrittenTable
from sikpro.application.use_cases.orders.meet_disturbance import meet_disturbances
from sikpro.application.use_cases.orders.record_change import record_new
from sikpro.application.use_cases.tables.judge_orders import Decisions, Judge, Reading, Understood
from sikpro.application.use_cases.tables.order_plan import JudgedRow, OrderPlan, RowVerdict
from sikpro.application.use_cases.tables.portions import Portion
from sikpro.domain.dates import DateRule, Order
from sikpro.domain.errors import DomainError, DuplicateOrder, InvalidValue
from sikpro.domain.history import bring_in
from sikpro.domain.order import Change
from sikpro.domain.people import Person


@frozen(kw_only=True)
class OrderWork:
    """The rows to write, and what the page said of each (`said`).

    `at` is when the person decided: what was in the past then, and when the orders came in that arrived now. `facts`
    go into the journal.
    """

    reading: Reading
    said: Sequence[str]
    decisions: Decisions
    at: datetime
    zone: str
    facts: Mapping[str, str]

    @classmethod
    def of(cls, plan: OrderPlan, reading: Reading, decisions: Decisions, at: datetime, zone: ZoneInfo) -> Self:
        """Return the new rows of a plan and of what it read."""
        good = {row.place: row for row in plan.rows if row.verdict is RowVerdict.NEW}
        facts = {verdict.value: str(plan.count(verdict)) for verdict in RowVerdict}
        facts |= {f"closed {month}": str(count) for month, count in plan.closed.items()}
        return cls(
            reading=Reading([(place, texts) for place, texts in reading.rows if place in good], reading.rules),
            said=[_said(row) for row in good.values()],
            decisions=decisions,
            at=at,
            zone=zone.key,
            facts=facts,
        )

    @property
    def total(self) -> int:
        """The number of rows."""
        return len(self.reading.rows)

    def packed(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "rows": self.reading.rows,
            "rules": {name: [rule.order.value, rule.half_days] for name, rule in self.reading.rules.items()},
            "said": self.said,
            "decisions": asdict(self.decisions),
            "at": self.at.isoformat(),
            "zone": self.zone,
            "facts": self.facts,
        }

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> Self:
        """Return it from JSON values."""
        rules = {name: DateRule(Order(order), half_days) for name, (order, half_days) in packed["rules"].items()}
        return cls(
            reading=Reading([(place, texts) for place, texts in packed["rows"]], rules),
            said=packed["said"],
            decisions=Decisions(**packed["decisions"]),
            at=datetime.fromisoformat(packed["at"]),
            zone=packed["zone"],
            facts=packed["facts"],
        )

    def write(self, uow: UnitOfWork, table: WrittenTable, by: Person, now: datetime, most: int) -> Portion:
        """Write the next rows as orders, and tie open ones to the disturbances that they are in; tell nobody."""
        some = slice(table.done, table.done + most)
        judge = Judge(uow, self.at, ZoneInfo(self.zone), self.decisions, table.id)
        judged = list(judge.rows(Reading(self.reading.rows[some], self.reading.rules)))
        closed, claim = uow.closed_months.names(), uow.installation.get().claim
        written, refused = list[WrittenRow](), list[UnwrittenRow]()
        for (row, found), said, (_, texts) in zip(judged, self.said[some], self.reading.rows[some], strict=True):
            name = found.data.registration_number.value if found else texts.get("registration_number", "")
            try:
                good = self._good(row, found, said, closed, name)
                with uow.savepoint():
                    order = record_new(uow, self._order(uow, good, row, max(now, self.at), table.source, claim), by.id)
                    meet_disturbances(uow, order, now)
            except DomainError as error:
                refused.append(UnwrittenRow(row.place + 1, name, error))
            else:
                written.append(WrittenRow(name=order.number, subject=str(order.id), version=order.version))
        return Portion(written, refused)

    def note(self, uow: UnitOfWork, table: WrittenTable, now: datetime) -> None:
        """Record in the journal that the table is written."""
        facts = {**self.facts, RowVerdict.NEW.value: str(table.added)}
        facts |= {"refused": str(table.refused)} if table.refused else {}
        uow.journal.note("orders_imported", table.source, table.by, now, facts)

    def _good(
        self, row: JudgedRow, found: Understood | None, said: str, closed: Collection[str], name: str
    ) -> Understood:
        """Return the data of a row that is still as the page showed it. Raises `DomainError`."""
        if row.verdict is RowVerdict.DOUBLE:
            raise DuplicateOrder(name, row.order_id or 0)
        if found is None:
            raise next(iter(row.errors.values()))
        if _said(row) != said:
            raise InvalidValue("import.changed", name)
        months = [month for month in row.months if month in closed]
        if months and not self.decisions.closed_months:
            raise InvalidValue("import.month_closed", ", ".join(months))
        return found

    def _order(
        self, uow: UnitOfWork, found: Understood, row: JudgedRow, now: datetime, source: str, claim: timedelta
    ) -> Change:
        return bring_in(
            order_id=uow.orders.next_id(),
            data=found.data,
            history=found.history,
            status=found.status,
            now=now,
            source=source,
            helpdesk_name=row.helpdesk,
            claim=claim,
        )


def _said(row: JudgedRow) -> str:
    return f"{' '.join(row.notes)} {row.helpdesk}"
