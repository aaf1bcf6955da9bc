"""What the reads over orders promise."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from attrs import evolve

from sikpro.application.ports import queries
from sikpro.application.ports.queries import Key, OrderFilter, OrderRow, PastLimit, Sort
from sikpro.application.ports.storage import Transactions, UnitOfWork
from sikpro.domain.order import Change, Order
from sikpro.domain.order_data import Channel
from sikpro.domain.period import Period
from sikpro.domain.phase import OPEN, Phase, Turn
from sikpro.domain.place import Place
from sikpro.testing.builders import (
    COMPLETED,
    HELD_UP,
    IN_PROGRESS,
    WAITING,
    a_person,
    a_technician,
    after,
    an_sto,
    key_of,
    stored_order,
)
from sikpro.testing.contracts.base import StoreSuite


def page(store: Transactions, limit: int = 100, sort: Sort = Sort.OLDEST, **which: object) -> list[OrderRow]:
    wanted = OrderFilter(**which)  # type: ignore[arg-type]  # what the test is about
    return list(store.read(lambda unit: unit.order_queries.page(wanted, sort=sort, after=None, limit=limit)))


def numbers(store: Transactions, **which: object) -> list[str]:
    return [row.number[-1] for row in page(store, **which)]  # type: ignore[arg-type]  # whatever narrows


def many(store: Transactions) -> list[Order]:
    chance = random.Random(3)

    def work(unit: UnitOfWork) -> list[Order]:
        # Few different times, so that the id has to decide.
        return [
            stored_order(
                unit,
                f"SC{10**7 + chance.randrange(10**6)}",
                received_at=after(chance.randrange(4) / 60_000_000),
                type=chance.choice(("AO", "MO", "PDA")),
                sto=chance.choice(("SDA", "SPJ")),
                technician=chance.choice(("F5SDA445", "5SDA4", "ZULU")),
                status=chance.choice((WAITING, HELD_UP)),
            )
            for _ in range(23)
        ]

    return store.write(work)


class QueriesContract(StoreSuite):
    """What the reads over orders promise."""

    def test_a_row_shows_the_order_with_the_names_behind_its_codes_and_ids(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> tuple[Order, int]:
            helpdesk = unit.people.add(a_person("Rina"))
            unit.people.add(a_technician("Budi Santoso"))
            unit.catalogue.put_sto(an_sto(site_operation="SO1"))
            order = stored_order(unit, note="kosong", sender=9, channel=Channel.WEB)
            order = order.take(helpdesk.id, IN_PROGRESS, after(2)).order
            return unit.orders.save(order, key_of(order)), helpdesk.id

        order, helpdesk = store.write(work)

        row = store.read(lambda unit: unit.order_queries.row(order.id))

        assert row == OrderRow(
            id=order.id,
            number="SC32232558",
            type="AO",
            serial="ZTEGC6754546",
            sto="SDA",
            site_operation="SO1",
            odp="ODP-SDA-003",
            technician="F5SDA445",
            technician_name="Budi Santoso",
            texts={"note": "kosong", "port": ""},
            channel="web",
            phase=Phase.IN_PROGRESS,
            status="in_progress",
            turn=Turn.HELPDESK,
            turn_since=after(0),
            spent={},
            holder=helpdesk,
            holder_name="Rina",
            helpdesk=helpdesk,
            helpdesk_name="Rina",
            received_at=after(0),
            changed_at=after(2),
            claimed_until=after(32),
            first_action_at=after(2),
            finished_at=None,
            resubmissions=0,
            resubmitted=False,
            reply_waiting=False,
            nudged_at=None,
            last_feedback="",
            last_feedback_at=None,
            place=None,
            deleted_at=None,
            version=2,
        )

    def test_a_row_has_the_words_that_were_said_at_its_status(self, store: Transactions) -> None:
        def said(change: Callable[[Order], Change]) -> tuple[str, datetime | None]:
            def work(unit: UnitOfWork) -> OrderRow | None:
                order = change(unit.orders.find("SC32232558")[0]).order
                unit.orders.save(order, key_of(order))
                return unit.order_queries.row(order.id)

            row = store.write(work)
            assert row is not None
            return row.last_feedback, row.last_feedback_at

        store.write(stored_order)
        assert said(lambda order: order.move_to(HELD_UP, 7, after(1), feedback="cek SN")) == ("cek SN", after(1))
        assert said(lambda order: order.join("sudah", 1, 2, after(2))) == ("cek SN", after(1))
        assert said(lambda order: order.correct(order.data, WAITING, after(3))) == ("", None)
        assert said(lambda order: order.move_to(COMPLETED, 7, after(4), feedback="aktif")) == ("aktif", after(4))

    def test_names_that_nobody_has_are_empty_and_a_row_that_is_not_there_is_none(self, store: Transactions) -> None:
        order = store.write(stored_order)

        row = store.read(lambda unit: unit.order_queries.row(order.id))

        assert row is not None
        assert (row.technician_name, row.site_operation, row.holder_name, row.helpdesk_name) == ("", "", "", "")
        assert store.read(lambda unit: unit.order_queries.row(99)) is None

    def test_a_deleted_order_has_a_row_of_its_own_and_is_listed_only_when_asked_for(self, store: Transactions) -> None:
        deleted = store.write(lambda unit: stored_order(unit, deleted_at=after(1)))
        kept = store.write(stored_order)

        assert store.read(lambda unit: unit.order_queries.row(deleted.id)) is not None
        assert [row.id for row in page(store)] == [kept.id]
        assert [row.id for row in page(store, deleted=True)] == [deleted.id]

    @pytest.mark.parametrize("sort", Sort)
    def test_key_paging_gives_every_row_once_in_the_lists_order(self, store: Transactions, sort: Sort) -> None:
        orders = many(store)
        rows: list[OrderRow] = []
        place: Key | None = None
        while True:
            found = store.read(
                lambda unit, p=place: unit.order_queries.page(OrderFilter(), sort=sort, after=p, limit=5)  # type: ignore[misc]  # bound now
            )
            rows += found
            if len(found) < 5:
                break
            place = found[-1].key_in(sort)
            assert Key.read(str(place)) == place

        def key(row: OrderRow) -> tuple[str, datetime, int]:
            return str(getattr(row, sort.column)) if sort.column else "", row.received_at, row.id

        assert [row.id for row in rows] == [row.id for row in sorted(rows, key=key, reverse=sort.down)]
        assert {row.id for row in rows} == {order.id for order in orders}
        back = page(store, sort=sort.back)
        assert [row.id for row in back] == [row.id for row in rows][::-1]

    def test_a_count_stops_at_its_cap(self, store: Transactions) -> None:
        many(store)

        def count(which: OrderFilter, cap: int) -> int:
            return store.read(lambda unit: unit.order_queries.count(which, cap))

        assert [count(OrderFilter(), cap) for cap in (5, 23, 1000)] == [5, 23, 23]
        some = page(store, limit=1)[0]
        assert count(OrderFilter(text=some.number), 1000) == 1
        assert count(OrderFilter(phases=frozenset({Phase.COMPLETED})), 1000) == 0
        several = (OrderFilter(), OrderFilter(text=some.number), OrderFilter(phases=frozenset({Phase.COMPLETED})))
        assert store.read(lambda unit: unit.order_queries.counts(several, 5)) == (5, 1, 0)

    def test_each_part_of_a_filter_narrows_the_list(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            unit.catalogue.put_sto(an_sto("SDA", site_operation="SO1"))
            unit.catalogue.put_sto(an_sto("SPJ", site_operation="SO2"))
            stored_order(unit, "SC10000001", type="MO", channel=Channel.WEB)
            stored_order(unit, "SC10000002", sto="SPJ", technician="F5SPJ001", received_at=after(10))
            taken = stored_order(unit, "SC10000003").take(4, IN_PROGRESS, after(1)).order
            unit.orders.save(taken, key_of(taken))
            done = stored_order(unit, "SC10000004").move_to(COMPLETED, 5, after(20)).order
            unit.orders.save(done, key_of(done))
            held = stored_order(unit, "SC10000005").move_to(HELD_UP, 4, after(2)).order
            unit.orders.save(held, key_of(held))

        store.write(work)

        assert numbers(store, phases=frozenset({Phase.WAITING})) == ["1", "2"]
        assert numbers(store, phases=frozenset({Phase.COMPLETED, Phase.HELD_UP})) == ["4", "5"]
        assert numbers(store, status="ont_not_detected") == ["5"]
        assert numbers(store, type="MO") == ["1"]
        assert numbers(store, sto="SPJ") == ["2"]
        assert numbers(store, site_operation="SO1") == ["1", "3", "4", "5"]
        assert numbers(store, site_operation="SO3") == []
        assert numbers(store, stos=frozenset({"SPJ", "MRT"})) == ["2"]
        assert numbers(store, stos=frozenset({"SPJ", "SDA"}), types=frozenset({"MO"})) == ["1"]
        assert numbers(store, technician="F5SPJ001") == ["2"]
        assert numbers(store, holder=4) == ["3"]
        assert numbers(store, helpdesk=4) == ["3", "5"]
        assert numbers(store, channel="web") == ["1"]
        assert numbers(store, turn=Turn.TECHNICIAN) == ["5"]
        assert numbers(store, turn_began=Period(after(2), after(3))) == ["5"]
        assert numbers(store, turn_began=Period(after(0), after(2)), phases=OPEN) == ["1", "3"]
        assert numbers(store, received=Period(after(10), after(11))) == ["2"]
        assert numbers(store, received=Period(after(0), after(10))) == ["1", "3", "4", "5"]
        assert numbers(store, finished=Period(after(20), after(21))) == ["4"]
        assert numbers(store, sto="SDA", phases=frozenset({Phase.WAITING}), text="zteg") == ["1"]
        assert numbers(store, odp="ODP-SDA-003", type="AO", turn=Turn.NOBODY) == ["4"]
        assert numbers(store, odp="ODP-SDA-00") == []
        assert numbers(store, serial="ZTEGC6754546") == ["1", "3", "4", "5", "2"]
        assert numbers(store, maker="ZTEG") == ["1", "3", "4", "5", "2"]
        assert numbers(store, maker="ZTEF") == numbers(store, maker="HWTC") == []
        newest = store.read(lambda unit: unit.order_queries.newest_id())
        assert numbers(store, newer_than=newest - 2) == ["4", "5"]
        assert numbers(store, newer_than=newest) == []

    def test_overdue_orders_are_open_the_helpdesks_and_past_a_limit_of_their_type(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            stored_order(unit, "SC10000001", received_at=after(0))
            taken = stored_order(unit, "SC10000002", received_at=after(1)).take(4, IN_PROGRESS, after(20)).order
            unit.orders.save(taken, key_of(taken))
            taken = stored_order(unit, "SC10000003", received_at=after(5)).take(4, IN_PROGRESS, after(20)).order
            unit.orders.save(taken, key_of(taken))
            stored_order(unit, "SC10000004", received_at=after(9))
            stored_order(unit, "SC10000005", received_at=after(10))
            stored_order(unit, "SC10000006", type="MO", received_at=after(0))
            held = stored_order(unit, "SC10000007", received_at=after(0)).move_to(HELD_UP, 4, after(2)).order
            unit.orders.save(held, key_of(held))
            done = stored_order(unit, "SC10000008", received_at=after(0)).move_to(COMPLETED, 5, after(2)).order
            unit.orders.save(done, key_of(done))

        store.write(work)

        assert numbers(store, overdue=(PastLimit("AO", after(10), after(5)),)) == ["1", "2", "4"]
        assert numbers(store, overdue=(PastLimit("AO", None, after(5)), PastLimit("MO", after(1), None))) == [
            "1",
            "6",
            "2",
        ]
        assert numbers(store, overdue=(PastLimit("AO", None, None),)) == []
        assert numbers(store, overdue=()) == []

    def test_the_newest_id_is_that_of_the_order_stored_last(self, store: Transactions) -> None:
        assert store.read(lambda unit: unit.order_queries.newest_id()) == 0
        store.write(lambda unit: stored_order(unit, "SC10000001", received_at=after(9)))
        last = store.write(lambda unit: stored_order(unit, "SC10000002", received_at=after(1)))
        assert store.read(lambda unit: unit.order_queries.newest_id()) == last.id

    def test_the_place_in_the_queue_counts_the_waiting_orders_before_it(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> list[Order]:
            orders = [stored_order(unit, f"SC1000000{n}", received_at=after(n // 2)) for n in range(6)]
            stored_order(unit, "SC20000001", received_at=after(-5), deleted_at=after(1))
            stored_order(unit, "SC20000002", received_at=after(-5), status=HELD_UP)
            return orders

        orders = store.write(work)

        places = [
            store.read(lambda unit, o=order: unit.order_queries.place_in_queue(o.received_at, o.id))  # type: ignore[misc]  # bound now
            for order in orders
        ]
        assert places == [1, 2, 3, 4, 5, 6]

    def test_the_pace_counts_the_first_actions_since(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            for number, minute in (("SC10000001", 1), ("SC10000002", 5), ("SC10000003", 9)):
                taken = stored_order(unit, number).take(4, IN_PROGRESS, after(minute)).order
                unit.orders.save(taken, key_of(taken))
            stored_order(unit, "SC10000004")

        store.write(work)

        assert store.read(lambda unit: unit.order_queries.first_actions_since(after(5))) == 2

    def test_a_persons_orders_are_the_live_ones_sent_or_carried_out_oldest_first(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            stored_order(unit, "SC10000001", sender=7, technician="OTHER", received_at=after(3))
            stored_order(unit, "SC10000002", sender=8, technician="MINE1", received_at=after(1))
            stored_order(unit, "SC10000003", sender=8, technician="OTHER")
            stored_order(unit, "SC10000004", sender=7, status=COMPLETED)
            stored_order(unit, "SC10000005", sender=7, deleted_at=after(1))

        store.write(work)

        def mine(technician: str | None, limit: int = 9) -> list[str]:
            rows = store.read(lambda unit: unit.order_queries.of_person(7, technician, limit))
            return [row.number[-1] for row in rows]

        assert mine("MINE1") == ["2", "1"]
        assert mine("MINE1", 1) == ["2"]
        assert mine(None) == ["1"]

    def test_live_orders_with_a_modem_or_a_port_are_found_and_no_others(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> Order:
            order = stored_order(unit, "SC10000000", port="5")
            stored_order(unit, "SC10000001", serial="ZTEG00000001", port="5", received_at=after(3))
            stored_order(unit, "SC10000002", odp="ODP-SDA-004", received_at=after(2))
            stored_order(unit, "SC10000003", port="5", received_at=after(4))
            stored_order(unit, "SC10000004", serial="ZTEG00000001", port="6")
            stored_order(unit, "SC10000005", serial="ZTEG00000001", odp="ODP-SDA-004", port="5")
            stored_order(unit, "SC10000006", serial="ZTEG00000001")
            stored_order(unit, "SC10000007", port="5", deleted_at=after(5))
            for number, status in (("SC10000008", COMPLETED), ("SC10000009", evolve(COMPLETED, phase=Phase.CANCELLED))):
                stored_order(unit, number, port="5", status=status)
            return order

        order = store.write(work)

        def others(port: str, limit: int = 9, but: int = order.id) -> list[str]:
            serial, odp = order.data.serial.value, order.data.odp.value
            rows = store.read(lambda unit: unit.order_queries.live_with(serial, odp, port, but=but, limit=limit))
            return [row.number[-1] for row in rows]

        assert others("5") == ["2", "3", "1"]
        assert others("") == ["2", "3"]
        assert [others("5", limit) for limit in (1, 2)] == [["2"], ["2", "3"]]
        assert others("5", but=0) == ["0", "2", "3", "1"]

    def test_one_look_ends_after_so_many_orders_or_so_many_of_a_code(
        self, store: Transactions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Looked at are three of all, or one of a code: the time is that of the first one that is not."""
        monkeypatch.setattr(queries, "LOOKED_AT", 3)
        monkeypatch.setattr(queries, "LOOKED_UP", 1)

        def work(unit: UnitOfWork) -> None:
            for place, sto in enumerate(("SDA", "TUN", "SDA", "TUN", "TUN", "TUN", "TUN", "TUN")):
                stored_order(unit, f"SC1000000{place}", sto=sto, received_at=after(place))

        store.write(work)

        def edge(which: OrderFilter, *, down: bool = True, place: Key | None = None) -> datetime | None:
            return store.read(lambda unit: unit.order_queries.edge(which, down=down, after=place))

        assert edge(OrderFilter()) is None
        assert edge(OrderFilter(type="AO")) == after(4)
        assert edge(OrderFilter(type="AO"), down=False) == after(3)
        assert edge(OrderFilter(type="AO"), place=Key(after(4), 1)) == after(0)
        assert edge(OrderFilter(type="AO"), place=Key(after(3), 1)) is None
        assert edge(OrderFilter(sto="SDA")) == after(0)
        assert edge(OrderFilter(sto="SDA", type="AO"), place=Key(after(2), 1)) is None
        assert edge(OrderFilter(sto="TUN", type="AO")) == after(4)
        assert edge(OrderFilter(phases=OPEN, type="AO")) is None
        assert edge(OrderFilter(deleted=True, type="AO")) is None
        assert edge(OrderFilter(type="AO", received=Period(after(2), after(7)))) is None

    def test_the_versions_of_many_orders_are_read_at_once(self, store: Transactions) -> None:
        order = store.write(stored_order)
        store.write(lambda unit: unit.orders.save(unit.orders.get(order.id), key_of(order)))

        versions = store.read(lambda unit: unit.order_queries.versions([order.id, *range(5_000, 7_000)]))

        assert versions == {order.id: store.read(lambda unit: unit.orders.get(order.id)).version}

    def test_open_orders_are_counted_by_phase_and_by_turn(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            for place, sto in enumerate(("SDA", "TUN", "SDA")):
                stored_order(unit, f"SC1000000{place}", sto=sto)

        store.write(work)

        by_phase, todo = store.read(lambda unit: unit.order_queries.open_counts(OrderFilter(phases=OPEN, sto="SDA")))

        assert (by_phase[Phase.WAITING], by_phase[Phase.HELD_UP], todo) == (2, 0, 2)

    @pytest.mark.parametrize(("sto", "ahead"), [("", "SC10000005"), ("TUN", "SC10000001"), ("GDS", None)])
    def test_the_next_possible_order_is_that_of_the_code(
        self, store: Transactions, sto: str, ahead: str | None
    ) -> None:
        def work(unit: UnitOfWork) -> None:
            for day in range(6):
                stored_order(
                    unit, f"SC{10_000_000 + day}", received_at=after(day * 1440), sto="TUN" if day == 1 else "SDA"
                )

        store.write(work)
        place = Key(after(6 * 1440), 0)
        found = store.read(lambda unit: unit.order_queries.next_possible(OrderFilter(sto=sto), down=True, after=place))

        assert found == (None if ahead is None else Key(after(int(ahead[-1]) * 1440), found.id if found else 0))
        if found is not None:
            (row,) = store.read(
                lambda unit: unit.order_queries.page(OrderFilter(), sort=Sort.NEWEST, after=found, limit=1)
            )
            assert row.number == ahead

    def test_a_row_has_the_port_and_the_newest_place(self, store: Transactions) -> None:
        def save(order: Order, unit: UnitOfWork) -> Order:
            return unit.orders.save(order, key_of(order))

        order = store.write(lambda unit: stored_order(unit, port="5"))
        for place in (Place.at(-7.4, 112.7), Place.at(-7.447812, 112.7183)):
            joined = store.read(lambda unit: unit.orders.get(order.id)).join("", 7, 8, after(1), place=place).order
            store.write(partial(save, joined))

        row = store.read(lambda unit: unit.order_queries.row(order.id))

        assert row is not None
        assert (row.texts["port"], row.place) == ("5", Place(-7.447812, 112.7183))

    def test_durations_by_turn_are_kept_to_the_microsecond(self, store: Transactions) -> None:
        order = store.write(stored_order)
        clock = evolve(order.clock, spent={Turn.NOBODY: timedelta(days=900, microseconds=1), Turn.SYSTEM: timedelta()})
        store.write(lambda unit: unit.orders.save(evolve(order, clock=clock), key_of(order)))

        assert store.read(lambda unit: unit.orders.get(order.id)).clock == clock

    def test_orders_are_counted_by_their_technicians(self, store: Transactions) -> None:
        def work(unit: UnitOfWork) -> None:
            for place, (code, sto) in enumerate((("F5SDA445", "SDA"), ("F5SDA445", "TUN"), ("F5TUN446", "SDA"))):
                stored_order(unit, f"SC1000000{place}", technician=code, sto=sto)

        assert store.read(lambda unit: unit.order_queries.technicians(OrderFilter())) == {}
        store.write(work)
        assert store.read(lambda unit: unit.order_queries.technicians(OrderFilter())) == {"F5SDA445": 2, "F5TUN446": 1}
        assert store.read(lambda unit: unit.order_queries.technicians(OrderFilter(sto="TUN"))) == {"F5SDA445": 1}
