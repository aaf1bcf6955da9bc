"""The one-sheet: its figures are the recap's, and its texts keep their place, however long and many they are."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from xml.etree import ElementTree as Xml

import pytest
from attrs import evolve, frozen

from sikpro.adapters.pictures.svg import ResvgPictures
from sikpro.application.i18n import words_in
from sikpro.application.ports.day_notes import DayNote
from sikpro.application.ports.facts import Dimension, TimeBasis
from sikpro.application.reports.comparison import Comparison
from sikpro.application.reports.course import Course
from sikpro.application.reports.explain import Part, Sentence, Tone
from sikpro.application.reports.heat import drawn
from sikpro.application.reports.recap_data import AgainstTarget, Headline, Promise, Reason, Recap, RecapRow, RecapTable
from sikpro.application.reports.recap_query import RecapQuery, Span
from sikpro.application.reports.sheet.canvas import HEIGHT, WIDTH
from sikpro.application.reports.sheet.drawing import draw
from sikpro.application.reports.sheet.one_sheet import OneSheet, one_sheet
from sikpro.application.reports.sheet.places import BOTTOM, LEFT, RIGHT, TOP
from sikpro.application.reports.trend import MonthFigures, Trend
from sikpro.domain.catalogue import Bilingual
from sikpro.domain.installation import WorkDays
from sikpro.domain.phase import Phase
from sikpro.entrypoints.fonts import FONTS
from tests.unit.chat import WHOLE, ZONE, Phone, World

PICTURES = ResvgPictures(FONTS)
AT = datetime(2026, 12, 2, 3, tzinfo=UTC)
LONG = "Perumahan Kebonsari-Candi dan Tanggulangin Selatan"
REASON = "Kendala material dan perangkat pelanggan yang belum tersedia di gudang <pusat> & cabang"


@frozen
class Drawn:
    """A text on the sheet and its place."""

    text: str
    left: float
    right: float
    foot: float
    size: float


def svg_texts(svg: str) -> Iterator[Drawn]:
    for one in Xml.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        text, size = one.text or "", float(one.attrib["font-size"])
        wide = PICTURES.text_width(text, size, bold=one.get("font-weight") == "bold")
        x = float(one.attrib["x"]) - {"start": 0, "middle": wide / 2, "end": wide}[one.get("text-anchor", "start")]
        yield Drawn(text, x, x + wide, float(one.attrib["y"]), size)


def crowded(period: str, language: str, stos: int = 40, notes: int = 5, days: int = 31) -> OneSheet:
    """A sheet with long names, large numbers, notes and targets of many STOs."""
    query, words = RecapQuery.parse(period), words_in(language, ZONE)
    rows = tuple(
        RecapRow(f"S{n:02}", f"S{n:02} · {LONG} {n}", {}, 800, Promise(within=900 + n, late=100)) for n in range(stos)
    )
    hours = tuple(RecapRow(f"{hour:02}", "", dict.fromkeys(Phase, 1234), 12_345) for hour in range(24))
    reasons = tuple(
        Reason(status=f"r{n}", label=Bilingual(REASON, REASON), group="", count=9_000 - n, share=0.1, cumulative=0.1)
        for n in range(12)
    )
    months = tuple(
        MonthFigures(
            first=date(2025 + (n + 11) // 12, (n + 11) % 12 + 1, 1), received=30_000 + n % 3 * 400, completed=1
        )
        for n in range(11)
    )
    last = MonthFigures(first=query.first.replace(day=1), received=12_345, completed=1)
    before = Headline(
        query=query.previous or query, until=AT, received=99_999, completed=88_888, due=Promise(within=1, late=1)
    )
    sentence = Sentence(rule="ordinary", tone=Tone.CALM, weight=1, parts=(Part("ordinary", {}),) * 9)
    every = [(query.first + timedelta(days=n)).isoformat() for n in range(query.days)]
    counts: dict[tuple[str, ...], int] = {(day, f"{hour:02}"): 1_234 for day in every for hour in range(24)}
    series = tuple(range(1_000, 25_000, 1_000))
    course = Course(basis=TimeBasis.RECEIVED, hours=series, over=24, days=(series,) * 9)
    is_day = query.span is Span.DAY
    return OneSheet(
        recap=Recap(
            query=query,
            made_at=AT,
            received=dict.fromkeys(Phase, 12_345),
            completed=34_567,
            cancelled=2_345,
            open_now=98_765,
            tables=(RecapTable(Dimension.STO, rows), RecapTable(Dimension.HOUR, hours)),
            reasons=reasons,
            promise=Promise(within=23_456, late=1_234),
            due=Promise(within=23_456, late=1_234),
            targets=tuple(
                AgainstTarget(
                    sto=f"S{n:02}" if n else "",
                    target=99_999,
                    done=88_888,
                    left=11_111,
                    days_left=3,
                    per_day=9,
                    landing=90_000,
                )
                for n in range(stos + 1 if stos else 0)
            ),
            before=before,
        ),
        beside=Comparison(
            trend=Trend() if is_day else Trend(months=(*months, last)),
            courses=(course, evolve(course, basis=TimeBasis.FINISHED)) if is_day else (),
            notes=tuple(
                DayNote(
                    id=n,
                    day=query.first + timedelta(days=min(n, query.days - 1)),
                    text=f"{REASON} " * 3,
                    sto="S01",
                    by=1,
                    at=AT,
                )
                for n in range(notes)
            ),
            work_days=WorkDays((0, 1, 2, 3, 4)),
            today=date(2026, 12, 2),
        ),
        said=(sentence,) * 5,
        heat=None if is_day else drawn(query, counts, TimeBasis.RECEIVED),
        by=f"{LONG} Supervisor Senior Wilayah Timur",
        words=words,
        stos={row.value: f"{LONG} {row.value}" for row in rows},
    )


def assert_in_place(svg: str) -> None:
    """Nothing leaves the page or its margins, and no text lies on another."""
    texts = list(svg_texts(svg))
    for one in texts:
        assert one.left >= LEFT - 1, one
        assert one.right <= RIGHT + 1, one
        assert TOP <= one.foot <= BOTTOM + 2, one
        assert one.size >= 5, one
    for one, other in combinations(texts, 2):
        apart = min(one.right, other.right) - max(one.left, other.left)
        above = min(one.foot, other.foot) - max(one.foot - one.size * 0.72, other.foot - other.size * 0.72)
        assert apart <= 0.5 or above <= 0.3, (one, other)
    for box in Xml.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect"):
        x, y = float(box.get("x", 0)), float(box.get("y", 0))
        assert x >= 0
        assert x + float(box.attrib["width"]) <= WIDTH
        assert y + float(box.attrib["height"]) <= HEIGHT


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "period", ["2026-10", "2026-11", "2026-11-02_2026-11-08", "2026-11-24", "2026-01-01_2026-10-01"]
)
@pytest.mark.parametrize("stos", [0, 1, 40])
def test_long_names_large_numbers_and_many_stos_keep_their_place(period: str, language: str, stos: int) -> None:
    sheet = crowded(period, language, stos)
    svg = draw(sheet, PICTURES)
    assert_in_place(svg)
    assert "<pusat>" not in svg


def test_what_has_no_room_is_counted_and_what_is_shown_is_the_lowest() -> None:
    svg = draw(crowded("2026-10", "id"), PICTURES)
    shown = re.findall(r'data-sto="(S\d\d)"', svg)
    assert shown == [f"S{n:02}" for n in range(len(shown))]
    assert f"… dan {40 - len(shown)} STO lain, semua lebih tinggi" in svg
    targets = len(re.findall(r"data-target=", svg))
    assert f"… dan {41 - targets} STO lain<" in svg
    assert "… dan 7 penyebab lain" in svg


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("period", ["2026-11", "2026-11-24", "2026-11-02_2026-11-08"])
def test_an_empty_period_says_so_in_its_place(period: str, language: str) -> None:
    world = World()
    words = words_in(language, ZONE)
    sheet = world.transactions.read(
        lambda uow: one_sheet(uow, RecapQuery.parse(period), world.person("bagus"), world.clock.now(), words)
    )
    svg = draw(sheet, PICTURES)
    assert_in_place(svg)
    assert words("onesheet.no_orders") in svg
    assert words("onesheet.no_reasons") in svg


def figures(svg: str, name: str) -> dict[str, str]:
    return dict(re.findall(rf'data-{name}="([^"]+)">([^<]+)<', svg))


def test_the_figures_of_the_sheet_are_those_of_the_recap() -> None:
    sheet = crowded("2026-10", "id", stos=8)
    shown, number = figures(draw(sheet, PICTURES), "figure"), sheet.words.number
    recap = sheet.recap
    assert sheet.heat
    assert shown == {
        "received": number(recap.total),
        "completed": number(recap.completed),
        "cancelled": number(recap.cancelled),
        "open_now": number(recap.open_now),
        "due_share": "95%",
        "heat": number(sheet.heat.total),
    }
    assert figures(draw(sheet, PICTURES), "reason") == {f"r{n}": number(9_000 - n) for n in range(5)}
    assert figures(draw(sheet, PICTURES), "sto")["S00"] == "90%"


def test_a_helpdesks_sheet_has_their_own_work_alone() -> None:
    world = World()
    Phone(world, 1).says("/reg " + WHOLE)
    words = words_in("id", ZONE)

    def received(username: str) -> str:
        by, query = world.person(username), RecapQuery.parse("2026-11")
        sheet = world.transactions.read(lambda uow: one_sheet(uow, query, by, world.clock.now(), words))
        return figures(draw(sheet, PICTURES), "figure")["received"]

    assert (received("bagus"), received("rina")) == ("1", "0")


def test_lines_break_between_words_only() -> None:
    svg = draw(crowded("2026-10", "en"), PICTURES)
    known = set(re.findall(r"[\w<>&]+", f"{REASON} {LONG}"))
    broken = [one.text for one in svg_texts(svg) if one.text.split()[0] in known]
    assert broken
    assert all(set(re.findall(r"[^\W\d]{3,}", text)) <= {word.strip("<>") for word in known} for text in broken)
