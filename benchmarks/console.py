"""Every page and filter over HTTP among many orders and among few: `python -m benchmarks.console MANY FEW MONTH`.

The files are databases of `benchmarks.million`; MONTH has the orders of the last month alone, for its recap. Each is
served by a process as an operator starts it, and a page is asked of two in turn by one browser's connection. With
`--analyze` SQLite's `ANALYZE` runs over them before. Of the
pairs and triples of filters the worst are printed. The files are changed: accounts are added, and the jobs of the
server run over them until it is idle; only then is anything measured.
"""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from functools import partial
from itertools import chain, combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import httpx
from attrs import define, field, frozen

from benchmarks.lines import Line, table
from benchmarks.million import ZONE
from sikpro.adapters.local.passwords import Argon2Passwords
from sikpro.adapters.sql import SqlTransactions, create_engine_for, migrate
from sikpro.adapters.sql.sqlite_driver import driver
from sikpro.application.ports.queries import OrderFilter, Sort
from sikpro.application.ports.storage import UnitOfWork
from sikpro.domain.people import Person, Role

PASSWORD = "only-for-measuring"
ACCOUNTS = {"measurer": Role.HELPDESK, "measuring.admin": Role.ADMIN}
_ANALYZED = ("ANALYZE",)
_NEVER_ANALYZED = ("DROP TABLE IF EXISTS sqlite_stat1", "DROP TABLE IF EXISTS sqlite_stat4")
"""An earlier run may have left the figures."""

TRIPLES = 60
WORST = 3
_LIKE_A_BROWSER = {"Accept-Encoding": "gzip"}
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
_TICKS = os.sysconf("SC_CLK_TCK")


@frozen
class Served:
    """A console in a process of its own, and a browser of each account."""

    browsers: Mapping[str, httpx.Client]
    day: str
    deepest: str

    def ask(self, path: str, account: str = "measurer") -> None:
        """Ask for a page. Raises RuntimeError if it is not whole."""
        answer = self.browsers[account].get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")


@contextmanager
def served(file: Path, port: int, folder: Path) -> Iterator[Served]:
    """Serve a database, wait until its first jobs are done, and log in."""
    engine = create_engine_for(f"sqlite:///{file}")
    store = SqlTransactions(engine)
    store.write(add_accounts)
    deepest, newest = store.read(_ends)
    engine.dispose()
    command = [sys.executable, "-m", "sikpro", "serve", "--port", str(port), "--data", str(folder)]
    log = folder / f"{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "--database", f"sqlite:///{file}"], stdout=out, stderr=out)
    address = f"http://127.0.0.1:{port}"
    try:
        _until(lambda: _answers(address), f"the server answers, see {log}")
        _until(partial(_is_idle, process.pid), "its first jobs are done", seconds=600)
        with ExitStack() as open_:
            browsers = {
                name: open_.enter_context(
                    httpx.Client(base_url=address, timeout=120, headers={"Accept-Encoding": "gzip"})
                )
                for name in ACCOUNTS
            }
            for name, browser in browsers.items():
                _log_in(browser, name)
            yield Served(browsers, newest.astimezone(ZoneInfo(ZONE)).date().isoformat(), deepest)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def add_accounts(uow: UnitOfWork) -> None:
    """Add the people who look at the pages."""
    hashed = Argon2Passwords().hash(PASSWORD)
    there = {person.username for person in uow.people.all()}
    for name, role in ACCOUNTS.items():
        if name not in there:
            uow.people.add(Person(id=0, name=name.title(), username=name, role=role, password_hash=hashed))


def _ends(uow: UnitOfWork) -> tuple[str, datetime]:
    """The position before the last page of all orders, and when the newest order was received."""
    oldest = uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=51)
    (newest,) = uow.order_queries.page(OrderFilter(), sort=Sort.NEWEST, after=None, limit=1)
    return str(oldest[-1].key), newest.received_at


