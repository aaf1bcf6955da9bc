"""The provider's table beside the orders that are here: compared, completed, and the missing ones made."""

from collections.abc import Collection, Mapping
from datetime import datetime
from os import PathLike
from typing import Unpack

from attrs import frozen

from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.ports.written_tables import WrittenTable
from sikpro.application.use_cases.catalogue.provider_codes import guess_meaning
from sikpro.application.use_cases.tables.complete_orders import complete_orders, completing_statuses
from sikpro.application.use_cases.tables.make_orders import Requests, plan_requests, request_work, requests_of
from sikpro.application.use_cases.tables.order_plan import OrderPlan
from sikpro.application.use_cases.tables.portions import TableWork
from sikpro.application.use_cases.tables.reconcile_orders import COLUMNS, Comparison, compare_orders, statuses_in
from sikpro.application.use_cases.tables.take_back import ORDERS
from sikpro.domain.catalogue import Meaning
from sikpro.domain.errors import DomainError
from sikpro.domain.people import Person
from sikpro.entrypoints.held import held_as
from sikpro.entrypoints.library.session import Group
from sikpro.entrypoints.library.tables import OpenedTable, TableOptions, opened_table, written_table


class ProviderTable(TableOptions, total=False):
    """A table of the provider. `meanings` says of a status in it that it is `finished`, `open` or `left_out`.

    A status that it does not name has the meaning that the catalogue of provider's codes guesses.
    """

    meanings: Mapping[str, str]


@frozen(kw_only=True)
class Completed:
    """The numbers of the orders that were completed, the errors of those that refused it, and the writing, if any."""

    numbers: tuple[str, ...]
    refused: Mapping[str, DomainError]
    table: WrittenTable | None


@held_as("imports")
class ProviderTables(Group):
    """The comparison with a table of the provider, for who leads."""

    def compare(self, path: str | PathLike[str], **options: Unpack[ProviderTable]) -> Comparison:
        """Compare a table of the provider with the orders that are here; write nothing."""
        table = opened_table("imports.compare", path, COLUMNS, options)
        return self._session.read(lambda uow, by, now: self._compared(uow, table, options, by)[0])

    def complete(
        self,
        path: str | PathLike[str],
        numbers: Collection[str] | None = None,
        *,
        status: str = "",
        notify: bool = False,
        closed_months: bool = False,
        **options: Unpack[ProviderTable],
    ) -> Completed:
        """Complete the orders that the table calls finished, or those with these numbers, at the ends that it tells.

        `status` is by default the first one that completes; technicians hear of it only with `notify`. Raises
        `NotFound`, and `InvalidValue` where figures of closed months would change without `closed_months`.
        """
        table = opened_table("imports.complete", path, COLUMNS, options)

        def work(uow: UnitOfWork, by: Person, now: datetime) -> Completed:
            found = self._compared(uow, table, options, by)[0].to_complete
            chosen = [(line, order) for line, order in found if numbers is None or line.number in numbers]
            result, written = complete_orders(
                uow,
                uow.order_queries.versions([order.id for _, order in chosen]),
                {order.id: line.ended for line, order in chosen if line.ended},
                status or completing_statuses(uow)[0].code,
                table.file,
                by,
                now,
                self._session.local,
                notify=notify,
                closed_months=closed_months,
            )
            return Completed(
                numbers=tuple(order.number for order in result.done), refused=result.refused, table=written
            )

        return self._session.write(work)

    def plan_missing(self, path: str | PathLike[str], **options: Unpack[ProviderTable]) -> OrderPlan:
        """Say which orders of the table that are not here could be made; write nothing."""
        table = opened_table("imports.plan_missing", path, COLUMNS, options)
        return self._session.read(
            lambda uow, by, now: plan_requests(
                uow, self._requests(uow, table, options, by), by, now, self._session.local
            )
        )

    def make_missing(
        self, path: str | PathLike[str], *, closed_months: bool = False, **options: Unpack[ProviderTable]
    ) -> WrittenTable:
        """Make the orders of the table that are not here and have all that an order needs.

        Raises `InvalidValue` where figures of closed months would change without `closed_months`.
        """
        table = opened_table("imports.make_missing", path, COLUMNS, options)

        def look(uow: UnitOfWork, by: Person, now: datetime) -> TableWork | None:
            requests, local = self._requests(uow, table, options, by), self._session.local
            plan = plan_requests(uow, requests, by, now, local)
            return request_work(uow, requests, plan.mark, by, now, local, closed_months=closed_months)[1]

        return written_table(self._session, ORDERS, table.file, self._session.read(look))

    def _compared(
        self, uow: UnitOfWork, table: OpenedTable, options: ProviderTable, by: Person
    ) -> tuple[Comparison, Mapping[str, Meaning]]:
        codes, given = uow.catalogue.provider_codes(), options.get("meanings", {})
        meanings = {status: guess_meaning(status, codes) for status in statuses_in(table.sheet, table.columns)}
        for status, meaning in given.items():
            if status not in meanings:
                raise ValueError(f"meanings: the table has no status {status!r}; it has {', '.join(meanings)}")
            if meaning not in set(Meaning):
                raise ValueError(f"meanings: there is no {meaning!r}; there are {', '.join(Meaning)}")
            meanings[status] = Meaning(meaning)
        return compare_orders(uow, table.sheet, table.columns, meanings, by, self._session.local), meanings

    def _requests(self, uow: UnitOfWork, table: OpenedTable, options: ProviderTable, by: Person) -> Requests:
        comparison, meanings = self._compared(uow, table, options, by)
        return requests_of(uow, table.sheet, table.columns, comparison.never_requested, meanings)
