"""Recaps: figures against a slow and obvious count, links to the very orders, and the Excel file."""

import io
import random
import re
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from sikpro.application.ports.queries import OrderFilter, OrderRow, Sort
from sikpro.domain.phase import Phase
from sikpro.testing.builders import NOON
from tests.integration.web.console import Site, Visitor

ZONE = ZoneInfo("Asia/Jakarta")
FORMULA = "=cmd()|' /C calc'!A0"
HELD_UP = ("odp_penuh", "rumah_kosong", "kendala_sistem")
PHASES = {
    "Menunggu": Phase.WAITING,
    "Diproses": Phase.IN_PROGRESS,
    "Kendala": Phase.HELD_UP,
    "Selesai": Phase.COMPLETED,
    "Batal": Phase.CANCELLED,
}


@pytest.fixture
def busy(site: Site) -> Site:
    """A console with three days of orders in every phase around a month's end, worked on by two helpdesks."""
    chance = random.Random(7)
    site.clock.at = datetime(2026, 10, 30, 15, tzinfo=UTC)
    helpdesks = [site.logged_in(name) for name in ("rina", "tono")]
    for helpdesk in helpdesks:
        helpdesk.get("/orders")
    for place in range(24):
        site.clock.later(timedelta(minutes=chance.randint(10, 240)))
        sto = chance.choice(["SDA", "SPJ"])
        order = site.order(
            f"SC{700000 + place}",
            type=chance.choice(["AO", "AO", "MO"]),
            sto=sto,
            odp=f"ODP-{sto}-{place:03}",
            technician=chance.choice(["F5SDA445", "F5SDA446"]),
            note=FORMULA if place == 3 else "",
        )
        helpdesk, fate = chance.choice(helpdesks), chance.choice(["", "take", "selesai", "selesai", "batal", *HELD_UP])
        site.clock.later(timedelta(minutes=5))
        if fate == "take":
            helpdesk.post(f"/orders/{order.id}/take")
        elif fate:
            form = {"status": fate, "reason": "alasan", "version": "1"}
            assert helpdesk.post(f"/orders/{order.id}/status", form).status_code == 303
    leader = site.logged_in("bagus")
    deleted = site.order("SC799999")
    leader.post(f"/orders/{deleted.id}/delete", {"reason": "salah"})
    return site


def _rows(site: Site) -> list[OrderRow]:
    return list(
        site.store.read(lambda uow: uow.order_queries.page(OrderFilter(), sort=Sort.OLDEST, after=None, limit=1000))
    )


def _on(moment: datetime | None, text: str) -> bool:
    """Whether a moment lies in a day or month as the address names it."""
    return moment is not None and moment.astimezone(ZONE).date().isoformat().startswith(text)


def _tiles(page: str) -> dict[str, int]:
    pairs = re.findall(r'stat-value">([\d.,]+)</span><span class="stat-label">([^<]+)<', page)
    return {label: int(re.sub(r"\D", "", figure)) for figure, label in pairs}


def _table(page: str, title: str) -> dict[str, dict[str, int]]:
    """A table of the page by row and column, its totals row included."""
    section = re.split(f"<h[23]>{title}</h[23]>", page, maxsplit=1)[-1]
    section = section[section.index('<table class="recap-table') :].partition("</table>")[0]
    found: dict[str, dict[str, int]] = {}
    for row in re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)[1:]:
        name = re.sub(r"<[^>]+>", "", re.search(r"<th.*?</th>", row, re.DOTALL)[0])  # type: ignore[index]  # each has one
        cells = re.findall(r'data-label="([^"]+)">(.*?)</td>', row, re.DOTALL)
        figures = {label: re.sub(r"<[^>]+>", "", cell) for label, cell in cells}
        found[unescape(name)] = {label: int(text) for label, text in figures.items() if text.isdecimal()}
    return found


def _download(visitor: Visitor, path: str) -> Any:
    response = visitor.get(path)
    assert response.status_code == 200
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(response.content))


def test_every_figure_is_the_one_of_a_slow_and_obvious_count(busy: Site) -> None:
    supervisor = busy.logged_in("sari")
    for period in ("day/2026-10-31", "day/2026-11-01", "month/2026-10", "month/2026-11"):
        _compare(busy, supervisor, period)