def _until(done: Callable[[], bool], what: str, seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not done():
        if time.monotonic() > limit:
            raise RuntimeError(f"waited in vain until {what}")
        time.sleep(0.2)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _is_idle(process: int) -> bool:
    before = _spent(process)
    time.sleep(5)
    return _spent(process) - before < 0.25


def _spent(process: int) -> float:
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(times[11]) + int(times[12])) / _TICKS


def form_token(page: str) -> str:
    """Return the token of the forms of a page."""
    found = _TOKEN.search(page)
    return found[1] if found else ""


def _log_in(browser: httpx.Client, name: str) -> None:
    form = {"username": name, "password": PASSWORD, "csrf": form_token(browser.get("/login").text)}
    if browser.post("/login", data=form).status_code != 303:
        raise RuntimeError("the login was refused")


def filters(day: str) -> Mapping[str, Sequence[str]]:
    """The values of each filter of the list: such as some orders have, then one that none has, where there is one."""
    return {
        "phase": ("waiting", "held_up", "completed", "cancelled"),
        "status": ("menunggu", "odp_penuh", "selesai", "batal", "cabut_pasang"),
        "type": ("AO", "CONFIG", "NONE"),
        "sto": ("SDA", "NONE"),
        "site_operation": ("SDA", "-", "NONE"),
        "technician": ("F5SDA000", "F5NONE999"),
        "helpdesk": ("2", "-", "999999"),
        "channel": ("telegram", "web"),
        "age": ("4h", "old"),
        "overdue": ("1",),
        "day": (day, "2001-01-01"),
        "month": (day[:7],),
        "finished": (day, "2001-01-01"),
        "hour": ("09", "23"),
        "finished_hour": ("10", "23"),
        "group": ("kendala teknik", "-", "none"),
        "tti": ("within", "late"),
        "due": (day, "2001-01-01"),
        "in_time": ("yes", "no"),
        "acted": ("1",),
        "waited": ("helpdesk", "technician"),
        "turn": ("helpdesk", "nobody"),
    }


SEARCHES = (
    "s",
    "sc",
    "od",
    "zt",
    "z",
    "q",
    "te",
    "teknisi 12",
    "sc300",
    "sc30000017",
    "zteg",
    "odp-sda",
    "tidak-ada",
    "12",
)
PAGES = {
    "dashboard": ("/dashboard", "<= 1.2"),
    "recap of today": ("/recap/day/{day}", "<= 1.5"),
    "recap of a month": ("/recap/month/{month}", ""),
    "ledger": ("/ledger", "<= 1.2"),
    "ledger, refused only": ("/ledger?outcome=ignored", "<= 1.2"),
    "failed messages": ("/ledger/failed", "<= 1.2"),
    "devices": ("/devices?q=ODP-SDA-003", "<= 1.2"),
    "anomalies": ("/devices/anomalies", "<= 1.2"),
    "anomalies, boxes": ("/devices/anomalies?kind=odp", "<= 1.2"),
    "anomalies, reopened": ("/devices/anomalies?kind=reopened", "<= 1.2"),
    "anomalies, untouched": ("/devices/anomalies?kind=untouched", "<= 1.2"),
    "stuck": ("/stuck", "<= 1.2"),
    "shift": ("/shift", "<= 1.2"),
    "one order": ("/orders/1", "<= 1.2"),
    "people": ("/users", "<= 1.2"),
    "technicians": ("/technicians", "<= 1.2"),
    "security events": ("/security", "<= 1.2"),
    "health": ("/health", "<= 1.2"),
    "seals": ("/seals", "<= 1.2"),
}


