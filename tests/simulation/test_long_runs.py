"""Long runs: what keeps them small and quick, a year in pieces, and the slow count of a whole Witel."""

import asyncio
import gc
import json
import re
import weakref
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from attrs import asdict

from sikpro.adapters.memory.unit_of_work import MemoryTransactions
from sikpro.application.ports.chat import Outgoing
from sikpro.application.ports.storage import UnitOfWork
from tests.simulation.kept import Kept, command, entry
from tests.simulation.late_copies import late
from tests.simulation.loop import LIFE, Dead, Life, VirtualLoop, bury, must_live
from tests.simulation.plan import make_plan
from tests.simulation.planted import names
from tests.simulation.record import SOMETIMES, Record
from tests.simulation.slow_count import SlowCount
from tests.simulation.telegram import ITEM, Telegram
from tests.simulation.test_parts import begin
from tests.simulation.year import Week, live_through, plan_of, read, say
from tests.unit.chat import NINE

RELIABILITY = Path(__file__).parents[2] / "docs" / "reliability.md"


def late_store() -> MemoryTransactions:
    """The store in memory over late copies."""
    store = MemoryTransactions()
    store._state = late(store._state)
    return store


def test_late_copies_keep_what_was_committed_and_nothing_else() -> None:
    store = late_store()

    def put(uow: UnitOfWork, text: str) -> int:
        return uow.outbox.put(Outgoing(chat_id=1, text=text), NINE)

    def fails(uow: UnitOfWork) -> None:
        put(uow, "lost")
        raise ZeroDivisionError

    def undone(uow: UnitOfWork) -> None:
        with uow.savepoint():
            fails(uow)

    def work(uow: UnitOfWork) -> None:
        put(uow, "before")
        with pytest.raises(ZeroDivisionError):
            undone(uow)
        put(uow, "after")

    store.write(work)
    store.read(lambda uow: put(uow, "a read does not write"))
    with pytest.raises(ZeroDivisionError):
        store.write(fails)

    due = store.read(lambda uow: uow.outbox.counts())
    assert sum(due.values()) == 2


def test_the_dead_are_forgotten_and_what_they_would_clean_up_changes_nothing() -> None:
    loop, done = VirtualLoop(), list[str]()
    life = Life("a1", lambda life, where: None)

    class Big:
        pass

    async def working(big: Big) -> None:
        try:
            await asyncio.sleep(1000)
        finally:
            must_live()
            done.append("cleaned up")

    async def story() -> "weakref.ref[Big]":
        big = Big()
        begin(loop, life, working(big))
        await asyncio.sleep(1)
        life.kill("here")
        bury([life])
        return weakref.ref(big)

    kept = loop.run_until_complete(story())
    loop.close()
    gc.collect()
    assert (kept(), life.tasks, done) == (None, set(), [])


def test_code_of_the_dead_cannot_go_on() -> None:
    life = Life("a1", lambda life, where: None, dead=True)
    token = LIFE.set(life)
    try:
        with pytest.raises(Dead):
            must_live()
    finally:
        LIFE.reset(token)
    must_live()


def week(number: int, reached: dict[str, int] | None = None, violation: str = "") -> Week:
    """A week that was lived through."""
    return Week(
        year=5,
        week=number,
        seed=number,
        start="2028-01-03",
        plan="",
        hours=1,
        faults={"lost": 2},
        reached=reached or {},
        counts={"orders": 3},
        steps=1,
        violation=violation,
        again="the command",
        seconds=1,
        megabytes=1,
    )


def test_a_file_of_weeks_is_read_without_a_torn_line(tmp_path: Path) -> None:
    file = tmp_path / "year.jsonl"
    lines = [json.dumps(asdict(week(number))) for number in (3, 1)]
    file.write_text("\n".join([*lines, lines[0][:40]]))

    assert [one.week for one in read(file)] == [1, 3]


def test_a_year_is_proof_only_when_it_is_whole_unbroken_and_reached_every_state() -> None:
    everything = dict.fromkeys(SOMETIMES, 1)

    assert say([week(0, everything), week(1)], weeks=2) == 0
    assert say([week(0, everything)], weeks=2) == 2
    assert say([week(0), week(1)], weeks=2) == 2
    assert say([week(0, everything, "a rule"), week(1)], weeks=2) == 1


def test_each_week_of_a_year_has_its_own_seed_and_days_and_all_months_end_in_one() -> None:
    plans = [plan_of(7, number, hours=0.1) for number in range(52)]

    assert len({plan.seed for plan in plans}) == 52
    assert [plan.start for plan in plans[:2]] == [date(2027, 12, 27), date(2028, 1, 3)]
    assert plans[9].start <= date(2028, 2, 29) < plans[10].start


@pytest.mark.audit
def test_a_year_goes_on_where_it_was_left(tmp_path: Path) -> None:
    file = tmp_path / "year.jsonl"

    live_through(file, 5, None, 2, weeks=2, hours=0.2)
    first = file.read_text().splitlines()
    live_through(file, None, None, 2, weeks=3, hours=0.2)

    assert file.read_text().splitlines()[:2] == first
    assert [(one.week, one.violation) for one in read(file)] == [(0, ""), (1, ""), (2, "")]
    with pytest.raises(ValueError, match="of the year with seed"):
        live_through(file, 6, None, 1, weeks=3, hours=0.2)


def test_a_plan_with_a_day_and_a_witel_is_kept_and_run_again_with_them() -> None:
    plan = make_plan(3, 2, date(2028, 2, 28), witel=True)

    assert command(plan).endswith("--seed 3 --hours 2 --from 2028-02-28 --witel")
    assert "start = 2028-02-28\nwitel = true\n" in entry(plan, "a rule", plan)
    assert Kept(found="", seed=3, hours=2, start=plan.start, witel=True).plan == plan


def test_the_slow_count_notices_a_receipt_without_an_order_and_a_row_that_is_gone() -> None:
    told = list[str]()
    telegram = Telegram(NINE, lambda: 0.0, lambda _: None, lambda _: None)
    ITEM.set(7)
    telegram.takes(5001, "✅ Pesan diterima, mohon ditunggu. SC40000008, antrean ke-1", (), once=False)
    count = SlowCount(
        telegram=telegram,
        tables={"SC1": True, "SC2": False},
        zone=ZoneInfo("Asia/Jakarta"),
        wrong=lambda rule, detail: told.append(detail),
    )

    late_store().read(lambda uow: count.check(uow, (), (), Record()))

    assert [detail.partition(";")[0] for detail in told] == [
        "0 orders, 1 receipts in the chats and 0 that never arrived",
        "imported and gone: ['SC1']",
    ]


def test_each_planted_fault_has_its_row_in_the_table() -> None:
    table = RELIABILITY.read_text("utf-8").partition("### Planted faults")[2].partition("###")[0]
    rows = re.findall(r"^\| ([a-z][^|]*?) \|", table, re.M)

    assert sorted(row.replace(" ", "_") for row in rows if row != "fault") == list(names())
