"""What the facts of recaps promise."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.ports.queries import OrderFilter, OrderRow
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.order_data import Channel
from sikpro.domain.period import Period
from sikpro.domain.phase import Turn
from sikpro.testing.builders import (
    COMPLETED,
    after,
    an_sto,
    key_of,
    stored_order,
)
from sikpro.testing.contracts.base import StoreSuite
from sikpro.testing.contracts.queries import many


def counted(
    store: Transactions, by: list[Dimension], zone: str = "Asia/Jakarta", basis: TimeBasis = TimeBasis.RECEIVED
) -> Mapping[tuple[str, ...], int]:
    period = Period(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    received = basis is TimeBasis.RECEIVED
    which = OrderFilter(received=period if received else None, finished=None if received else period)
    return store.read(lambda unit: unit.order_facts.counts(which, by, zone, basis))


class FactsContract(StoreSuite):
    """What the facts of recaps promise."""

    def test_facts_are_counted_by_each_dimension_without_the_deleted(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            unit.catalogue.put_sto(an_sto("SDA", site_operation="SO1"))
            stored_order(unit, "SC10000001", channel=Channel.WEB)
            done = stored_order(unit, "SC10000002", sto="SPJ", type="MO").move_to(COMPLETED, 12, after(60)).order
            unit.orders.save(done, key_of(done))
            stored_order(unit, "SC10000003", deleted_at=after(1))

        store.write(work)

        expected = {
            Dimension.PROMISE: {("",): 1, ("kept",): 1},
            Dimension.TYPE: {("AO",): 1, ("MO",): 1},
            Dimension.STO: {("SDA",): 1, ("SPJ",): 1},
            Dimension.SITE_OPERATION: {("SO1",): 1, ("",): 1},
            Dimension.TECHNICIAN: {("F5SDA445",): 2},
            Dimension.HELPDESK: {("",): 1, ("12",): 1},
            Dimension.CHANNEL: {("web",): 1, ("telegram",): 1},
            Dimension.PHASE: {("waiting",): 1, ("completed",): 1},
            Dimension.STATUS: {("waiting",): 1, ("completed",): 1},
            Dimension.HOUR: {("19",): 2},
            Dimension.DAY: {("2026-11-02",): 2},
        }
        assert {dimension: counted(store, [dimension]) for dimension in Dimension} == expected
        assert counted(store, [Dimension.TYPE, Dimension.HOUR, Dimension.STO]) == {
            ("AO", "19", "SDA"): 1,
            ("MO", "19", "SPJ"): 1,
        }
        assert counted(store, []) == {(): 2}
        assert counted(store, [Dimension.HOUR], basis=TimeBasis.FINISHED) == {("20",): 1}

    @pytest.mark.parametrize("zone", ["Asia/Jakarta", "Asia/Kathmandu", "America/St_Johns", "Europe/Berlin", "UTC"])
    def test_days_and_hours_are_those_of_the_zone_whatever_its_offset(self, store: Transactions, zone: str) -> None:
        times = [datetime(2026, 10, 24, 21, tzinfo=UTC) + timedelta(minutes=25 * n) for n in range(16)]
        store.write(lambda unit: [stored_order(unit, f"SC{10**7 + n}", received_at=at) for n, at in enumerate(times)])
        expected: dict[tuple[str, ...], int] = {}
        for at in times:
            local = at.astimezone(ZoneInfo(zone))
            key = (local.date().isoformat(), f"{local.hour:02}")
            expected[key] = expected.get(key, 0) + 1

        assert counted(store, [Dimension.DAY, Dimension.HOUR], zone) == expected

    def test_nothing_to_count_is_an_empty_answer(self, store: Transactions) -> None:
        assert counted(store, []) == {}
        assert counted(store, [Dimension.DAY]) == {}
        assert store.read(lambda unit: unit.order_facts.began_at()) is None

    def test_the_rows_behind_the_counts_come_oldest_received_first_a_page_at_a_time(self, store: Transactions) -> None:
        orders = many(store)
        store.write(lambda unit: stored_order(unit, "SC20000001", received_at=after(60)))
        store.write(lambda unit: stored_order(unit, "SC20000002", deleted_at=after(1)))
        period = Period(after(0), after(1))
        rows: list[OrderRow] = []
        while True:
            place = rows[-1].key if rows else None
            found = store.read(
                lambda unit, p=place: unit.order_facts.rows(OrderFilter(received=period), after=p, limit=4)  # type: ignore[misc]  # bound now
            )
            if not found:
                break
            rows += found

        assert sorted(row.id for row in rows) == sorted(order.id for order in orders)
        assert all((a.received_at, a.id) < (b.received_at, b.id) for a, b in pairwise(rows))

    def test_rows_by_the_time_they_were_finished_leave_out_the_unfinished(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> int:
            stored_order(unit, "SC10000001")
            done = stored_order(unit, "SC10000002").move_to(COMPLETED, 12, after(60)).order
            return unit.orders.save(done, key_of(done)).id

        done = store.write(work)
        period = Period(after(60), after(61))

        rows = store.read(lambda unit: unit.order_facts.rows(OrderFilter(finished=period), after=None, limit=9))

        assert [row.id for row in rows] == [done]
        assert rows[0].spent == {Turn.HELPDESK: timedelta(minutes=60)}

    def test_an_installation_began_when_it_recorded_its_first_order_however_old_those_are_that_it_imports(
        self,
        store: Transactions,
    ) -> None:
        store.write(lambda unit: stored_order(unit, received_at=after(0), now=after(5), deleted_at=after(6)))
        store.write(lambda unit: stored_order(unit, "SC10000001", received_at=after(-9000), now=after(9)))

        assert store.read(lambda unit: unit.order_facts.began_at()) == after(5)
