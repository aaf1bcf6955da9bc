"""What is pushed becomes an order, and the answer a line of a file, by the real loops."""

import asyncio
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import Request, urlopen

from sikpro.adapters.sql import migrate
from sikpro.entrypoints.container import Container, has_bot
from sikpro.entrypoints.server import _loops
from sikpro.entrypoints.settings import Settings
from tests.howto.plugged import CHAT, furnish, install, prove
from tests.unit.chat import WHOLE

PACKAGE = Path("sikpro_webhook").absolute()
MESSENGER = Path(__file__).parents[3] / "tests" / "plugins" / "sikpro_file"
SECRET = "a secret of many signs"


def push(port: int, text: str) -> None:
    """Push as the program of the page does."""
    body = json.dumps({"chat": CHAT, "name": "Budi", "text": text}).encode()
    with urlopen(Request(f"http://127.0.0.1:{port}/", body, {"X-Secret": SECRET}), timeout=5) as answer:
        assert answer.status == 200


async def walk(folder: Path) -> None:
    """Push an order, and wait for the answer."""
    environ = {
        "SIKPRO_DATA": str(folder),
        "SIKPRO_SOURCE": "webhook",
        "SIKPRO_WEBHOOK_FOLDER": str(folder),
        "SIKPRO_WEBHOOK_SECRET": SECRET,
        "SIKPRO_WEBHOOK_PORT": "0",
        "SIKPRO_MESSENGER": "file",
        "SIKPRO_FILE_FOLDER": str(folder),
    }
    settings = Settings.load({}, environ)
    migrate(settings.database_url)
    container = Container(settings=settings)
    container.transactions().write(furnish)
    assert has_bot(container)
    out = folder / f"{CHAT}.jsonl"
    async with _loops(container), asyncio.timeout(30):
        source = container.bot().source
        await asyncio.to_thread(push, source.port, WHOLE)  # type: ignore[attr-defined]  # it is the page's
        while not out.exists():
            await asyncio.sleep(0.05)
    answer = json.loads(out.read_text("utf-8").splitlines()[0])
    assert "SC32232558" in answer["text"], answer
    assert "antrean ke-1" in answer["text"], answer


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        site = Path(name) / "site"
        site.mkdir()
        for file in MESSENGER.iterdir():
            if file.is_file():
                (site / file.name).write_bytes(file.read_bytes())
        install(PACKAGE)
        install(site)
        prove(PACKAGE)
        asyncio.run(walk(Path(name)))
