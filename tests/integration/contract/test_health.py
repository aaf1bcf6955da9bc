"""What the records of health and the place of the data promise."""

import asyncio
from pathlib import Path

import pytest

from sikpro.adapters.memory.health import MemoryPlace
from sikpro.adapters.sql.health import SqlPlace
from sikpro.application.ports.health import Checked, DataPlace, Integrity
from sikpro.application.ports.storage import StorageError
from sikpro.testing.contracts.health import DataPlaceContract, HealthContract
from sikpro.testing.fakes import FakePlace
from tests.integration.contract.conftest import POSTGRES
from tests.integration.sqlite import migrated_sqlite


@pytest.fixture(params=["memory", "fake", "sqlite", POSTGRES])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> DataPlace:
    """The place of the data of each store."""
    if request.param == "memory":
        return MemoryPlace()
    if request.param == "fake":
        return FakePlace()
    if request.param == "postgres":
        return SqlPlace(request.getfixturevalue("new_postgres")(request.getfixturevalue("postgres_template")))
    return SqlPlace(migrated_sqlite(tmp_path))


def test_a_file_with_pages_of_rubbish_is_called_damaged_and_stays_as_it_is(tmp_path: Path) -> None:
    url, path = migrated_sqlite(tmp_path), tmp_path / "sikpro.db"
    content = bytearray(path.read_bytes())
    content[4096 * 20 : 4096 * 40] = b"\xa5" * 4096 * 20

    def checked() -> Checked:
        return asyncio.run(SqlPlace(url).check_integrity())

    assert checked() == Checked(Integrity.OK)
    path.write_bytes(content)
    assert checked().integrity is Integrity.DAMAGED
    assert checked().detail
    assert path.read_bytes() == bytes(content)
    path.write_bytes(b"rubbish" * 1000)
    assert checked().integrity is Integrity.DAMAGED


async def test_a_place_that_is_not_there_is_a_fault_of_the_store_and_has_no_room(tmp_path: Path) -> None:
    place = SqlPlace(f"sqlite:///{tmp_path / 'none' / 'sikpro.db'}")
    assert await place.space() is None
    with pytest.raises(StorageError):
        await place.check_integrity()


class TestHealth(HealthContract):
    pass


class TestDataPlace(DataPlaceContract):
    pass
