"""An upgrade from each older version with its data: nothing is lost on the way up, on the way back, and up again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sikpro.adapters.sql import SqlTransactions, create_engine_for, current, downgrade, migrate
from sikpro.application.fields import FIELDS
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.use_cases.orders.register_order import register_order
from sikpro.application.use_cases.seals.seal_facts import seal_facts
from sikpro.domain.order_data import Channel
from tests.integration.contract.conftest import POSTGRES
from tests.integration.contract.old_databases import VERSIONS, Rows, put_old_postgres, put_old_sqlite, rows_of
from tests.integration.postgres import NewDatabase
from tests.integration.sikpro_process import run_sikpro

pytestmark = pytest.mark.audit

TYPED = {field.name: field.example for field in FIELDS}

SET_ANEW = {"bot_accounts": {"menu"}}
"""What an older version sets anew at its start."""


@pytest.fixture(params=["sqlite", POSTGRES])
def old_url(request: pytest.FixtureRequest, version: str, tmp_path: Path) -> str:
    """The database of a version."""
    if request.param == "sqlite":
        return put_old_sqlite(version, tmp_path / "sikpro.db")
    new: NewDatabase = request.getfixturevalue("new_postgres")
    url = new()
    put_old_postgres(version, url, tmp_path)
    return url


def without_what_is_set_anew(rows: Rows) -> Rows:
    return {
        table: [{key: value for key, value in row.items() if key not in SET_ANEW.get(table, ())} for row in of]
        for table, of in rows.items()
    }


def numbers(url: str) -> list[str]:
    engine = create_engine_for(url)
    try:
        return SqlTransactions(engine).read(
            lambda uow: [
                row.number for row in uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=1000)
            ]
        )
    finally:
        engine.dispose()


def work_on(url: str) -> None:
    """An order comes in, is found by its number, and its facts are sealed."""
    engine = create_engine_for(url)
    try:
        store, now = SqlTransactions(engine), datetime.now(UTC)
        new = store.write(lambda uow: register_order(uow, TYPED, now, sender=None, channel=Channel.LIBRARY)).order
        number = new.data.registration_number.value
        only = OrderFilter(text=number)
        found = store.read(lambda uow: uow.order_queries.page(only, sort=Sort.OLDEST, after=None, limit=9))
        assert [(row.id, row.number) for row in found] == [(new.id, number)]
        store.write(lambda uow: seal_facts(uow, now, "Asia/Jakarta"))
    finally:
        engine.dispose()


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_versions_data_are_whole_after_the_upgrade_back_there_and_after_the_next(
    version: str, old_url: str
) -> None:
    before = rows_of(old_url)
    assert (current(old_url), len(before["orders"]) >= 60) == (version, True)

    migrate(old_url)
    after = rows_of(old_url)
    assert {row["number"] for row in after["orders"]} == {row["number"] for row in before["orders"]}
    assert sorted(numbers(old_url)) == sorted(row["number"] for row in before["orders"] if not row.get("deleted_at"))
    verified = run_sikpro("verify", "--database", old_url)
    assert verified.returncode == 0, verified.stdout

    downgrade(old_url, version)
    assert without_what_is_set_anew(rows_of(old_url)) == without_what_is_set_anew(before)

    migrate(old_url)
    assert {table: len(rows) for table, rows in rows_of(old_url).items()} == {
        table: len(rows) for table, rows in after.items()
    }
    work_on(old_url)
    verified = run_sikpro("verify", "--database", old_url)
    assert verified.returncode == 0, verified.stdout