def _compare(busy: Site, supervisor: Visitor, period: str) -> None:
    text = period.partition("/")[2]
    everything = _rows(busy)
    rows = [row for row in everything if _on(row.received_at, text)]
    page = supervisor.get(f"/recap/{period}").text
    assert rows
    assert _tiles(page) == {
        "Masuk": len(rows),
        "Selesai periode ini": sum(row.phase is Phase.COMPLETED and _on(row.finished_at, text) for row in everything),
        "Batal periode ini": sum(row.phase is Phase.CANCELLED and _on(row.finished_at, text) for row in everything),
        "Belum selesai sekarang": sum(row.phase.live for row in everything),
        "Order dobel dicegah": 0,
    }
    splits: dict[str, Callable[[OrderRow], str]] = {
        "Tipe order": lambda row: row.type,
        "STO": lambda row: {"SDA": "SDA · Sidoarjo", "SPJ": "SPJ · Sepanjang"}[row.sto],
        "Site Operation": lambda row: "Sidoarjo",
        "Teknisi": lambda row: f"{row.technician} · {row.technician_name}",
        "Helpdesk": lambda row: row.helpdesk_name or "(tidak diketahui)",
    }
    if period.startswith("day"):
        splits["Jam"] = lambda row: f"pukul {row.received_at.astimezone(ZONE):%H}"
    for title, value in splits.items():
        table = _table(page, title)
        totals = table.pop("Jumlah")
        done = [row for row in everything if row.phase is Phase.COMPLETED and _on(row.finished_at, text)]
        ended = Counter(_ended(row) if title == "Jam" else value(row) for row in done)
        assert set(table) == {value(row) for row in rows} | set(ended), title
        for name, cells in table.items():
            mine = [row for row in rows if value(row) == name]
            expected = {label: sum(row.phase is phase for row in mine) for label, phase in PHASES.items()}
            expected |= {"Jumlah": len(mine), "Selesai periode ini": ended[name]}
            assert cells == expected, (title, name)
        assert (totals["Jumlah"], totals["Selesai periode ini"]) == (len(rows), len(done))
        for label in PHASES:
            assert totals[label] == sum(cells[label] for cells in table.values()), title


def _ended(row: OrderRow) -> str:
    assert row.finished_at
    return f"pukul {row.finished_at.astimezone(ZONE):%H}"


def test_held_up_reasons_are_counted_most_frequent_first(busy: Site) -> None:
    rows = [row for row in _rows(busy) if row.phase is Phase.HELD_UP and _on(row.received_at, "2026-11")]
    page = busy.logged_in("bagus").get("/recap/month/2026-11").text
    table = _table(page, "Penyebab kendala")
    assert table.pop("Jumlah") == {"Jumlah": len(rows)}
    figures = [cells["Jumlah"] for cells in table.values()]
    assert figures == sorted(Counter(row.status for row in rows).values(), reverse=True)


def test_a_figure_opens_exactly_its_orders(busy: Site) -> None:
    leader = busy.logged_in("bagus")
    page = leader.get("/recap/month/2026-11").text
    links = set(re.findall(r'<a [^>]*href="(/orders\?[^"]+)">(?:<span class="stat-value">)?([\d.]+)<', page))
    assert len(links) > 10
    for href, figure in links:
        shown = leader.get(unescape(href)).text
        assert shown.count('<tr id="order-') == int(figure), href


def test_what_ended_or_is_open_opens_its_orders_too(busy: Site) -> None:
    leader = busy.logged_in("bagus")
    page = leader.get("/recap/month/2026-11").text
    pairs = re.findall(r'<a class="stat[^"]*" href="([^"]+)">\s*<span class="stat-value">([\d.]+)<', page)
    assert [unescape(href) for href, _ in pairs][1:] == [
        "/orders?view=completed&finished=2026-11",
        "/orders?view=cancelled&finished=2026-11",
        "/orders?view=open",
    ]
    for href, figure in pairs:
        assert leader.get(unescape(href)).text.count('<tr id="order-') == int(figure), href


def test_a_helpdesk_sees_their_own_work_only(busy: Site) -> None:
    rina = busy.people["rina"].id
    mine = [row for row in _rows(busy) if row.helpdesk == rina and _on(row.received_at, "2026-11")]
    helpdesk = busy.logged_in("rina")
    page = helpdesk.get("/recap/month/2026-11").text
    assert "Hanya pekerjaan Anda sendiri." in page
    assert _tiles(page)["Masuk"] == len(mine)
    assert set(_table(page, "Helpdesk")) == {"Rina", "Jumlah"}
    assert f"helpdesk={rina}" in page
    sheet = _download(helpdesk, "/recap/month/2026-11.xlsx")["Order"]
    received = [cell.value for cell in sheet[1]].index("Masuk dalam periode")
    assert sum(row[received] for row in sheet.iter_rows(min_row=2, values_only=True)) == len(mine)
    assert {row[13] for row in sheet.iter_rows(min_row=2, values_only=True)} == {"Rina"}


def test_the_excel_file_says_what_the_page_says(busy: Site) -> None:
    leader = busy.logged_in("bagus")
    for period in ("day/2026-10-31", "month/2026-10", "month/2026-11"):
        _compare_file(busy, leader, period)


