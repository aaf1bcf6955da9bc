"""A power cut, a torn write and flipped bits: on copies of the files of a database that orders were written to.

What a cut leaves of the last writes is a matter of chance: the tail of the `-wal` may be missing, be zeros, or be old.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from attrs import frozen

from sikpro import connect
from sikpro.adapters.sql import SqlTransactions, create_engine_for
from sikpro.application.ports.storage import StorageError, UnitOfWork
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.application.use_cases.seals.verify_facts import verify_facts
from sikpro.domain.order import Order
from sikpro.domain.seals import Fault
from sikpro.testing.builders import NOON
from tests.integration.sqlite import migrated_sqlite

ORDERS = 24
FLIPS = 100
HEADER, FRAME = 32, 24 + 4096
"""Bytes: the head of a `-wal`, and one page in it with its own head."""


@frozen
class Written:
    """A database that is still open: its file, and how long its `-wal` was after each order."""

    file: Path
    commits: tuple[int, ...]

    @property
    def wal(self) -> bytes:
        return Path(f"{self.file}-wal").read_bytes()

    def copied(self, folder: Path, wal: bytes) -> Path:
        """A copy as a restart finds it: without `-shm`, with this `-wal`."""
        folder.mkdir()
        copy = folder / "sikpro.db"
        shutil.copy(self.file, copy)
        Path(f"{copy}-wal").write_bytes(wal)
        return copy

    def committed_before(self, offset: int) -> int:
        return sum(end <= offset for end in self.commits)


def number(place: int) -> str:
    return f"SC{80_000_000 + place}"


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    """One order a transaction, with an answer to every third; nothing is checkpointed yet."""
    url = migrated_sqlite(tmp_path)
    file = tmp_path / "sikpro.db"
    with connect(url) as app:
        first = Path(f"{file}-wal").stat().st_size
        commits = []
        for place in range(ORDERS):
            app.register(f"AO {number(place)} ZTEGC6{place:06X} SDA ODP-SDA-003 F5SDA445")
            commits.append(Path(f"{file}-wal").stat().st_size)
            if place % 3 == 0:
                app.change_status(number(place), "selesai", feedback="Sudah aktif.")
        assert first < commits[0] < commits[-1], "nothing was checkpointed"
        yield Written(file, tuple(commits))


@contextmanager
def opened(file: Path) -> Iterator[SqlTransactions]:
    engine = create_engine_for(f"sqlite:///{file}")
    try:
        yield SqlTransactions(engine)
    finally:
        engine.dispose()


def orders_in(uow: UnitOfWork) -> list[Order]:
    found = [uow.orders.find(number(place)) for place in range(ORDERS)]
    return [order for orders in found for order in orders]


def faults_in(uow: UnitOfWork) -> list[Fault]:
    faults: list[Fault] = []
    verify_facts(uow, faults.append)
    return faults


def whole(file: Path) -> list[str]:
    """The numbers in the file, after everything that can be checked about it was checked."""
    with opened(file) as store:
        store.write(lambda uow: seal_facts(uow, NOON, "Asia/Jakarta"))
        assert store.read(faults_in) == []
        assert store.read(ill) == []
        found = [order.number for order in store.read(orders_in)]
        totals = store.read(lambda uow: sum(total.count for total in uow.order_queries.totals()))
        assert totals == len(found)
        return found


def ill(uow: UnitOfWork) -> list[str]:
    connection = uow._transaction.connection  # type: ignore[attr-defined]  # what a port has no word for
    return [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check") if row[0] != "ok"]


@pytest.mark.audit
def test_after_a_power_cut_every_committed_order_is_there_whatever_the_tail_of_the_file_holds(
    tmp_path: Path, written: Written
) -> None:
    chance, wal = Random(15), written.wal
    for turn in range(40):
        place = chance.randrange(ORDERS)
        synced = written.commits[place]
        more = chance.randrange(3 * FRAME)
        tail = {
            0: b"",
            1: bytes(more),
            2: chance.randbytes(more),
            3: wal[synced : synced + more],
            4: wal[HEADER : HEADER + more],
        }[turn % 5]
        found = whole(written.copied(tmp_path / f"cut-{turn}", wal[:synced] + tail))
        kept = [number(each) for each in range(place + 1)]
        assert found[: len(kept)] == kept
        assert found == [number(each) for each in range(len(found))], "in the order of their commits, none half"


@pytest.mark.audit
def test_a_flipped_bit_in_what_was_not_checkpointed_loses_no_order_that_was_written_before_it(
    tmp_path: Path, written: Written
) -> None:
    chance, wal = Random(16), written.wal
    for turn in range(40):
        place = chance.randrange(HEADER, len(wal))
        found = whole(written.copied(tmp_path / f"flip-{turn}", flipped(wal, place, chance)))
        frame = place - (place - HEADER) % FRAME
        assert len(found) >= written.committed_before(frame)
        assert found == [number(each) for each in range(len(found))]


@pytest.mark.audit
def test_a_flipped_bit_in_the_file_is_named_or_has_changed_no_order(tmp_path: Path, written: Written) -> None:
    chance = Random(17)
    copy = written.copied(tmp_path / "whole", written.wal)
    whole(copy)
    with opened(copy) as store:
        right = [told(order) for order in store.read(orders_in)]
    content = copy.read_bytes()
    used = [place for place, byte in enumerate(content) if byte]
    seen: Counter[str] = Counter()
    for _ in range(FLIPS):
        copy.write_bytes(flipped(content, chance.choice(used), chance))
        seen[judged(copy, right)] += 1
    assert seen["misread"] == 0, seen
    assert seen["refused"] + seen["found by the integrity check"] + seen["found by verify"] > 0


def judged(file: Path, right: list[object]) -> str:
    """What becomes of a damaged file: nothing but the errors of the port may leave it."""
    try:
        with opened(file) as store:
            if store.read(ill):
                return "found by the integrity check"
            if store.read(faults_in):
                return "found by verify"
            same = [told(order) for order in store.read(orders_in)] == right
            return "without an effect on any order" if same else "misread"
    except StorageError:
        return "refused"


def told(order: Order) -> object:
    """What was said about an order, and where it stands."""
    return order.data, order.phase, order.status, order.last_feedback


def flipped(content: bytes, place: int, chance: Random) -> bytes:
    return content[:place] + bytes([content[place] ^ 1 << chance.randrange(8)]) + content[place + 1 :]
