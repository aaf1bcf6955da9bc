"""CSV for other tools: the orders and the daily sums, with a token as a bearer or as a password."""

import csv
import io
from base64 import b64encode

import httpx
import pytest

from sikpro.adapters.web.api import tables
from sikpro.application.reports.open_tables import DAILY_COLUMNS, ORDER_COLUMNS
from sikpro.application.reports.recap import recap
from sikpro.application.reports.recap_query import RecapQuery
from tests.integration.web.api.client import Script, code_of, script_of, token_for
from tests.integration.web.console import Site

NUMBERS = [f"SC3223255{digit}" for digit in range(7)]

ZONE = "Asia/Jakarta"


def filled(site: Site) -> Script:
    """A script of a supervisor who reads, after seven orders came in and one is completed."""
    helpdesk = script_of(site, "rina")
    for number in NUMBERS:
        note = "=1+1; pagar, biru" if number == NUMBERS[0] else ""
        site.order(number, serial=f"ZTEGC67{number[-5:]}", note=note)
    for act, body in (("take", None), ("status", {"status": "selesai"})):
        answer = helpdesk.post(f"/orders/1/{act}", body)
        assert answer.status_code == 200, answer.text
    return Script(site, token_for(site, "sari", "read"))


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_every_order_of_the_filters_comes_once_with_its_texts_as_they_were_typed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "AT_ONCE", 3)
    reading = filled(site)

    rows = rows_of(reading.get("/tables/orders.csv"))

    assert [row["number"] for row in rows] == NUMBERS
    assert list(rows[0]) == [column.name for column in ORDER_COLUMNS]
    assert (rows[0]["note"], rows[0]["received_at"]) == ("=1+1; pagar, biru", "2026-11-02T12:00:00Z")
    assert [row["number"] for row in rows_of(reading.get("/tables/orders.csv?phase=completed"))] == NUMBERS[:1]
    assert rows_of(reading.get("/tables/orders.csv?month=2025-01")) == []


def test_the_daily_sums_are_those_of_the_period(site: Site) -> None:
    reading = filled(site)

    (row,) = rows_of(reading.get("/tables/daily.csv?period=2026-11"))

    assert list(row) == list(DAILY_COLUMNS)
    assert (row["day"], row["received"], row["completed"], row["completed_in_time"]) == ("2026-11-02", "7", "1", "1")
    assert rows_of(reading.get("/tables/daily.csv?period=2026-10")) == []


def test_the_sums_are_the_figures_of_the_recap_under_the_names_that_the_page_says(site: Site) -> None:
    reading, helpdesk = filled(site), script_of(site, "rina")
    site.clock.later(days=4)
    for order_id, status in ((2, "selesai"), (3, "batal"), (4, "selesai")):
        for act, body in (("take", None), ("status", {"status": status, "feedback": "ya", "reason": "salah"})):
            answer = helpdesk.post(f"/orders/{order_id}/{act}", body)
            assert answer.status_code == 200, answer.text

    daily = rows_of(reading.get("/tables/daily.csv?period=2026-11"))
    sums = {name: sum(int(row[name]) for row in daily) for name in list(DAILY_COLUMNS)[3:]}
    figures = reading.get("/recaps/2026-11").json()["figures"]
    query = RecapQuery.parse("2026-11")
    found = site.store.read(lambda uow: recap(uow, query, site.people["sari"], site.clock.now(), ZONE))

    assert sums == {"received": 7, "completed": 3, "cancelled": 1, "completed_in_time": 1}
    assert list(sums.values()) == [found.total, found.completed, found.cancelled, found.promise.within]
    assert list(sums.values()) == [
        sum(figures["received"].values()),
        figures["completed"],
        figures["cancelled"],
        figures["promise"]["within"],
    ]


def test_a_token_is_also_the_password_of_basic_authentication_where_nothing_can_be_changed(page_site: Site) -> None:
    token = token_for(page_site, "sari")
    nobody = Script(page_site, "")
    basic = {"authorization": "Basic " + b64encode(f"excel:{token}".encode()).decode()}

    assert rows_of(nobody.get("/tables/orders.csv", basic)) == []
    refused = nobody.get("/tables/orders.csv")
    assert (refused.status_code, "Basic" in refused.headers["www-authenticate"]) == (401, True)
    for password in (b":", b"\xff\xfe", b"x", b"excel:sikpro_wrong"):
        broken = f"Basic {b64encode(password).decode()}"
        assert nobody.get("/tables/orders.csv", {"authorization": broken}).status_code == 401
    assert nobody.get("/tables/orders.csv", {"authorization": "Basic %%%"}).status_code == 401
    elsewhere = nobody.get("/orders", basic)
    assert (elsewhere.status_code, "Basic" in elsewhere.headers["www-authenticate"]) == (401, False)


def test_the_password_of_the_account_is_told_that_a_token_is_needed(page_site: Site) -> None:
    basic = {"authorization": "Basic " + b64encode(b"sari:the password of sari").decode()}
    answer = Script(page_site, "").get("/tables/orders.csv", basic | {"accept-language": "en"})
    assert (answer.status_code, code_of(answer)) == (401, "api.token.password")
    assert answer.json()["detail"].startswith("The password must be a token, not that of your account.")
    other = {"authorization": "Basic " + b64encode(b"sari:sikpro_wrong").decode()}
    assert code_of(Script(page_site, "").get("/tables/orders.csv", other)) == "api.token.wrong"


def test_who_may_not_see_recaps_gets_no_table(page_site: Site) -> None:
    for path in ("orders.csv", "daily.csv?period=2026-11"):
        assert script_of(page_site, "rina").get(f"/tables/{path}").status_code == 403
    wrong = Script(page_site, token_for(page_site, "sari")).get("/tables/daily.csv?period=soon")
    assert (wrong.status_code, code_of(wrong)) == (422, "period.unknown")
    unknown = Script(page_site, token_for(page_site, "sari")).get("/tables/orders.csv?limit=5")
    assert unknown.status_code == 422
