"""A technician of the other network sends an order and is answered, by the real loops. Run in a copy."""

import asyncio
import json
import tempfile
from pathlib import Path

from sikpro.adapters.sql import migrate
from sikpro.application.ports.storage import UnitOfWork
from sikpro.application.use_cases.catalogue.first_catalogue import create_first_catalogue
from sikpro.entrypoints.container import Container, has_bot
from sikpro.entrypoints.server import _loops
from sikpro.entrypoints.settings import Settings
from sikpro.testing.builders import a_site_operation, a_technician, an_sto
from tests.unit.chat import WHOLE

CHAT = 700


def furnish(uow: UnitOfWork) -> None:
    """A catalogue and a technician who has bound their number."""
    create_first_catalogue(uow)
    uow.catalogue.put_site_operation(a_site_operation())
    uow.catalogue.put_sto(an_sto())
    uow.people.add(a_technician(telegram_id=CHAT))


async def walk(folder: Path) -> None:
    """Say an order, and wait for the answer."""
    settings = Settings.load({"data": str(folder), "lines_folder": str(folder), "poll_timeout": 1}, {})
    migrate(settings.database_url)
    container = Container(settings=settings)
    container.transactions().write(furnish)
    assert has_bot(container)
    (folder / "in.jsonl").write_text(json.dumps({"from": CHAT, "name": "Budi", "text": WHOLE}) + "\n", "utf-8")
    out = folder / "out.jsonl"
    async with _loops(container), asyncio.timeout(30):
        while not out.exists():
            await asyncio.sleep(0.05)
    answer = json.loads(out.read_text("utf-8").splitlines()[0])
    assert answer["to"] == CHAT
    assert "SC32232558" in answer["text"], answer
    assert "antrean ke-1" in answer["text"], answer


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(walk(Path(name)))
