"""Working time: what of a span lies in the hours and days."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sikpro.domain.installation import Hours, Installation
from sikpro.domain.working_time import is_working_time, passed_before, working_time

ZONE = "Asia/Jakarta"
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is drawn
SPANS = st.timedeltas(timedelta(), timedelta(days=20))
PARTS = st.lists(st.integers(0, 23 * 60 + 59), unique=True, max_size=6).map(
    lambda minutes: tuple(
        Hours(*(time(*divmod(minute, 60)) for minute in pair))
        for pair in zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False)
    )
)
INSTALLATIONS = st.builds(
    Installation,
    week=st.tuples(*[PARTS] * 7),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=9),
)
"""Days in several parts, some without work, and holidays."""


def worked(start: datetime, end: datetime, installation: Installation) -> timedelta:
    return working_time(start, end, installation, ZONE)


@given(TIMES, SPANS, SPANS, INSTALLATIONS)
def test_working_time_adds_up_and_is_never_more_than_time(
    start: datetime, first: timedelta, second: timedelta, installation: Installation
) -> None:
    middle, end = start + first, start + first + second

    whole = worked(start, end, installation)

    assert abs(worked(start, middle, installation) + worked(middle, end, installation) - whole) < timedelta(seconds=1)
    assert timedelta() <= whole <= end - start + timedelta(seconds=1)


@given(TIMES, INSTALLATIONS)
def test_a_minute_counts_if_and_only_if_it_lies_in_the_hours(start: datetime, installation: Installation) -> None:
    minute = start.replace(second=0, microsecond=0)

    counted = worked(minute, minute + timedelta(minutes=1), installation)

    assert bool(counted) == is_working_time(minute, installation, ZONE)


def test_a_weekend_does_not_count() -> None:
    saturday_afternoon = datetime(2026, 11, 7, 9, 30, tzinfo=UTC)  # 16.30 in Jakarta, half an hour before closing
    monday_morning = datetime(2026, 11, 9, 1, 20, tzinfo=UTC)  # 08.20

    assert worked(saturday_afternoon, monday_morning, Installation()) == timedelta(minutes=50)


def test_an_installation_without_hours_never_works() -> None:
    never = Installation(week=((),) * 7)

    assert worked(datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC), never) == timedelta()


@given(TIMES, SPANS, st.timedeltas(timedelta(), timedelta(hours=40)), INSTALLATIONS)
def test_a_limit_is_passed_by_what_began_before_the_time_that_is_computed_for_it(
    start: datetime, span: timedelta, limit: timedelta, installation: Installation
) -> None:
    # Whole seconds: what working time adds up in fractions of them is rounded.
    start, span, limit = (start.replace(microsecond=0), timedelta(seconds=span // timedelta(seconds=1)), limit)
    limit = timedelta(seconds=limit // timedelta(seconds=1))
    before = passed_before(limit, start + span, installation, ZONE)
    assert (before is not None and start < before) == (worked(start, start + span, installation) > limit)


def test_the_night_after_midnight_counts_to_the_new_day_where_people_work_then() -> None:
    always = Installation(week=((Hours(time(0), time(23, 59)),),) * 7)
    three_in_the_morning = datetime(2026, 11, 2, 20, tzinfo=UTC)
    two_hours_before = three_in_the_morning - timedelta(hours=2)
    assert passed_before(timedelta(hours=2), three_in_the_morning, always, ZONE) == two_hours_before


FRIDAY = date(2026, 11, 6)
HALVES = (Hours(time(8), time(11, 30)), Hours(time(13), time(17)))


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZoneInfo(ZONE))


def test_the_break_at_noon_does_not_count() -> None:
    with_break = Installation(week=(HALVES,) * 7)

    assert worked(local(FRIDAY, 11), local(FRIDAY, 13, 15), with_break) == timedelta(minutes=45)
    assert not is_working_time(local(FRIDAY, 11, 30), with_break, ZONE)
    assert is_working_time(local(FRIDAY, 13), with_break, ZONE)
    assert passed_before(timedelta(minutes=45), local(FRIDAY, 13, 15), with_break, ZONE) == local(FRIDAY, 11)


def test_a_holiday_is_no_working_day_and_its_name_is_of_no_matter() -> None:
    free = Installation(holidays=frozenset({FRIDAY}))

    assert worked(local(date(2026, 11, 5), 16), local(date(2026, 11, 7), 9), free) == timedelta(hours=2)
    assert not is_working_time(local(FRIDAY, 10), free, ZONE)
    assert FRIDAY not in free.work_days
    assert FRIDAY in Installation().work_days
    assert date(2026, 11, 8) not in Installation().work_days
