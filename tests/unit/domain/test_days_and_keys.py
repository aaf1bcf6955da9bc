"""Where days and months begin in the installation's zone, and which orders are the same order."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sikpro.domain.duplicates import DuplicateMode, duplicate_key
from sikpro.domain.period import Period, month_named
from sikpro.domain.phase import Phase

ZONES = [ZoneInfo(name) for name in ("Asia/Jakarta", "America/New_York", "Pacific/Auckland", "UTC")]
DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 30))


@given(day=DAYS, zone=st.sampled_from(ZONES))
def test_days_and_months_follow_each_other_without_a_gap_and_begin_at_midnight(day: date, zone: ZoneInfo) -> None:
    today, tomorrow = Period.of_day(day, zone), Period.of_day(day + timedelta(days=1), zone)
    assert today.end == tomorrow.start
    local = today.start.astimezone(zone)
    assert (local.date(), local.hour, local.minute) == (day, 0, 0)
    month = Period.of_month(day, zone)
    first, last = month.start.astimezone(zone), (month.end - timedelta(hours=1)).astimezone(zone)
    assert (first.year, first.month, first.day, first.hour) == (day.year, day.month, 1, 0)
    assert (last.year, last.month) == (day.year, day.month)
    assert (month.end.astimezone(zone).day, month.end.astimezone(zone).hour) == (1, 0)
    assert today.start.tzinfo is today.end.tzinfo is month.end.tzinfo is UTC


@given(day=DAYS, zone=st.sampled_from(ZONES), minute=st.integers(0, 24 * 60 - 1))
def test_a_moment_is_in_one_hour_of_its_day(day: date, zone: ZoneInfo, minute: int) -> None:
    moment = Period.of_day(day, zone).start + timedelta(minutes=minute)
    local = moment.astimezone(zone)
    hours = [hour for hour in range(24) if moment in Period.of_hour(local.date(), hour, zone)]
    assert hours == [local.hour]


def test_a_span_holds_its_start_and_not_its_end() -> None:
    span = Period(datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))
    assert span.start in span
    assert span.end not in span
    assert span.start - timedelta(microseconds=1) not in span


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-11", "2026-11"),
        ("2026-11-30 17:00", "2026-11"),
        ("2026-11-30T17:00", "2026-11"),
        ("11/2026", "2026-11"),
        ("1.2026", "2026-01"),
        ("12-2026", "2026-12"),
        ("2026-00", None),
        ("2026-13", None),
        ("0/2026", None),
        ("1999-11", None),
        ("Nov 2026", None),
        ("2026-11x", None),
    ],
)
def test_a_month_is_read_as_people_and_spreadsheets_write_it(text: str, month: str | None) -> None:
    assert month_named(text) == month


def test_what_counts_as_the_same_order() -> None:
    def key(order_type: str, mode: DuplicateMode, phase: Phase = Phase.WAITING, *, deleted: bool = False) -> str | None:
        return duplicate_key(mode, "SC32232558", order_type, phase, deleted=deleted)

    number, both = DuplicateMode.NUMBER, DuplicateMode.NUMBER_AND_TYPE
    assert key("AO", number) == key("MO", number)
    assert key("AO", both) != key("MO", both)
    assert key("AO", both) == key("AO", both, Phase.COMPLETED)
    for mode in DuplicateMode:
        assert key("AO", mode, Phase.CANCELLED) is None
        assert key("AO", mode, deleted=True) is None


def test_an_hour_that_the_clocks_go_through_twice_is_two_hours_long() -> None:
    hour = Period.of_hour(date(2026, 11, 1), 1, ZoneInfo("America/New_York"))
    assert (hour.start, hour.end) == (datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC))