@define
class Asking:
    """The consoles that are compared, and what was said of the filters together."""

    many: Served
    few: Served
    month: Served
    said: list[str] = field(factory=list[str])

    def line(
        self, what: str, path: str, goal: str, *, most: float | None = None, by: str = "measurer", rounds: int = 7
    ) -> Line:
        """Ask for a page of many and of few in turn."""
        return self._compared(what, path, goal, self.few, by, rounds, most)

    def pages(self) -> Iterator[Line]:
        """The pages, as they open."""
        yield self.line("queue", "/orders", "<= 1.1", rounds=25)
        yield self.line("deleted", "/orders?view=deleted", "<= 1.2", by="measuring.admin", rounds=15)
        for view in ("open", "held_up", "completed", "cancelled", "all"):
            yield self.line(f"view {view}", f"/orders?view={view}", "<= 1.1")
        deepest, first = (
            partial(self.many.ask, f"/orders?view=all{more}") for more in (f"&after={self.many.deepest}", "")
        )
        yield Line.of("deepest page; first page", deepest, first, "<= 1.1")
        for what, (path, goal) in PAGES.items():
            yield self.line(what, path, goal, by="measuring.admin")
        month = "/recap/month/{month}"
        yield self._compared("recap of a month; among its own orders", month, "<= 2", self.month, "measuring.admin", 7)

    def lists(self) -> Iterator[Line]:
        """The list under each filter, by texts, and under pairs and triples of filters, of these the worst."""
        given = filters(self.many.day)
        for name, values in given.items():
            for value in values:
                yield self.line(f"all +{name}={value}", f"/orders?view=all&{name}={value}", "<= 1.5")
            yield self.line(f"todo +{name}={values[-1]}", f"/orders?{name}={values[-1]}&view=todo", "<= 1.5")
        for text in SEARCHES:
            for view in ("all", "todo"):
                yield self.line(f"{view} search {text!r}", f"/orders?view={view}&q={text}", "<= 3", most=60)
        pairs = [{name: given[name][-1] for name in pair} for pair in combinations(given, 2)]
        yield from self._worst("pairs of filters", pairs, partial(self.line, goal="<= 1.5", rounds=3))
        chance = random.Random(17)  # no secret
        triples = [{name: chance.choice(given[name]) for name in chance.sample(list(given), 3)} for _ in range(TRIPLES)]
        yield from self._worst("triples", triples, partial(self.line, goal="<= 3", most=100, rounds=3))

    def _worst(self, what: str, chosen: Sequence[Mapping[str, str]], line: Callable[..., Line]) -> Iterator[Line]:
        lines = []
        for names in chosen:
            query = "&".join(f"{name}={value}" for name, value in names.items())
            lines.append(
                line(" ".join(f"+{name}={value}" for name, value in names.items()), f"/orders?view=all&{query}")
            )
        lines.sort(key=lambda one: one.ratio, reverse=True)
        failed = sum(one.met is False for one in lines)
        self.said.append(f"Of {len(lines)} {what} {failed} do not meet the goal; the table has the worst {WORST}.\n")
        yield from lines[:WORST]

    def _compared(
        self, what: str, path: str, goal: str, other: Served, by: str, rounds: int, most: float | None = None
    ) -> Line:
        day = self.many.day
        ours, theirs = (partial(served.ask, path.format(day=day, month=day[:7]), by) for served in (self.many, other))
        return Line.of(what, ours, theirs, goal, most=most, rounds=rounds)


def main() -> None:
    """Print the table; each line is also written to the error output as soon as it is there."""
    files = [Path(name) for name in sys.argv[1:4]]
    for file in files:
        migrate(f"sqlite:///{file}")
        with closing(driver.connect(file)) as raw:
            for statement in _ANALYZED if "--analyze" in sys.argv else _NEVER_ANALYZED:
                raw.execute(statement)
    lines: list[Line] = []
    with TemporaryDirectory() as name, ExitStack() as open_:
        for file in files:
            (Path(name) / file.stem).mkdir()
        consoles = [open_.enter_context(served(file, 8911 + n, Path(name) / file.stem)) for n, file in enumerate(files)]
        many, few, month = consoles
        asking = Asking(many, few, month)
        for line in chain(asking.pages(), asking.lists()):
            sys.stderr.write("  ".join(line.cells) + "\n")
            lines.append(line)
    sys.stdout.write("\n".join([table(lines), *asking.said]))


if __name__ == "__main__":
    main()
