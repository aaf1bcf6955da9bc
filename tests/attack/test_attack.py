"""Two minutes of attack on a running console, in `make audit`; `make attack` is the whole."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.attack import tools
from tests.attack.fuzz import ODD, Fuzzer, unharmed, wrong_with
from tests.attack.target import Form, Target, small_target
from tests.integration.needs import need

pytestmark = pytest.mark.audit

LEAST_REQUESTS, LEAST_TESTED = 150, 2
"""What a run on a slow machine still does; a run that did less has shown nothing."""


class _OpenToAll(BaseHTTPRequestHandler):
    """A page that puts its parameter into the query, as nobody should."""

    def do_GET(self) -> None:
        """Answer with the rows, or with the error."""
        asked = parse_qs(urlsplit(self.path).query).get("q", [""])[0]
        with closing(sqlite3.connect(":memory:")) as connection:
            try:
                rows = connection.execute(f"SELECT n FROM (SELECT 'SC1' AS n) WHERE n = '{asked}'").fetchall()
            except sqlite3.Error as error:
                rows = [str(error)]
        body = f"<html>{rows}</html>".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A console over a few orders, where a helpdesk has logged in and looked around."""
    with small_target(tmp_path_factory.mktemp("attacked")) as found:
        found.look_around(40)
        assert len(found.forms) > 12, "the way through the pages finds their forms"
        yield found


def test_no_odd_value_in_any_form_breaks_the_console_or_comes_back_unescaped(target: Target) -> None:
    before = target.orders()
    fuzzer = Fuzzer(target, time.monotonic() + 15)
    fuzzer.each_value()
    fuzzer.ends = time.monotonic() + 15
    fuzzer.run()
    assert fuzzer.sent > LEAST_REQUESTS
    assert fuzzer.answers[200] + fuzzer.answers[303] > 10, "the forms are really sent, not all refused at the door"
    assert not unharmed(target, before)


def test_sqlmap_finds_the_way_where_there_is_one(tmp_path: Path) -> None:
    need(tools.installed(), tools.HOW_TO_GET_THEM)
    with ThreadingHTTPServer(("127.0.0.1", 0), _OpenToAll) as server, ThreadPoolExecutor(1) as threads:
        threads.submit(server.serve_forever, 0.05)
        address = f"http://127.0.0.1:{server.server_port}"
        form = Form("/", "GET", f"{address}/orders", (("q", "SC1"),))
        with httpx.Client() as client:
            open_to_all = Target(address, tmp_path, tmp_path, client, "", {}, forms=[form])
            report = tools.run_sqlmap(open_to_all, tmp_path, 40, level=1, most=1)
        server.shutdown()
    assert report.findings, report.said


def test_sqlmap_finds_no_way_into_the_database(target: Target, tmp_path: Path) -> None:
    need(tools.installed(), tools.HOW_TO_GET_THEM)
    before = target.orders()
    report = tools.run_sqlmap(target, tmp_path, 30, level=1, most=12)
    assert len(report.tested) >= LEAST_TESTED, report.said
    assert not report.findings
    assert not unharmed(target, before)


def test_wapiti_finds_nothing(target: Target, tmp_path: Path) -> None:
    need(tools.installed(), tools.HOW_TO_GET_THEM)
    before = target.orders()
    report = tools.run_wapiti(target, tmp_path, crawl=8, each=4, modules="sql,xss,file,crlf")
    assert report.addresses > 5, "it was logged in and went through the pages"
    assert report.tested == {"sql", "xss", "file", "crlf"}
    assert not report.findings
    assert not unharmed(target, before)


@pytest.mark.parametrize(
    ("status", "headers", "body", "told"),
    [
        (500, {}, "", "answered 500"),
        (200, {"x-injected": "1"}, "", "became a header"),
        (303, {"location": "//evil.example/"}, "", "led away"),
        (303, {"location": "https://evil.example/"}, "", "led away"),
        (200, {"content-type": "text/html"}, "<p><x7q onload=alert(1)>", "unescaped"),
        (200, {"content-type": "text/html"}, "= 51724863", "evaluated"),
        (200, {"content-type": "text/html"}, "Traceback (most recent call last)", "traceback"),
    ],
)
def test_the_fuzzer_knows_what_is_wrong(status: int, headers: dict[str, str], body: str, told: str) -> None:
    assert told in wrong_with(
        httpx.Response(status, headers=headers, text=body) if body else httpx.Response(status, headers=headers)
    )
    assert not wrong_with(httpx.Response(422, headers={"content-type": "text/html"}, text="&lt;x7q&gt; {{7191*7193}}"))
    assert len(ODD) == len(set(ODD))


def test_the_reports_of_the_tools_are_read() -> None:
    said = """
[12:00:00] [INFO] testing URL 'http://127.0.0.1:1/orders?q=1'
[12:00:01] [INFO] testing for SQL injection on GET parameter 'q'
[12:00:02] [INFO] GET parameter 'q' appears to be 'AND boolean-based blind' injectable
[12:00:03] [INFO] GET parameter 'q' is 'Generic UNION query' injectable
GET parameter 'q' is vulnerable. Do you want to keep testing the others (if any)? [y/N] N
sqlmap identified the following injection point(s) with a total of 60 HTTP(s) requests:
"""
    report = tools.read_sqlmap(said)
    assert report.addresses == 1
    assert report.tested == {"GET parameter 'q'"}
    assert len(report.findings) == 3
    assert not tools.read_sqlmap("").tested
    entry: dict[str, object] = {"method": "GET", "path": "/orders", "parameter": "q", "info": "Reflected"}
    found = tools.read_wapiti({"vulnerabilities": {"XSS": [entry]}, "infos": {"crawled_pages_nbr": 7}})
    assert (found.addresses, found.findings) == (7, ("XSS: GET /orders q: Reflected",))
