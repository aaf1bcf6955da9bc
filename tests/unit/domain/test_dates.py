"""Dates of tables: read by one rule for a whole column, and back as the same day and time."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.domain.dates import DateRule, Order, decide_rule, read_date
from sikpro.domain.errors import InvalidValue

WIB = ZoneInfo("Asia/Jakarta")
INDONESIAN = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"
ENGLISH = "January February March April May June July August September October November December"
SHORT = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des"
OLD = "Jan Peb Mar Apr Mei Jun Jul Agt Sept Okt Nop Des"


def month(moment: datetime, names: str) -> str:
    return names.split()[moment.month - 1]


def half(moment: datetime) -> str:
    return f"{moment:%I:%M %p}"


FORMS: dict[str, Callable[[datetime], str]] = {
    "dmy": lambda m: f"{m:%d/%m/%Y %H:%M}",
    "dmy, two digits": lambda m: f"{m.day}/{m.month}/{m:%y} {m:%H:%M}",
    "dots": lambda m: f"{m:%d.%m.%Y %H.%M}",
    "hyphens": lambda m: f"{m:%d-%m-%Y %H:%M:%S}",
    "short month": lambda m: f"{m.day}-{month(m, SHORT)}-{m.year} {m:%H:%M}",
    "old short month": lambda m: f"{m.day} {month(m, OLD)} {m:%y} {m:%H.%M}",
    "Indonesian": lambda m: f"{m.day} {month(m, INDONESIAN)} {m.year} {m:%H.%M} WIB",
    "English": lambda m: f"{m.day} {month(m, ENGLISH)} {m.year}, {m:%H:%M}",
    "American": lambda m: f"{month(m, ENGLISH)} {m.day}, {m.year} {half(m)}",
    "half days": lambda m: f"{m:%d/%m/%Y} {half(m)}",
    "ISO": lambda m: f"{m:%Y-%m-%dT%H:%M:%S}",
    "ISO with zone": lambda m: m.replace(tzinfo=WIB).isoformat(),
    "ISO with blank": lambda m: f"{m:%Y/%m/%d %H:%M}",
    "serial": lambda m: _serial(m, "."),
    "serial with comma": lambda m: _serial(m, ","),
}


def _serial(moment: datetime, point: str) -> str:
    span = moment - datetime(1899, 12, 30)  # noqa: DTZ001  # a cell has no zone
    part = f"{span.seconds / 86400:.10f}"[2:].rstrip("0")
    return f"{span.days}{point}{part}" if part else str(span.days)


MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)).map(lambda m: m.replace(second=0, microsecond=0))  # noqa: DTZ001  # a cell has no zone


@given(st.lists(MOMENTS, min_size=1, max_size=8), st.sampled_from(sorted(FORMS)))
def test_a_column_written_in_one_way_reads_back_as_itself(moments: list[datetime], form: str) -> None:
    texts = [FORMS[form](moment) for moment in moments]
    decided = decide_rule(texts)
    assert decided
    assert decided.read == len(texts)
    meant = [moment.replace(tzinfo=WIB) for moment in moments]
    assert [read_date(text, decided.rule, WIB) for text in texts] == meant


@given(st.lists(MOMENTS, min_size=1, max_size=8).filter(lambda found: any(one.day > 12 for one in found)))
def test_a_month_first_column_is_known_by_one_day_after_the_twelfth(moments: list[datetime]) -> None:
    texts = [f"{moment:%m/%d/%Y}" for moment in moments]
    decided = decide_rule(texts)
    assert decided
    assert (decided.rule, decided.other) == (DateRule(Order.MONTH_FIRST), None)
    days = [read_date(text, decided.rule, WIB).astimezone(WIB).date() for text in texts]
    assert days == [moment.date() for moment in moments]


def test_where_both_fit_day_first_is_the_custom_and_the_other_is_named() -> None:
    decided = decide_rule(["05/10/2026", "1/2/2026"])
    assert decided
    assert (decided.rule, decided.other) == (DateRule(Order.DAY_FIRST), DateRule(Order.MONTH_FIRST))
    assert decide_rule(["", "kemarin"]) is None


@pytest.mark.parametrize("text", ["11/25/2026", "2026-11-25", "46351", "25/11/2026 3:10 PM"])
def test_a_cell_that_does_not_fit_its_column_is_refused_and_never_guessed(text: str) -> None:
    decided = decide_rule(["25/11/2026", "05/10/2026 15:10", "26/11/2026 9.05", text])
    assert decided
    assert (decided.rule, decided.read, decided.cells) == (DateRule(Order.DAY_FIRST), 3, 4)
    with pytest.raises(InvalidValue) as refused:
        read_date(text, decided.rule, WIB)
    assert refused.value.code == "moment.rule"


@pytest.mark.parametrize("text", ["", "kemarin", "31/02/2026", "25/11/1926", "0001-01-01", "4500", "25/11/2026 25:00"])
def test_what_is_no_date_is_none_by_any_rule(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_date(text, DateRule(Order.DAY_FIRST), WIB)
    assert refused.value.code == "moment.shape"


def test_a_zone_that_is_written_counts() -> None:
    rule = DateRule(Order.DAY_FIRST)
    jayapura = read_date("25/11/2026 11:10 WIT", rule, WIB)
    assert jayapura - read_date("25/11/2026 09:10 WIB", rule, WIB) == timedelta()
    assert read_date("Rabu, 25 November 2026 pukul 09.10", rule, WIB) == jayapura


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("25/11/26 09:10", "2026-11-25T02:10+00:00"),
        ("25 Nov '26 09:10", "2026-11-25T02:10+00:00"),
        ("2026-11-25T09:10:00-05:00", "2026-11-25T14:10+00:00"),
    ],
)
def test_a_year_of_two_digits_and_a_zone_behind_utc_are_read(text: str, utc: str) -> None:
    decided = decide_rule([text])
    assert decided
    assert read_date(text, decided.rule, WIB) == datetime.fromisoformat(utc)


@pytest.mark.parametrize(("zone", "utc"), [("+10:30", "23:30"), ("-10:30", "20:30"), ("+01:00", "09:00")])
def test_a_zone_of_two_digits_is_read_whole(zone: str, utc: str) -> None:
    moment = read_date(f"2026-11-02T10:00:00{zone}", DateRule(Order.YEAR_FIRST), WIB)
    assert moment.strftime("%H:%M") == utc
