"""One command, several servers on one port: one that dies is replaced, all end with their parent, nothing is lost."""

import logging
import os
import random
import re
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from attrs import evolve

from sikpro.adapters.sql.engine import create_engine_for
from tests.integration.e2e.installation import CREW, Installation, Process, installed, wait_until
from tests.integration.e2e.many_processes import polling, process_id, visitor
from tests.integration.e2e.test_never_lost import all_settled, check_nothing_lost, request, send_all
from tests.integration.loopback import NO_TLS, free_port
from tests.integration.sikpro_process import run_sikpro

pytestmark = pytest.mark.audit

_log = logging.getLogger(__name__)
"""What was measured: `pytest --log-cli-level=info`."""


def children(of: int) -> list[int]:
    """The processes that a process started."""
    with suppress(FileNotFoundError):
        return [int(one) for one in Path(f"/proc/{of}/task/{of}/children").read_text().split()]
    return []


def runs(pid: int) -> bool:
    """Whether a process runs; one that ended and that nobody asked for does not."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextmanager
def workers(folder: Path, database: str, count: int) -> Iterator[tuple[Installation, Process]]:
    """An installation whose server has so many workers, all serving; all end with the block."""
    with installed(folder, database) as installation:
        served = installation.sikpro
        served.arguments += ["--workers", str(count)]
        served.start()
        wait_until(lambda: served.log.read_text().count("serving ") == count, "all serve")
        wait_until(lambda: polling(installation) is not None, "one polls")
        try:
            yield installation, served
        finally:
            served.kill()
            wait_until(lambda: not present(installation), "the workers end with their parent", 30)


def present(installation: Installation) -> int:
    """How many processes the database sees."""
    engine = create_engine_for(installation.database, pooled=False)
    with engine.connect() as connection:
        return int(
            connection.exec_driver_sql(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'SELECT 1%%'"
                " AND application_name ~ '^[0-9]+-[0-9a-f]+$'"
            ).scalar_one()
        )


def test_three_workers_share_a_port_and_one_of_them_has_the_bot_and_each_page_says_that_it_is_connected(
    tmp_path: Path, postgres_url: str
) -> None:
    with workers(tmp_path, postgres_url, 3) as (installation, served):
        started = children(process_id(served))
        assert len(started) == 3
        assert polling(installation) in started
        installation.say(CREW[0], request(1, 0))
        installation.hears(CREW[0], "Pesan diterima")

        def states() -> Counter[str]:
            found: Counter[str] = Counter()
            for _ in range(12):
                health = httpx.get(f"{installation.console}/healthz", trust_env=False, verify=NO_TLS)
                found[health.json()["parts"]["bot"]["state"]] += 1
            return found

        # No worker is asked by name: of twelve new connections each gets some.
        wait_until(lambda: set(states()) == {"connected"}, "all know that the bot is connected", 30)
        log = served.log.read_text()
        assert {int(number) for number in re.findall(r"worker=.*?(\d+)", log)} >= {1, 2, 3}, (
            "each line says whose it is"
        )
        served.stop()
        assert not any(runs(one) for one in started)
        assert "Traceback" not in served.log.read_text()


def test_a_killed_worker_is_replaced_and_pages_are_served_meanwhile_and_no_order_is_lost(
    tmp_path: Path, postgres_url: str
) -> None:
    with workers(tmp_path, postgres_url, 3) as (installation, served), closing(visitor(served)) as page:
        chance = random.Random(16)
        sender = threading.Thread(target=send_all, args=(installation, chance, 60))
        sender.start()
        refused = 0
        for _ in range(4):
            holder = polling(installation)
            victim = holder if holder else children(process_id(served))[0]
            os.kill(victim, signal.SIGKILL)
            until = time.monotonic() + 2
            while time.monotonic() < until:
                try:
                    refused += page.get("/orders").status_code != 200
                except httpx.HTTPError:  # the connection was to the killed one: a browser and a proxy ask again
                    refused += page.get("/orders").status_code != 200
            wait_until(lambda v=victim: polling(installation) not in {None, v}, "another has the bot", 30)  # type: ignore[misc]  # bound now
        sender.join()
        assert refused == 0
        wait_until(lambda: all_settled(installation, 60), "everything is handled and answered", 120)
        check_nothing_lost(installation, 60)
        wait_until(lambda: len(children(process_id(served))) == 3, "three run again", 40)
        assert "a worker ended, and begins again" in served.log.read_text()


def allow_connections(url: str, count: int) -> None:
    """Let the database take so many; a superuser, as the tests are, gets more all the same."""
    engine = create_engine_for(url, pooled=False)
    with engine.connect() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} CONNECTION LIMIT {count}")
        connection.commit()


def test_each_worker_tells_its_own_metrics_and_together_they_tell_all(tmp_path: Path, postgres_url: str) -> None:
    port = free_ports(2)
    with installed(tmp_path, postgres_url, {"SIKPRO_METRICS_PORT": str(port)}) as installation:
        served = installation.sikpro
        served.arguments += ["--workers", "2"]
        served.start()
        try:
            for number in range(5):
                installation.say(CREW[number], request(number, number))
            wait_until(lambda: all_settled(installation, 5), "all are answered")
            wait_until(lambda: sum(orders_told(port + one) for one in range(2)) == 5, "each update is told once")
            shared = httpx.get(f"{installation.console}/metrics", trust_env=False, verify=NO_TLS)
            assert (shared.status_code, "SIKPRO_METRICS_PORT" in shared.text) == (404, True)
        finally:
            served.stop()


def free_ports(count: int) -> int:
    """The first of so many ports, one after the other, that are free now."""
    while True:
        first = free_port()
        with suppress(OSError), ExitStack() as taken:
            for number in range(1, count):
                taken.enter_context(socket.create_server(("127.0.0.1", first + number)))
            return first


def orders_told(port: int) -> float:
    """How many updates became orders, as a process tells it at its own port."""
    page = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False, verify=NO_TLS).text
    found = re.search(r'^sikpro_updates_total\{outcome="order"\} ([0-9.]+)', page, re.MULTILINE)
    assert found
    return float(found[1])


def test_workers_end_when_their_parent_is_killed_and_the_start_told_that_connections_are_too_few(
    tmp_path: Path, postgres_url: str
) -> None:
    allow_connections(postgres_url, 20)
    with workers(tmp_path, postgres_url, 2) as (_, served):
        assert re.search(r"too few connections for so many workers.*allowed.*20.*needed.*32", served.log.read_text())
        started = children(process_id(served))
        served.kill()
        wait_until(lambda: not any(runs(one) for one in started), "they end", 30)
        assert not served.answers()
        assert served.log.read_text().count("the process that started this worker is gone") == 2


def test_a_worker_that_finds_a_wrong_setting_ends_all(tmp_path: Path, postgres_url: str) -> None:
    with installed(
        tmp_path, postgres_url, {"SIKPRO_TELEGRAM_API_ID": "1", "SIKPRO_TELEGRAM_API_HASH": "0" * 32}
    ) as one:
        wrong = {**one.sikpro.environment, "SIKPRO_TELEGRAM_MTPROTO_KEY": str(tmp_path / "gone.pem")}
        done = run_sikpro("serve", "--workers", "2", "--port", str(free_port()), **wrong)
        assert done.returncode == 2
        assert "telegram_mtproto_key" in done.stderr


def test_workers_on_sqlite_are_refused_with_what_to_do() -> None:
    done = run_sikpro("serve", "--workers", "2", SIKPRO_DATABASE="sqlite:///nowhere.db")
    assert done.returncode == 2
    assert "--workers 2 needs PostgreSQL" in done.stderr
    assert "sikpro db copy" in done.stderr


@contextmanager
def apart(folder: Path, database: str) -> Iterator[tuple[Installation, Process, Process]]:
    """An installation with the web and the bot apart, none of which runs yet; the web has no token."""
    with installed(folder, database) as installation:
        web = installation.sikpro
        web.arguments = ["web", "--port", str(web.port)]
        log = web.log.with_name("bot.log")
        own = {**web.environment, "SIKPRO_METRICS_PORT": str(free_port())}
        bot = evolve(web, arguments=["bot"], log=log, environment=own)
        web.environment = {**web.environment, "SIKPRO_TELEGRAM_TOKEN": ""}
        try:
            yield installation, web, bot
        finally:
            for process in (web, bot):
                with suppress(AssertionError):
                    process.kill()


def test_the_web_and_the_bot_apart_are_one_system(tmp_path: Path, postgres_url: str) -> None:
    with apart(tmp_path, postgres_url) as (installation, web, bot):
        web.start()
        bot.start(wait=False)
        installation.say(CREW[0], request(1, 0))
        installation.hears(CREW[0], "Pesan diterima", 30)
        assert polling(installation) == process_id(bot)

        def state() -> str:
            health = httpx.get(f"{installation.console}/healthz", trust_env=False, verify=NO_TLS)
            return str(health.json()["parts"]["bot"]["state"])

        wait_until(lambda: state() == "connected", "the web tells of the bot elsewhere", 30)
        assert orders_told(int(bot.environment["SIKPRO_METRICS_PORT"])) == 1
        with closing(visitor(web)) as page:
            assert "Bot belum terhubung" not in page.get("/orders").text
            order = installation.transactions.read(lambda uow: uow.orders.find("SC70000001"))[0]
            shown = page.get(f"/orders/{order.id}").text
            token = re.search(r'name="csrf" value="([^"]+)"', shown)
            seen = re.search(r'name="last_event" value="([^"]+)"', shown)
            assert token
            assert seen
            form = {"csrf": token[1], "last_event": seen[1], "feedback": "Segera dicek."}
            said = time.monotonic()
            assert page.post(f"/orders/{order.id}/words", data=form).status_code == 303
        installation.hears(CREW[0], "Segera dicek.")
        _log.info("%s", f"a text of the web left by the bot's process after {time.monotonic() - said:.2f} s")

        environment = {**dict(bot.environment), "SIKPRO_PORT": str(web.port)}
        assert run_sikpro("healthy", **environment).returncode == 0
        assert run_sikpro("healthy", "--bot", **environment).returncode == 0
        bot.stop()
        wait_until(lambda: state() == "absent", "the web tells that nobody serves the bot", 60)
        lost = run_sikpro("healthy", "--bot", **environment)
        assert (lost.returncode, lost.stderr) == (1, "sikpro: no process has served the bot lately\n")
        web.stop()
        lost = run_sikpro("healthy", **environment)
        assert lost.returncode == 1
        assert "does not answer" in lost.stderr
        assert "Traceback" not in web.log.read_text() + bot.log.read_text()


def test_the_web_and_the_bot_apart_are_refused_on_one_sqlite_file(tmp_path: Path) -> None:
    with apart(tmp_path, "") as (_, web, bot):
        web.start()
        done = run_sikpro("bot", **dict(bot.environment))
        assert done.returncode == 1
        assert "stop it first; two servers need PostgreSQL" in done.stderr


def test_a_bot_without_a_token_is_refused() -> None:
    done = run_sikpro("bot")
    assert (done.returncode, done.stderr) == (2, "sikpro: there is no bot to serve: telegram_token is not set\n")
