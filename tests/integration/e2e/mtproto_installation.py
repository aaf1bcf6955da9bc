"""A whole installation by MTProto for tests: Telegram and SIKPRO, each a process of its own, over real sockets."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import define

from sikpro.adapters.sql.unit_of_work import SqlTransactions
from tests.integration.e2e.installation import CREW, QUICK, Process, furnished, wait_until
from tests.integration.loopback import free_port
from tests.integration.telegram.mtproto_server import API_HASH, API_ID, TOKEN
from tests.integration.telegram.mtproto_server.control import Remote


@define
class MtprotoInstallation:
    """A database with people, a Telegram that knows them and stays, and SIKPRO, which may be killed."""

    telegram: Remote
    sikpro: Process
    transactions: SqlTransactions

    def say(self, user: int, text: str) -> int:
        """Somebody writes to the bot."""
        return int(self.telegram.call("say", user=user, text=text))

    def sent(self) -> list[dict[str, Any]]:
        """All messages that the bot sent, each once, with how often it was tried again."""
        return list(self.telegram.call("sent_log"))


@contextmanager
def installed_by_mtproto(folder: Path, database: str = "", **extra: str) -> Iterator[MtprotoInstallation]:
    """An installation in a folder, on SQLite unless a database is named; Telegram runs, SIKPRO does not yet."""
    state, key = folder / "telegram.json", folder / "telegram.pem"
    command = [sys.executable, "-m", "tests.integration.telegram.mtproto_server", "--state", str(state)]
    with (
        furnished(folder, database) as (url, transactions),
        (folder / "telegram.log").open("ab") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as server,
    ):
        try:
            wait_until(state.exists, "Telegram listens")
            address = json.loads(state.read_text())
            key.write_text(address["public_key"])
            port = free_port()
            environment = {
                **QUICK,
                "SIKPRO_DATA": str(folder),
                "SIKPRO_DATABASE": url,
                "SIKPRO_TELEGRAM_TOKEN": TOKEN,
                "SIKPRO_TELEGRAM_API_ID": str(API_ID),
                "SIKPRO_TELEGRAM_API_HASH": API_HASH,
                "SIKPRO_TELEGRAM_MTPROTO_SERVER": f"{address['host']}:{address['port']}/{address['dc_id']}",
                "SIKPRO_TELEGRAM_MTPROTO_KEY": str(key),
                **extra,
            }
            sikpro = Process(["serve", "--port", str(port)], port, environment, folder / "sikpro.log", "/healthz")
            telegram = Remote(address["control"])
            for telegram_id in CREW:
                telegram.call("user", user=telegram_id)
            try:
                yield MtprotoInstallation(telegram, sikpro, transactions)
            finally:
                sikpro.kill()
        finally:
            server.terminate()
