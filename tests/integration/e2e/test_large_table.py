"""A large table on a real server: the chat is answered while it is written, and `kill -9` loses and doubles no row."""

import re
from collections import Counter
from pathlib import Path

import httpx
import pytest

from sikpro.application.ports.queries import OrderFilter
from sikpro.application.ports.written_tables import WrittenTable
from tests.integration.e2e.installation import CREW, PASSWORD, Installation, installed, wait_until
from tests.integration.loopback import NO_TLS

ROWS = 1_500
HEADER = "Tipe order;No. registrasi (SC);SN modem;STO;ODP;Kode teknisi;Status;Tgl order"


def content() -> bytes:
    """A table of orders, all of them good."""
    rows = (f"AO;SC{200_000 + n};ZTEG{n:08X};SDA;ODP-SDA-{n % 900 + 1:03};F5SDA445;;05/10/2026" for n in range(ROWS))
    return "\n".join([HEADER, *rows]).encode()


def csrf(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found, page.text[:500]
    return found[1]


def imports(installation: Installation) -> None:
    """The admin sends the table and says yes."""
    with httpx.Client(
        base_url=installation.console, follow_redirects=True, trust_env=False, verify=NO_TLS, timeout=60
    ) as admin:
        login = {"username": "admin", "password": PASSWORD, "csrf": csrf(admin.get("/login"))}
        assert admin.post("/login", data=login).status_code == 200
        token = csrf(admin.get("/orders/import"))
        page = admin.post("/orders/import", data={"csrf": token}, files={"file": ("order.csv", content())})
        mark = re.search(r'name="mark" value="(\w+)"', page.text)
        assert mark, page.text[:500]
        answer = admin.post(f"{page.url.path}/apply", data={"csrf": csrf(page), "mark": mark[1]})
        assert answer.url.path == "/written/1"


def table(installation: Installation) -> WrittenTable:
    return installation.transactions.read(lambda uow: uow.written_tables.get(1))


def check_each_row_once(installation: Installation, others: int) -> None:
    """Every row is one order, and one record to take it back."""
    written = table(installation)
    assert (written.state.value, written.added, written.refused) == ("written", ROWS, 0)
    rows = installation.transactions.read(lambda uow: uow.written_tables.rows(1))
    assert Counter(row.name for row in rows) == Counter(f"SC{200_000 + n}" for n in range(ROWS))
    assert len({row.subject for row in rows}) == ROWS
    assert installation.transactions.read(lambda uow: uow.order_queries.count(OrderFilter(), 2 * ROWS)) == ROWS + others


@pytest.mark.audit
def test_the_chat_is_answered_while_a_large_table_is_written(tmp_path: Path) -> None:
    with installed(tmp_path) as installation:
        installation.sikpro.start()
        imports(installation)
        for number, user in enumerate(CREW[:2]):
            installation.say(
                user, f"/reg AO#SC{90_000_000 + number}#ZTEG{number:08X}#SDA#ODP-SDA-007#F5SDA{445 + number}"
            )
            installation.hears(user, f"SC{90_000_000 + number}")
            assert table(installation).state.open, "the whole table came before the answer"
        wait_until(lambda: not table(installation).state.open, "the table is written", 120)
        check_each_row_once(installation, others=2)


@pytest.mark.audit
@pytest.mark.parametrize("server", ["sqlite", "postgres"])
def test_a_table_whose_server_is_killed_goes_on_where_it_was(
    tmp_path: Path, server: str, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue("postgres_url") if server == "postgres" else ""
    with installed(tmp_path, database) as installation:
        installation.sikpro.start()
        imports(installation)
        for kill in range(2):
            wait_until(lambda part=kill: table(installation).done > part * ROWS // 3, f"portion {kill}")  # type: ignore[misc]  # bound now
            installation.sikpro.kill()
            assert table(installation).done < ROWS, "nothing was left to go on with"
            installation.sikpro.start()
        wait_until(lambda: not table(installation).state.open, "the table is written", 120)
        check_each_row_once(installation, others=0)
