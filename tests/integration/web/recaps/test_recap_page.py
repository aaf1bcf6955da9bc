"""The recap's page as one looks at it: charts that agree with their tables, bars that narrow, notes, what falls due."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from tests.integration.web.console import Site, Visitor

NOVEMBER = datetime(2026, 11, 20, 3, tzinfo=UTC)
HELD_UP = ("odp_penuh", "odp_penuh", "rumah_kosong")


@pytest.fixture
def month(page_site: Site) -> Site:
    """Fourteen orders over three days of November; three are held up, one is cancelled, the others completed."""
    page_site.clock.at = NOVEMBER - timedelta(days=2)
    rina = page_site.logged_in("rina")
    for place in range(14):
        page_site.clock.at = NOVEMBER - timedelta(days=2 - place // 5, hours=5 - place % 5)
        sto = ("SDA", "SPJ")[place % 2]
        technician = ("F5SDA445", "F5SDA446")[place % 2]
        order = page_site.order(f"SC81{place:04}", sto=sto, odp=f"ODP-{sto}-{place:03}", technician=technician)
        status = HELD_UP[place] if place < 3 else "batal" if place == 3 else "selesai"
        rina.get("/orders")
        form = {"status": status, "reason": "alasan", "version": "1"}
        assert rina.post(f"/orders/{order.id}/status", form).status_code == 303
    page_site.clock.at = NOVEMBER
    return page_site


def opened(visitor: Visitor, href: str) -> int:
    """How many orders a link opens."""
    return visitor.get(unescape(href)).text.count('<tr id="order-')


def text(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def section(page: str, name: str) -> str:
    return page[page.index(f'id="{name}"') :].partition("</section>")[0]


def test_a_click_on_a_bar_narrows_the_page_and_its_chip_takes_that_back(month: Site) -> None:
    bagus = month.logged_in("bagus")
    page = bagus.get("/recap/month/2026-11?type=AO").text
    for name, value, wanted in (("sto", "SPJ", 7), ("technician", "F5SDA446", 7)):
        bar = re.search(rf'<td class="bar-cell"><a href="([^"]+{name}={value})"', section(page, f"by-{name}"))
        assert bar, name
        narrowed = bagus.get(unescape(bar[1])).text
        assert f'<span class="stat-value">{wanted}</span><span class="stat-label">Masuk<' in narrowed
        chips = re.findall(r'<a class="chip" href="([^"]+)"', narrowed)
        assert unescape(chips[-1]) == "/recap/month/2026-11?type=AO"


def test_a_reason_narrows_the_page_too_and_its_figure_opens_the_orders(month: Site) -> None:
    bagus = month.logged_in("bagus")
    reasons = section(bagus.get("/recap/month/2026-11").text, "reasons")
    chart = reasons.partition("</table>")[0]
    bars = re.findall(r'<a href="(/recap/month/2026-11\?status=[^"]+)"', chart)
    assert len(bars) == 3
    counts = list[int]()
    for href, orders in zip(bars, re.findall(r'<strong><a href="([^"]+)">', chart), strict=True):
        narrowed = bagus.get(unescape(href)).text
        figure = re.search(r'stat-value">(\d+)</span><span class="stat-label">Masuk<', narrowed)
        assert figure
        assert opened(bagus, orders) == int(figure[1])
        counts.append(int(figure[1]))
    assert sorted(counts) == [1, 1, 2]


def test_the_heat_map_adds_up_to_the_figures_and_a_cell_opens_its_orders(month: Site) -> None:
    bagus = month.logged_in("bagus")
    for which, total in (("", 14), ("?heat=completed", 10)):
        heat = section(bagus.get(f"/recap/month/2026-11{which}").text, "heat")
        table = heat.partition("</table>")[0]
        cells = re.findall(r'<td class="l[1-5]"><a tabindex="-1" href="([^"]+)" title="[^"]+">(\d+)</a>', table)
        assert sum(int(count) for _, count in cells) == total
        for href, count in cells:
            assert opened(bagus, href) == int(count)
        rows = re.findall(r'<td class="row-sum"><svg.*?</svg><span>([\d.]+)</span>', table)
        assert sum(map(int, rows)) == total
        sums = re.search(r'<tr class="heat-sums"><th scope="row">Jumlah</th>(.*?)</tr>', table, re.DOTALL)
        assert sums
        below = [int(figure) for figure in re.findall(r"<td>(\d+)</td>", sums[1])]
        assert (len(below), sum(below)) == (30, total)


def test_the_tables_behind_the_bars_have_the_same_figures(month: Site) -> None:
    page = month.logged_in("bagus").get("/recap/month/2026-11").text
    for dimension in ("sto", "technician", "type", "channel"):
        panel = section(page, f"by-{dimension}")
        chart, _, behind = panel.partition("</table>")
        bars = [int(text(cell)) for cell in re.findall(r'<td class="n"><strong>(.*?)</strong>', chart)]
        table = behind.partition("<tbody>")[2].partition("</tbody>")[0]
        rows = [int(text(cell)) for cell in re.findall(r'data-label="Jumlah">(.*?)</td>', table)]
        assert bars == rows, dimension
        assert sum(bars) == 14


def test_a_sentence_opens_exactly_the_orders_that_it_counts(month: Site) -> None:
    month.clock.at = NOVEMBER + timedelta(days=20)
    sari = month.logged_in("sari")
    page = sari.get("/recap/month/2026-11").text
    links = re.findall(r'<a href="([^"]+)">(\d+) order →</a>', section(page, "said"))
    assert links
    for href, count in links:
        assert opened(sari, href) == int(count), href


def test_a_page_without_enough_months_says_why_there_is_no_band(month: Site) -> None:
    trend = section(month.logged_in("bagus").get("/recap/month/2026-11").text, "trend")
    assert "perlu 6 bulan sebelumnya, baru ada 0" in text(trend)
    assert 'class="band"' not in trend


def test_a_note_is_pinned_to_its_day_with_its_author(month: Site) -> None:
    bagus = month.logged_in("bagus")
    bagus.get("/recap/notes/new")
    kept = bagus.post("/recap/notes", {"day": "2026-11-19", "day_note": "pemadaman feeder SDA", "place": "sto:SDA"})
    assert kept.headers["location"] == "/recap/month/2026-11#heat"
    heat = section(bagus.get("/recap/month/2026-11").text, "heat")
    assert "19 Nov SDA pemadaman feeder SDA Bagus" in text(heat)
    assert re.search(r'<a class="pin" href="#note-1"', heat)
    assert "pemadaman" in bagus.get("/recap/month/2026-11?sto=SDA").text
    assert "pemadaman" not in bagus.get("/recap/month/2026-11?sto=SPJ").text
    assert "pemadaman" in bagus.get("/recap/day/2026-11-19").text
    assert "pemadaman" not in bagus.get("/recap/day/2026-11-18").text


def test_a_refused_note_keeps_what_was_typed(month: Site) -> None:
    bagus = month.logged_in("bagus")
    bagus.get("/recap/notes/new")
    typed = {"day": "2026-11-31", "day_note": "pemadaman feeder", "place": "sto:XXX"}
    refused = bagus.post("/recap/notes", typed)
    assert refused.status_code == 422
    assert "pemadaman feeder</textarea>" in refused.text
    assert refused.text.count('aria-invalid="true"') == 2
    long = bagus.post("/recap/notes", {"day": "2026-11-19", "day_note": "x" * 201, "place": ""})
    assert long.status_code == 422
    assert "Paling banyak 200 huruf" in long.text
    assert month.store.read(lambda uow: uow.day_notes.between(NOVEMBER.date(), NOVEMBER.date())) == ()


def test_a_note_typed_while_the_session_ended_is_given_back(month: Site) -> None:
    bagus = month.logged_in("bagus")
    bagus.get("/recap/notes/new")
    given = bagus.post("/recap/notes", {"csrf": "0" * 64, "day": "2026-11-19", "day_note": "pemadaman feeder"})
    assert given.status_code == 403
    assert "pemadaman feeder" in given.text


def test_only_its_author_or_who_closes_months_changes_a_note(month: Site) -> None:
    bagus, sari, rina = (month.logged_in(name) for name in ("bagus", "sari", "rina"))
    bagus.get("/recap/notes/new")
    bagus.post("/recap/notes", {"day": "2026-11-19", "day_note": "hujan", "place": ""})
    sari.get("/recap/notes/new")
    sari.post("/recap/notes", {"day": "2026-11-18", "day_note": "milik Sari", "place": ""})
    assert sari.get("/recap/notes/1").status_code == 200
    assert bagus.get("/recap/notes/2").status_code == 403
    assert bagus.post("/recap/notes/2", {"day": "2026-11-18", "day_note": "x", "place": ""}).status_code == 403
    assert rina.get("/recap/notes/new").status_code == 403
    changed = sari.post("/recap/notes/1", {"day": "2026-11-17", "day_note": "hujan deras", "place": ""})
    assert changed.status_code == 303
    assert "17 Nov hujan deras Bagus" in text(bagus.get("/recap/month/2026-11").text)
    assert sari.post("/recap/notes/1/delete").status_code == 303
    assert "hujan" not in bagus.get("/recap/month/2026-11").text
    assert bagus.get("/recap/notes/1").status_code == 404


def test_a_day_shows_what_falls_due_before_midnight_and_whose_turn_it_is(month: Site) -> None:
    month.clock.at = NOVEMBER + timedelta(hours=19, minutes=30)
    bagus = month.logged_in("bagus")
    page = bagus.get("/recap/day/2026-11-21").text
    due = section(page, "due")
    numbers = re.findall(r"<code>(SC81\d+)</code>", due.partition("</table>")[0])
    assert numbers == ["SC810001", "SC810002"]
    assert [left in text(due) for left in ("30 mnt", "1 j 30 mnt")] == [True, True]
    assert "Sudah lewat: 1" in text(due)
    turns = page[page.index("turn-columns") :].partition("</section>")[0]
    heads = re.findall(r'<b><a href="([^"]+)">(\d+)</a></b>', turns)
    assert sum(int(count) for _, count in heads) == 3
    for href, count in heads:
        assert opened(bagus, href) == int(count)


def test_a_day_that_is_over_has_no_now(month: Site) -> None:
    page = month.logged_in("bagus").get("/recap/day/2026-11-19").text
    assert "sampai pukul" not in text(section(page, "due"))
    assert "sebelum tengah malam" not in page
    assert "dari hari itu belum selesai" in page


def test_a_helpdesk_sees_a_day_of_their_own_work(month: Site) -> None:
    tono = month.logged_in("tono")
    page = tono.get("/recap/day/2026-11-20").text
    assert "Hanya pekerjaan Anda sendiri." in page
    assert "0 belum selesai: sekarang giliran siapa" in text(page)


def test_what_changed_since_a_month_was_closed_is_its_orders(month: Site) -> None:
    month.clock.at = datetime(2026, 12, 1, 3, tzinfo=UTC)
    sari, bagus = month.logged_in("sari"), month.logged_in("bagus")
    sari.get("/recap/month/2026-11")
    sari.post("/recap/month/2026-11/close")
    month.clock.later(timedelta(hours=1))
    bagus.get("/orders")
    bagus.post("/orders/6/delete", {"reason": "salah"})
    page = sari.get("/recap/month/2026-11").text
    closed = page[page.index('id="closed"') :].partition("</details>")[0]
    assert "1 order berubah sejak bulan ditutup" in text(closed)
    assert re.findall(r"<code>(SC81\d+)</code>", closed) == ["SC810005"]
    assert page.index('id="closed"') > page.index('id="times"')