def _compare_file(busy: Site, leader: Visitor, period: str) -> None:
    text = period.partition("/")[2]
    tiles = _tiles(leader.get(f"/recap/{period}").text)
    response = leader.get(f"/recap/{period}.xlsx")
    assert response.headers["content-disposition"] == f'attachment; filename="SIKPRO-rekap-{text}.xlsx"'
    assert response.headers["content-type"].startswith("application/vnd.openxmlformats-officedocument.spreadsheetml")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert int(response.headers["content-length"]) == len(response.content)
    book = _download(leader, f"/recap/{period}.xlsx")
    summary = {row[0]: row[1] for row in book["Ringkasan"].iter_rows(min_row=8, values_only=True)}
    assert {name: summary[name] for name in tiles} == tiles
    orders = book["Order"]
    header = [cell.value for cell in orders[1]]
    rows = {row.number: row for row in _rows(busy) if _on(row.received_at, text)}
    listed = [dict(zip(header, line, strict=True)) for line in orders.iter_rows(min_row=2, values_only=True)]
    listed = [line for line in listed if line["Masuk dalam periode"]]
    assert [line["No. registrasi (SC)"] for line in listed] == list(rows)
    for line in listed:
        row = rows[line["No. registrasi (SC)"]]
        local = row.received_at.astimezone(ZONE).replace(tzinfo=None)
        assert line["Diterima"] == local
        assert line["SN modem"] == row.serial


def test_text_in_the_excel_file_is_never_a_formula(busy: Site) -> None:
    book = _download(busy.logged_in("admin"), "/recap/month/2026-10.xlsx")
    book_later = _download(busy.logged_in("admin"), "/recap/month/2026-11.xlsx")
    cells = [cell for one in (book, book_later) for sheet in one for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert {cell.data_type for cell in cells if cell.value == FORMULA} == {"s"}


def test_a_download_leaves_nothing_behind_on_the_disk(
    page_site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_site.order()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert _download(page_site.logged_in("bagus"), "/recap/day/2026-11-02.xlsx")["Order"].max_row == 2
    assert not list(tmp_path.iterdir())


def test_an_empty_period_says_so_and_still_downloads(page_site: Site) -> None:
    leader = page_site.logged_in("bagus")
    page = leader.get("/recap/day/2026-01-01").text
    assert "Tidak ada order pada periode ini" in page
    assert set(_tiles(page).values()) == {0}
    assert _download(leader, "/recap/day/2026-01-01.xlsx")["Order"].max_row <= 2


def test_periods_lead_to_their_neighbours_and_not_into_the_future(page_site: Site) -> None:
    leader = page_site.logged_in("bagus")
    today = NOON.astimezone(ZONE).date()
    assert leader.get("/recap").headers["location"] == f"/recap/day/{today}"
    assert leader.get("/recap?day=2026-02-28").headers["location"] == "/recap/day/2026-02-28"
    assert leader.get("/recap?month=2026-02").headers["location"] == "/recap/month/2026-02"
    page = leader.get("/recap/day/2026-02-28").text
    assert 'href="/recap/day/2026-02-27" rel="prev"' in page
    assert 'href="/recap/day/2026-03-01" rel="next"' in page
    assert 'href="/recap/day/2026-02-28" aria-current="page"' in page
    month = leader.get("/recap/month/2025-12").text
    assert 'href="/recap/month/2025-12" aria-current="page"' in month
    assert 'href="/recap/month/2025-11" rel="prev"' in month
    assert 'href="/recap/month/2026-01" rel="next"' in month
    assert 'rel="next"' not in leader.get(f"/recap/day/{today}").text
    for first in ("day/2000-01-01", "month/2000-01"):
        assert 'rel="prev"' not in leader.get(f"/recap/{first}").text
    for last in ("day/2099-12-31", "month/2099-12"):
        assert leader.get(f"/recap/{last}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("day/2026-02-30", "day/2026-2-3", "day/x", "day/0001-01-01", "day/9999-12-31", "day/2026-11-01.xls"),
        *("day/.xlsx", "month/2026-13", "month/2026", "month/2026-11-01", "month/.xlsx", "day/20２6-11-01"),
        "day/2026-11-01%00",
    ],
)
def test_a_date_that_is_none_is_our_404_page(page_site: Site, path: str) -> None:
    leader = page_site.logged_in("bagus")
    for name in (path, path + ".xlsx"):
        response = leader.get(f"/recap/{name}")
        assert response.status_code == 404
        assert "Tidak ditemukan" in response.text
    assert leader.get(f"/recap?day={path}").status_code == 404


def test_the_recap_is_for_everybody_who_works_here_and_speaks_both_languages(page_site: Site) -> None:
    assert page_site.visitor().get("/recap/day/2026-11-02.xlsx").status_code == 303
    for username in ("rina", "bagus", "sari", "admin"):
        visitor = page_site.logged_in(username)
        path = f"/recap/day/{date(2026, 11, 2)}"
        assert "Rekap 2 November 2026" in visitor.get(path).text
        visitor.post("/language", {"language": "en"})
        assert "Recap of 2 November 2026" in visitor.get(path).text
        assert _download(visitor, path + ".xlsx").sheetnames[:2] == ["Ringkasan", "Order"]
        visitor.post("/language", {"language": "id"})
